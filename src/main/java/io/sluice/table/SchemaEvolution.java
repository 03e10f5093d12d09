package io.sluice.table;

import io.sluice.engine.Scala;
import io.sluice.settings.ValidationErrors;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.sql.delta.actions.Metadata;
import org.apache.spark.sql.types.DataType;
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

  private static final Pattern MAJOR = Pattern.compile("[0-9]{1,9}");

  private SchemaEvolution() {}

  /** The metadata of a table that is made by a declaration. */
  static Metadata made(String table, TableSpec spec) {
    return Delta.metadata(
        table, spec.comment(), spec.schema().asNullable(), spec.partitionBy(), properties(spec));
  }

  /**
   * The metadata of a table that is there, brought up to a declaration; empty if it is so already.
   *
   * @throws ValidationErrors.ValidationException if the table does not fit the declaration, or was
   *     written by a later contract; it names all columns and the command that helps
   * @throws IllegalStateException the same of a table that no command brings to its declaration
   */
  static Optional<Metadata> evolved(String table, Metadata now, TableSpec spec) {
    refuseEarlierContract(table, now, spec);
    Map<String, String> before = Scala.javaMap(now.configuration());
    StructType schema = merged(table, now.schema(), spec);
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

  /** A contract that has been left behind does not know what the table's columns are now. */
  private static void refuseEarlierContract(String table, Metadata now, TableSpec spec) {
    laterContract(now, spec)
        .ifPresent(
            written -> {
              ValidationErrors errors = new ValidationErrors();
              errors.add(
                  table,
                  "version "
                      + written
                      + " of its contract has written it, and this command has version "
                      + spec.properties().get(TableSpec.CONTRACT_VERSION)
                      + ": start it again with today's, or bring the table to this one by: "
                      + spec.origin().migrate());
              throw errors.exception();
            });
  }

  /** The version of the contract that a table was written by, if it is of a later major one. */
  static Optional<String> laterContract(Metadata now, TableSpec spec) {
    String own = spec.properties().get(TableSpec.CONTRACT_VERSION);
    return Optional.ofNullable(Scala.javaMap(now.configuration()).get(TableSpec.CONTRACT_VERSION))
        .filter(written -> own != null && major(written) > major(own));
  }

  /** Whether a spec has another major version than has written a table, or none is known. */
  static boolean isOfOtherMajor(Metadata now, TableSpec spec) {
    String own = spec.properties().get(TableSpec.CONTRACT_VERSION);
    String written = Scala.javaMap(now.configuration()).get(TableSpec.CONTRACT_VERSION);
    return own == null || written == null || major(own) != major(written);
  }

  /** The number before the first point; 0 if there is none. */
  private static long major(String version) {
    Matcher number = MAJOR.matcher(version);
    return number.lookingAt() ? Long.parseLong(number.group()) : 0;
  }

  /**
   * The present columns in their order with the declared comments, then those that are new. All may
   * be null: rows written before a column came have none of it.
   */
  static StructType merged(String table, StructType present, TableSpec spec) {
    StructType declared = spec.schema();
    List<StructField> fields = new ArrayList<>();
    List<String> misfits = misfits(present, spec);
    if (!misfits.isEmpty()) {
      throw refused(table, misfits, spec.origin().migrate());
    }
    Set<String> wanted = Set.of(declared.fieldNames());
    for (StructField field : present.fields()) {
      fields.add(
          wanted.contains(field.name())
              ? new StructField(
                  field.name(), field.dataType(), true, declared.apply(field.name()).metadata())
              : field);
    }
    Set<String> have = Set.of(present.fieldNames());
    for (StructField field : declared.fields()) {
      if (!have.contains(field.name())) {
        fields.add(new StructField(field.name(), field.dataType(), true, field.metadata()));
      }
    }
    return new StructType(fields.toArray(StructField[]::new));
  }

  /** What of a table no added column brings to its declaration. */
  static List<String> misfits(StructType present, TableSpec spec) {
    Counterparts counterparts =
        new Counterparts(present, spec.schema(), spec.origin().earlierNames());
    List<String> misfits = new ArrayList<>();
    for (StructField declared : spec.schema().fields()) {
      counterparts
          .of(declared.name())
          .ifPresent(
              there -> {
                if (!there.name().equals(declared.name())) {
                  misfits.add(declared.name() + " is called " + there.name() + " in the table");
                }
                if (!isSame(there.dataType(), declared.dataType())) {
                  misfits.add(
                      declared.name()
                          + " is "
                          + there.dataType().sql()
                          + " in the table and "
                          + declared.dataType().sql()
                          + " by its declaration");
                }
              });
    }
    return misfits;
  }

  /**
   * Whether two types are the same, names inside and their case too; what may be null is not asked.
   */
  private static boolean isSame(DataType one, DataType other) {
    return one.catalogString().equals(other.catalogString());
  }

  private static RuntimeException refused(String table, List<String> misfits, String migrate) {
    if (migrate == null) {
      return new IllegalStateException(
          table + ": a published column is never retyped: " + String.join("; ", misfits));
    }
    ValidationErrors errors = new ValidationErrors();
    misfits.forEach(misfit -> errors.add(table, misfit + "; run: " + migrate));
    return errors.exception();
  }
}
