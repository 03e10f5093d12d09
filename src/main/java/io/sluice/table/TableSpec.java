package io.sluice.table;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.types.StructType;

/**
 * What a table is declared to be: made so when first written, and brought up to it at each commit.
 *
 * @param comment what a row is
 * @param schema its columns with their comments; columns may be added later, by {@link Reshaping}
 *     alone retyped, renamed or removed
 * @param partitionBy its partition columns
 * @param statsColumns the columns whose minimum and maximum Delta keeps by file: those that readers
 *     filter on
 * @param properties Delta table properties
 * @param origin whose table it is
 */
public record TableSpec(
    String comment,
    StructType schema,
    List<String> partitionBy,
    List<String> statsColumns,
    Map<String, String> properties,
    Origin origin) {

  /** The property of a table that tells which version of a contract it was written by last. */
  public static final String CONTRACT_VERSION = "sluice.contract.version";

  /**
   * Whose table it is.
   *
   * @param migrate the command that brings the table to a declaration that it does not fit; null if
   *     there is none
   * @param earlierNames for columns that were called otherwise before their earlier names, the
   *     newest first
   */
  public record Origin(String migrate, Map<String, List<String>> earlierNames) {
    static final Origin NONE = new Origin(null, Map.of());

    public Origin {
      earlierNames = Map.copyOf(earlierNames);
    }
  }

  public TableSpec(
      String comment,
      StructType schema,
      List<String> partitionBy,
      List<String> statsColumns,
      Map<String, String> properties) {
    this(comment, schema, partitionBy, statsColumns, properties, Origin.NONE);
  }

  public TableSpec(
      String comment, StructType schema, List<String> partitionBy, List<String> statsColumns) {
    this(comment, schema, partitionBy, statsColumns, Map.of());
  }

  /**
   * The same for a table that gets several commits a second: its log has a checkpoint every 100
   * commits and not every ten. Making one takes some jobs; who opens the table reads at most 100
   * small files for it.
   */
  public TableSpec oftenCommitted() {
    Map<String, String> all = new HashMap<>(properties);
    all.put("delta.checkpointInterval", "100");
    return new TableSpec(comment, schema, partitionBy, statsColumns, all, origin);
  }
}
