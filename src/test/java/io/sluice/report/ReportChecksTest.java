package io.sluice.report;

import static io.sluice.report.OpsLake.NOW;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.quality.Check.Severity;
import io.sluice.quality.CheckOutcome;
import io.sluice.quality.CheckResult;
import io.sluice.run.Run;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which results of a check are shown. */
class ReportChecksTest {
  @TempDir private Path folder;

  @Test
  void showsTheNewestResultsOfTheWindowOldestFirst() throws Exception {
    OpsLake ops = new OpsLake(folder);
    for (int day = 0; day < 400; day++) {
      judged(ops, "silver.calls", "rows", day, day == 0);
    }
    judged(ops, "silver.calls", "mean", 89, false);
    judged(ops, "gold.spend", "rows", 91, false);
    ops.log.release();

    OpsLake.Counted<List<ReportPage.CheckHistory>> read =
        ops.counted(
            () -> ReportChecks.read(ops.lake.ops("check_results"), NOW.minus(Duration.ofDays(90))));
    List<ReportPage.CheckHistory> checks = read.result();

    assertEquals(List.of("mean", "rows"), checks.stream().map(check -> check.check()).toList());
    assertEquals(60 + 1, read.rows(), "rows in the driver");
    ReportPage.CheckHistory rows = checks.get(1);
    assertEquals(60, rows.points().size());
    assertEquals(NOW.minus(Duration.ofDays(59)), rows.points().get(0).at());
    assertEquals(NOW, rows.last().at());
    assertFalse(rows.last().passed());
    assertTrue(rows.points().get(0).passed());
    assertEquals("too few", rows.last().message());
    assertEquals(Severity.WARNING, rows.severity());
  }

  private static void judged(OpsLake ops, String table, String check, long daysAgo, boolean fails) {
    ops.log.record(
        new Run("run " + daysAgo, "refine", "calls", NOW.minus(Duration.ofDays(daysAgo))),
        table,
        List.of(
            new CheckResult(
                check,
                Severity.WARNING,
                "RowCount > 0",
                fails ? CheckOutcome.FAILED : CheckOutcome.PASSED,
                (double) daysAgo,
                fails ? "too few" : "")));
  }
}
