package io.sluice.report;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;

import io.sluice.table.Lake;
import io.sluice.table.LakeTable;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;

/**
 * Reads every table's log, and counts its rows by partition.
 *
 * <p>Cost: of each table its log and its files' footers; a row a partition comes into the driver.
 */
record ReportTables(SparkSession spark, Lake lake) {

  /** Every table that readers see, layer by layer. */
  List<ReportPage.TableState> all() {
    return Lake.LAYERS.stream()
        .filter(layer -> !layer.equals("ops"))
        .flatMap(layer -> lake.tables(layer).stream().map(name -> table(layer, name)))
        .toList();
  }

  private ReportPage.TableState table(String layer, String name) {
    LakeTable table = lake.table(layer, name);
    Row detail =
        spark.sql("DESCRIBE DETAIL delta.`" + table.path().replace("`", "``") + "`").head();
    List<String> partitionedBy = detail.getList(detail.fieldIndex("partitionColumns"));
    Dataset<Row> rows = table.read();
    Column part =
        partitionedBy.isEmpty()
            ? lit("")
            : coalesce(col(partitionedBy.get(0)).cast(DataTypes.StringType), lit("none"));
    List<ReportPage.Part> parts =
        rows.groupBy(part.as("part")).count().orderBy("part").collectAsList().stream()
            .map(row -> new ReportPage.Part(row.getString(0), row.getLong(1)))
            .toList();
    return new ReportPage.TableState(
        layer,
        name,
        Optional.ofNullable(detail.<String>getAs("description")).orElse(""),
        table.version(),
        detail.<Long>getAs("sizeInBytes"),
        partitionedBy.isEmpty() ? null : partitionedBy.get(0),
        parts,
        Stream.of(rows.schema().fields()).map(ReportTables::column).toList());
  }

  private static ReportPage.Column column(StructField field) {
    return new ReportPage.Column(
        field.name(),
        field.dataType().simpleString(),
        field.getComment().isDefined() ? field.getComment().get() : "");
  }
}
