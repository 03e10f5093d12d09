package io.sluice.table;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.types.StructType;

/**
 * What a table is declared to be: made so when first written, and brought up to it at each commit.
 *
 * @param comment what a row is
 * @param schema its columns with their comments; columns may be added later, never retyped or
 *     removed
 * @param partitionBy its partition columns
 * @param statsColumns the columns whose minimum and maximum Delta keeps by file: those that readers
 *     filter on
 * @param properties Delta table properties
 */
public record TableSpec(
    String comment,
    StructType schema,
    List<String> partitionBy,
    List<String> statsColumns,
    Map<String, String> properties) {

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
    return new TableSpec(comment, schema, partitionBy, statsColumns, all);
  }
}
