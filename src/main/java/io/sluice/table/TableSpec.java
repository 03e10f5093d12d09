package io.sluice.table;

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
}
