package io.sluice.refine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.ingest.Ingest;
import io.sluice.run.RowCounts;
import io.sluice.run.RunContext;
import io.sluice.testing.Lines;
import io.sluice.testing.LocalLake;
import io.sluice.testing.Readings;
import io.sluice.testing.TestLake;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rows of one key and version that say different things are duplicates, and told apart. */
class ConflictTest {
  @TempDir private Path folder;
  private int files;

  private RowCounts refine(RunContext context, String... rows) {
    TestLake.land(
        context, "readings/" + files++ + ".csv", Readings.HEADER + String.join("\n", rows) + "\n");
    new Ingest(context, "readings").run();
    return new Refine(context, "readings").run().rowCounts();
  }

  @Test
  void conflictIsCountedWithinABatchAndWithTheTable() {
    RunContext context = LocalLake.open(folder, Readings.CONTRACTS, Map.of());
    assertEquals(
        new RowCounts(4, 2, 0, 2, 0, 1),
        refine(
            context,
            "M1,2026-03-01,5,kwh,2026-03-01T10:00:00Z",
            "M1,2026-03-01,5,kwh,2026-03-01T10:00:00Z",
            "M1,2026-03-01,6,kwh,2026-03-01T10:00:00Z",
            "M2,2026-03-01,1,kwh,2026-03-01T10:00:00Z"));
    // The first to arrive stays; the same file sent again is no conflict but for its odd row.
    assertEquals(
        new RowCounts(5, 1, 0, 4, 0, 2),
        refine(
            context,
            "M1,2026-03-01,5.000,KWH,2026-03-01T10:00:00Z",
            "M1,2026-03-01,6,kwh,2026-03-01T10:00:00Z",
            "M2,2026-03-01,1,mwh,2026-03-01T10:00:00Z",
            "M2,2026-03-01,1,kwh,2026-03-01T10:00:00Z",
            "M3,2026-03-01,1,kwh,2026-03-01T10:00:00Z"));
    // A newer version replaces; those of it that differ are in conflict with it.
    assertEquals(
        new RowCounts(3, 1, 0, 1, 1, 1),
        refine(
            context,
            "M1,2026-03-01,7,kwh,2026-03-01T11:00:00Z",
            "M1,2026-03-01,8,kwh,2026-03-01T11:00:00Z",
            "M1,2026-03-01,9,kwh,2026-03-01T10:00:00Z"));
    assertEquals(
        List.of("M1|7.000", "M2|1.000", "M3|1.000"),
        Lines.of(context.lake().silver("readings").read().select("meter", "kwh")));

    assertEquals(
        List.of("2|1", "4|2", "1|1"),
        context
            .lake()
            .ops("runs")
            .read()
            .where("command = 'refine'")
            .orderBy("started_at")
            .selectExpr("concat(rows_duplicate, '|', rows_conflict)")
            .as(org.apache.spark.sql.Encoders.STRING())
            .collectAsList());
    assertEquals(
        List.of("warning|failed|1.0", "warning|failed|1.0", "warning|failed|2.0"),
        Lines.of(
            context
                .lake()
                .ops("check_results")
                .read()
                .where("check = 'no_conflict'")
                .select("severity", "outcome", "value")));
    assertTrue(
        context
            .spark()
            .sql("DESCRIBE HISTORY delta.`" + context.lake().silver("readings").path() + "`")
            .where("version = 1")
            .first()
            .<String>getAs("userMetadata")
            .contains("\"conflict\":2"));
  }
}
