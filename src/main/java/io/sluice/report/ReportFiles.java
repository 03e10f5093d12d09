package io.sluice.report;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.max;

import io.sluice.table.LakeTable;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * Reads {@code ops.files}: when sources last received something, and what could not be read.
 *
 * <p>Cost: two aggregations over the table; a row a source, and at most {@value #UNREAD_FILES}
 * files, come into the driver.
 */
record ReportFiles(LakeTable files) {
  private static final int UNREAD_FILES = 200;

  /** When the newest readable file of each source arrived. */
  Map<String, Instant> newest() {
    return rows(
            files ->
                files
                    .where("outcome in ('ingested', 'redelivered')")
                    .groupBy("source")
                    .agg(max("modified_at").as("modified_at")))
        .stream()
        .collect(
            Collectors.toMap(
                row -> row.getAs("source"),
                row -> row.<Timestamp>getAs("modified_at").toInstant()));
  }

  /**
   * The newest files that were not ingested, be it for their content or for the store, and have not
   * landed again since.
   */
  List<ReportPage.UnreadFile> unread() {
    return rows(
            files ->
                files
                    .groupBy("source", "file")
                    .agg(expr("max_by(struct(*), modified_at)").as("newest"))
                    .select("newest.*")
                    .where("outcome not in ('ingested', 'redelivered')")
                    .orderBy(col("modified_at").desc(), col("file"))
                    .limit(UNREAD_FILES))
        .stream()
        .map(
            row ->
                new ReportPage.UnreadFile(
                    row.getAs("source"),
                    row.getAs("file"),
                    row.<Timestamp>getAs("modified_at").toInstant(),
                    row.<Long>getAs("bytes"),
                    row.getAs("problem")))
        .toList();
  }

  private List<Row> rows(UnaryOperator<Dataset<Row>> query) {
    return files.exists() ? query.apply(files.read()).collectAsList() : List.of();
  }
}
