package io.sluice.report;

import static io.sluice.report.OpsLake.NOW;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.run.RowCounts;
import io.sluice.run.Run.Outcome;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What of a long history of runs comes into the driver, and what is said of all of it. */
class ReportRunsTest {
  private static final Instant SINCE = NOW.minus(Duration.ofDays(90));
  private static final RowCounts ROWS = new RowCounts(10, 7, 1, 1, 1);

  @TempDir private Path folder;

  @Test
  void addsUpAllRunsButBringsOnlyThoseOfTheWindow() throws Exception {
    OpsLake ops = new OpsLake(folder);
    for (int day = 0; day < 700; day++) {
      ops.ran("calls", day, Outcome.DONE, ROWS);
    }
    ops.ran("vendors", 650, Outcome.DONE, ROWS);
    ops.ran("vendors", 640, Outcome.STOPPED, RowCounts.EMPTY);
    ops.ran("orders", 300, Outcome.CRASHED, RowCounts.EMPTY);
    ops.log.release();

    OpsLake.Counted<ReportRuns> read =
        ops.counted(() -> ReportRuns.read(ops.lake.ops("runs"), SINCE));
    ReportRuns runs = read.result();

    assertEquals(91, runs.newest().size(), "today and the 90 days before");
    assertEquals(91 + 3, read.rows(), "those, and a row a subject");
    assertEquals(703, runs.runs());
    assertEquals(
        new RowCounts(7000, 4900, 700, 700, 700), runs.of("refine", "calls").get().rowCounts());
    assertEquals(1000L, runs.of("refine", "calls").get().published().version());
    assertEquals(350L, runs.of("refine", "vendors").get().published().version());
    assertEquals(Outcome.STOPPED, runs.of("refine", "vendors").get().newest().outcome());
    assertNull(runs.of("refine", "orders").get().published());
    assertTrue(runs.of("build", "calls").isEmpty());
    assertEquals(
        List.of("calls", "orders", "vendors"),
        runs.latest().stream().map(past -> past.run().subject()).toList(),
        "the newest run of each, newest first");
  }

  @Test
  void showsNoMoreThanTwoHundredNewestFirst() {
    OpsLake ops = new OpsLake(folder);
    for (int i = 0; i < 250; i++) {
      ops.ran("calls" + i, i % 50, Outcome.DONE, ROWS);
    }
    ops.log.release();
    List<ReportPage.PastRun> newest = ReportRuns.read(ops.lake.ops("runs"), SINCE).newest();
    assertEquals(200, newest.size());
    assertEquals(NOW, newest.get(0).run().startedAt());
    assertEquals(NOW.minus(Duration.ofDays(39)), newest.get(199).run().startedAt());
  }

  @Test
  void findsNothingWhereNothingHasRun() {
    ReportRuns runs = ReportRuns.read(new OpsLake(folder).lake.ops("absent"), SINCE);
    assertEquals(0, runs.runs());
    assertEquals(List.of(), runs.newest());
    assertEquals(List.of(), runs.latest());
  }
}
