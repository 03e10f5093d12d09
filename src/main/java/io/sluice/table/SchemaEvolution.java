package io.sluice.table;

import io.sluice.engine.Scala;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.spark.sql.delta.actions.Metadata;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * What a table's metadata becomes when it is declared anew: columns are added, never retyped,
 * renamed or removed; comments and properties follow the declaration. Pure.
 */
final class SchemaEvolution {
  /** Properties of every table: any engine can read it (reader protocol 1). */
  static final Map<String, String> READABLE_BY_ALL =
      Map.of(
          "delta.enableDeletionVectors", "false",
          "delta.columnMapping.mode", "none",
          "delta.checkpointPolicy", "classic",
          "delta.logRetentionDuration", "interval 90 days");

  private SchemaEvolution() {}

  /** The metadata of a table that is made by a declaration. */
  static Metadata made(String table, TableSpec spec) {
    return Delta.metadata(
        table, spec.comment(), spec.schema().asNullable(), spec.partitionBy(), properties(spec));
  }

  /**
   * The metadata of a table that is there, brought up to a declaration; empty if it is so already.
   *
   * @throws IllegalStateException if a column would be retyped; it names all of them
   */
  static Optional<Metadata> evolved(String table, Metadata now, TableSpec spec) {
    StructType schema = merged(table, now.schema(), spec.schema());
    Map<String, String> before = Scala.javaMap(now.configuration());
    Map<String, String> properties = new HashMap<>(before);
    properties.putAll(properties(spec));
    boolean same =
        schema.equals(now.schema())
            && properties.equals(before)
            && spec.comment().equals(now.description());
    return same
        ? Optional.empty()
        : Optional.of(Delta.metadata(now, spec.comment(), schema, properties));
  }

  /** The properties that a declaration gives its table. */
  static Map<String, String> properties(TableSpec spec) {
    Map<String, String> properties = new HashMap<>(READABLE_BY_ALL);
    List<String> stats = new ArrayList<>(spec.statsColumns());
    // Their values are in the log for each file anyway.
    stats.removeAll(spec.partitionBy());
    if (!stats.isEmpty()) {
      properties.put("delta.dataSkippingStatsColumns", String.join(",", stats));
    }
    properties.putAll(spec.properties());
    return properties;
  }

  /**
   * The present columns in their order with the declared comments, then those that are new. All may
   * be null: rows written before a column came have none of it.
   *
   * @throws IllegalStateException if a column would be retyped; it names all of them
   */
  static StructType merged(String table, StructType present, StructType declared) {
    List<StructField> fields = new ArrayList<>();
    List<String> errors = new ArrayList<>();
    Set<String> wanted = Set.of(declared.fieldNames());
    for (StructField field : present.fields()) {
      if (!wanted.contains(field.name())) {
        fields.add(field);
        continue;
      }
      StructField now = declared.apply(field.name());
      if (!now.dataType().sameType(field.dataType())) {
        errors.add(
            field.name()
                + " is "
                + field.dataType().sql()
                + " in the table and "
                + now.dataType().sql()
                + " by its declaration");
      }
      fields.add(new StructField(field.name(), field.dataType(), true, now.metadata()));
    }
    Set<String> have = Set.of(present.fieldNames());
    for (StructField field : declared.fields()) {
      if (!have.contains(field.name())) {
        fields.add(new StructField(field.name(), field.dataType(), true, field.metadata()));
      }
    }
    if (!errors.isEmpty()) {
      throw new IllegalStateException(
          table + ": a published column is never retyped: " + String.join("; ", errors));
    }
    return new StructType(fields.toArray(StructField[]::new));
  }
}
