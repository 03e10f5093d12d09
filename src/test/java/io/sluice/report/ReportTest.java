package io.sluice.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.run.RunContext;
import io.sluice.testing.NeedsServers;
import io.sluice.testing.TestLake;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A page read from a lake in a local folder. */
@NeedsServers
class ReportTest {
  private static final String REASONS =
      "array(named_struct('field', 'country', 'rule', 'pattern', 'message', 'is xx'))";

  @TempDir private Path folder;

  private RunContext context() {
    return TestLake.open(
        "report-test",
        Path.of("conf/contracts"),
        Map.of("lake.root", folder.resolve("lake").toUri().toString()));
  }

  @Test
  void writesThePageOfALakeWhereNothingHasRun() throws IOException {
    Path page = folder.resolve("deep/page.html");
    try (RunContext context = context()) {
      new Report(context, 7).write(page);
    }
    String html = Files.readString(page);
    assertTrue(html.contains("Nothing has run yet"));
    assertTrue(html.contains("of the last 7 days; 0 of 0 runs."));
  }

  @Test
  void readsSourcesQuarantineAndTablesAsTheyAre() {
    OpsLake ops = new OpsLake(folder.resolve("lake"));
    ops.write(
        "quarantine",
        "machine_metrics",
        """
        SELECT -1L AS batch, %s AS reasons, 'machine_metrics/1.csv' AS file, id AS position,
          TIMESTAMP '2026-11-01 00:00:00' AS arrived_at, encode('V-1,Zürich', 'UTF-8') AS raw
        FROM range(5)
        UNION ALL
        SELECT 7L, %s, 'machine_metrics/2.csv', 0L, TIMESTAMP '2026-11-02 00:00:00', encode('x', 'UTF-8')
        """
            .replace("%s", REASONS));
    ops.write(
        "quarantine",
        "calls",
        """
        SELECT -1L AS batch, %s AS reasons, 'calls/1.json' AS file, 3L AS position,
          TIMESTAMP '2026-11-01 00:00:00' AS arrived_at, encode('secret', 'UTF-8') AS raw
        """
            .replace("%s", REASONS));
    ReportPage page;
    try (RunContext context = context()) {
      page = new Report(context, 7).page();
    }
    ReportPage.Source metrics = source(page, "machine_metrics");
    assertNull(metrics.hidden());
    assertEquals(1, metrics.reasons().size());
    ReportPage.Reason reason = metrics.reasons().get(0);
    assertEquals("country", reason.field());
    assertEquals(5, reason.rows(), "a refine run that has not ended does not count");
    assertEquals(3, reason.samples().size());
    assertEquals(
        new ReportPage.Sample(
            "machine_metrics/1.csv", 0, List.of("country: pattern (is xx)"), "V-1,Zürich"),
        reason.samples().get(0));

    ReportPage.Source calls = source(page, "calls");
    assertTrue(calls.hidden().contains(" restricted"), calls.hidden());
    ReportPage.Sample hidden = calls.reasons().get(0).samples().get(0);
    assertNull(hidden.raw());
    assertEquals(List.of("country: pattern"), hidden.reasons(), "a message could quote a record");
    assertFalse(ReportHtml.of(page).contains("secret"));

    assertEquals(6, page.table("quarantine", "machine_metrics").orElseThrow().rows());
    assertEquals("Made for a test.", page.table("quarantine", "calls").orElseThrow().description());
  }

  private static ReportPage.Source source(ReportPage page, String id) {
    return page.sources().stream().filter(one -> one.id().equals(id)).findFirst().orElseThrow();
  }
}
