package io.sluice.report;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.row_number;

import io.sluice.quality.Check;
import io.sluice.report.ReportPage.CheckHistory;
import io.sluice.table.LakeTable;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.expressions.Window;

/**
 * Reads {@code ops.check_results}: what each check said of the newest batches.
 *
 * <p>Cost: the files of the days shown, once; at most {@value #POINTS} rows a check come into the
 * driver.
 */
final class ReportChecks {
  private static final int POINTS = 60;

  private ReportChecks() {}

  /**
   * @param since when the oldest result that is shown was judged
   */
  static List<CheckHistory> read(LakeTable checkResults, Instant since) {
    return checkResults.exists() ? histories(newest(checkResults.read(), since)) : List.of();
  }

  private static List<Row> newest(Dataset<Row> checkResults, Instant since) {
    return checkResults
        .where(col("judged_at").geq(lit(Timestamp.from(since))))
        .withColumn(
            "_nth",
            row_number()
                .over(
                    Window.partitionBy("table", "check")
                        .orderBy(col("judged_at").desc(), col("run_id"))))
        .where(col("_nth").leq(POINTS))
        .orderBy(col("table"), col("check"), col("_nth").desc())
        .collectAsList();
  }

  private static List<CheckHistory> histories(List<Row> checkResults) {
    Map<List<String>, List<Row>> byCheck =
        checkResults.stream()
            .collect(
                Collectors.groupingBy(
                    row -> List.of(row.getAs("table"), row.getAs("check")),
                    LinkedHashMap::new,
                    Collectors.toList()));
    List<CheckHistory> checks = new ArrayList<>();
    byCheck.forEach(
        (check, rows) -> {
          Row last = rows.get(rows.size() - 1);
          checks.add(
              new CheckHistory(
                  check.get(0),
                  check.get(1),
                  Check.Severity.valueOf(last.<String>getAs("severity").toUpperCase(Locale.ROOT)),
                  last.getAs("rule"),
                  rows.stream().map(ReportChecks::point).toList()));
        });
    return checks;
  }

  private static ReportPage.Point point(Row row) {
    return new ReportPage.Point(
        row.<Timestamp>getAs("judged_at").toInstant(),
        row.getAs("outcome").equals("passed"),
        row.getAs("value"),
        row.getAs("message"));
  }
}
