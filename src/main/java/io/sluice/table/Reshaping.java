package io.sluice.table;

import io.sluice.engine.Scala;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.spark.sql.delta.actions.Action;
import org.apache.spark.sql.delta.actions.Metadata;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * Gives a table the columns of its declaration whatever it had before: retyped, renamed, without
 * those that are not declared, kept by other partition columns. Who does so writes all rows anew
 * with the same commit.
 *
 * <p>A property of the table tells one shape from the next, so that nobody takes files for those of
 * another.
 */
public final class Reshaping {
  private static final String SHAPE = "sluice.shape";

  private static final String STATS = "delta.dataSkippingStatsColumns";

  private Reshaping() {}

  /**
   * Opens a transaction that brings a table to a spec; as {@link TableTransaction#begin} does if
   * the table fits it or does not exist.
   */
  public static TableTransaction begin(LakeTable table, TableSpec spec) {
    return differences(table, spec).isEmpty()
        ? TableTransaction.begin(table, spec)
        : reshaped(TableTransaction.reopen(table).readsAll(), spec);
  }

  private static TableTransaction reshaped(TableTransaction transaction, TableSpec spec) {
    Metadata now = transaction.snapshot().metadata();
    Map<String, String> properties = new HashMap<>(Scala.javaMap(now.configuration()));
    properties.remove(STATS);
    properties.putAll(SchemaEvolution.properties(spec));
    return transaction.declare(
        Delta.metadata(
            now,
            spec.comment(),
            spec.schema().asNullable(),
            spec.partitionBy(),
            numbered(properties, transaction.version())));
  }

  private static Map<String, String> numbered(Map<String, String> properties, long readVersion) {
    properties.put(SHAPE, String.valueOf(readVersion + 1));
    return properties;
  }

  /** Whether a transaction of {@link #begin} gives its table other columns than it had. */
  public static boolean isReshaping(TableTransaction transaction, TableSpec spec) {
    return transaction.version() >= 0
        && !differences(transaction.snapshot().metadata(), spec).isEmpty();
  }

  /**
   * What a spec asks of a table that adding columns does not bring about, a sentence each; empty if
   * the table fits it or does not exist.
   */
  public static List<String> differences(LakeTable table, TableSpec spec) {
    return table.exists() ? differences(table.snapshot().metadata(), spec) : List.of();
  }

  /** Whether a spec is of a contract of another major version than has written the table. */
  public static boolean isOfOtherMajor(LakeTable table, TableSpec spec) {
    return SchemaEvolution.isOfOtherMajor(table.snapshot().metadata(), spec);
  }

  static List<String> differences(Metadata now, TableSpec spec) {
    StructType present = now.schema();
    List<String> differences = SchemaEvolution.misfits(present, spec);
    SchemaEvolution.laterContract(now, spec)
        .ifPresent(
            version -> differences.add("version " + version + " of the contract has written it"));
    Counterparts counterparts =
        new Counterparts(present, spec.schema(), spec.origin().earlierNames());
    List<String> continued =
        Arrays.stream(spec.schema().fieldNames())
            .flatMap(name -> counterparts.of(name).stream())
            .map(StructField::name)
            .toList();
    for (String name : present.fieldNames()) {
      if (!continued.contains(name)) {
        differences.add(name + " is in the table and not declared any more");
      }
    }
    List<String> partitionBy = Scala.list(now.partitionColumns());
    if (!partitionBy.equals(spec.partitionBy())) {
      differences.add(
          "the table is partitioned by "
              + partitionBy
              + ", and by "
              + spec.partitionBy()
              + " by its"
              + " declaration");
    }
    return differences;
  }

  /**
   * The metadata that a table is to have when it goes back to a version; empty if its columns have
   * only been added to since.
   */
  static Optional<Metadata> back(Metadata now, Metadata then, long readVersion) {
    return shape(now).equals(shape(then))
        ? Optional.empty()
        : Optional.of(
            Delta.metadata(
                now,
                then.description(),
                then.schema(),
                Scala.list(then.partitionColumns()),
                numbered(new HashMap<>(Scala.javaMap(then.configuration())), readVersion)));
  }

  private static String shape(Metadata metadata) {
    return Scala.javaMap(metadata.configuration()).getOrDefault(SHAPE, "");
  }

  /** Notices, in a log read commit by commit, where a table has been given other columns. */
  static final class Watch {
    private final Supplier<Optional<Metadata>> before;
    private String shape;

    /**
     * @param before the metadata that the first commit found, if there were any; asked for if it
     *     matters
     */
    Watch(Supplier<Optional<Metadata>> before) {
      this.before = before;
    }

    boolean isReshaped(Delta.Commit commit) {
      boolean isReshaped = false;
      for (Action action : commit.actions()) {
        if (action instanceof Metadata metadata && !shape(metadata).isEmpty()) {
          if (shape == null) {
            shape = before.get().map(Reshaping::shape).orElse("");
          }
          isReshaped = !shape(metadata).equals(shape);
          shape = shape(metadata);
        }
      }
      return isReshaped;
    }
  }
}
