package io.sluice.report;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which files count as arrived, and which as unreadable. */
class ReportFilesTest {
  @TempDir private Path folder;

  @Test
  void knowsTheNewestReadableFileAndWhatIsStillUnread() {
    OpsLake ops = new OpsLake(folder);
    ops.write(
        "ops",
        "files",
        """
        SELECT source, file, CAST(at AS TIMESTAMP) AS modified_at, 10L AS bytes, outcome, problem
        FROM VALUES
          ('calls', 'a', '2026-11-01T00:00:00Z', 'ingested', NULL),
          ('calls', 'b', '2026-11-02T00:00:00Z', 'quarantined', 'cut off'),
          ('calls', 'c', '2026-11-03T00:00:00Z', 'quarantined', 'no header'),
          ('calls', 'b', '2026-11-04T00:00:00Z', 'ingested', NULL),
          ('calls', 'd', '2026-11-01T00:00:00Z', 'unreadable', 'cannot be read now: 403'),
          ('vendors', 'c', '2026-11-05T00:00:00Z', 'ingested', NULL)
        AS t(source, file, at, outcome, problem)
        """);
    ReportFiles files = new ReportFiles(ops.lake.ops("files"));
    assertEquals(
        Map.of(
            "calls", Instant.parse("2026-11-04T00:00:00Z"),
            "vendors", Instant.parse("2026-11-05T00:00:00Z")),
        files.newest());
    assertEquals(
        List.of(
            new ReportPage.UnreadFile(
                "calls", "c", Instant.parse("2026-11-03T00:00:00Z"), 10, "no header"),
            new ReportPage.UnreadFile(
                "calls",
                "d",
                Instant.parse("2026-11-01T00:00:00Z"),
                10,
                "cannot be read now: 403")),
        files.unread(),
        "what has landed again since, fixed, is left out");
  }

  @Test
  void findsNothingWhereNothingHasArrived() {
    ReportFiles files = new ReportFiles(new OpsLake(folder).lake.ops("absent"));
    assertEquals(Map.of(), files.newest());
    assertEquals(List.of(), files.unread());
  }
}
