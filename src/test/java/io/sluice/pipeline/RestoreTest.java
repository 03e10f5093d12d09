package io.sluice.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.ingest.Ingest;
import io.sluice.refine.Refine;
import io.sluice.run.RowCounts;
import io.sluice.run.RunContext;
import io.sluice.run.RunResult;
import io.sluice.table.Maintenance;
import io.sluice.testing.Lines;
import io.sluice.testing.LocalLake;
import io.sluice.testing.Readings;
import io.sluice.testing.TestLake;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a restore of bronze takes out of the lake: file n brings meter Mn, by bronze version n. */
class RestoreTest {
  @TempDir private Path folder;
  private RunContext context;

  @BeforeEach
  void openLake() {
    context = LocalLake.open(folder, Readings.CONTRACTS, Map.of());
  }

  private void ingest(int number) {
    TestLake.land(
        context,
        "readings/" + number + ".csv",
        Readings.HEADER
            + "M"
            + number
            + ",2026-03-01,"
            + number
            + ",kwh,2026-03-01T10:00:00Z\nX,2026-03-01,1,kwh,2026-03-01T10:00:00Z\n");
    new Ingest(context, "readings").run();
  }

  private RunResult refine() {
    return new Refine(context, "readings").run();
  }

  private List<String> silver() {
    return Lines.of(context.lake().silver("readings").read().select("meter"));
  }

  private String restore(String table, long version) {
    Restore restore = new Restore(context, table, version, null);
    String plan = restore.plan();
    restore.run();
    return plan;
  }

  private void remove(int number) throws IOException {
    try (var all = Files.walk(folder.resolve("landing"))) {
      for (Path file : all.filter(path -> path.endsWith(number + ".csv")).toList()) {
        Files.delete(file);
      }
    }
  }

  @Test
  void whatWasWithdrawnBeforeItWasRefinedNeverComesIntoSilver() throws IOException {
    ingest(0);
    refine();
    ingest(1);
    ingest(2);
    String plan = restore("bronze.readings", 1);
    assertTrue(
        plan.contains("silver.readings has refined nothing that leaves: what leaves never comes"),
        plan);
    assertEquals(new RowCounts(2, 1, 1, 0, 0), refine().rowCounts());
    assertEquals(List.of("M0", "M1"), silver());
    assertEquals(2, context.lake().quarantine("readings").read().count());
    // Ingest brings back what is still landed; what has been taken away there stays away.
    remove(2);
    new Ingest(context, "readings").run();
    assertEquals(RunResult.NOTHING_NEW, refine());
    ingest(4);
    assertEquals(new RowCounts(2, 1, 1, 0, 0), refine().rowCounts());
    assertEquals(List.of("M0", "M1", "M4"), silver());
  }

  @Test
  void whatSilverHasAlreadyIsSaidWithTheWayOut() throws IOException {
    ingest(0);
    refine();
    ingest(1);
    refine();
    ingest(2);
    refine();
    new Maintenance(context.lake().bronze("readings"), 1 << 20).compact();
    remove(1);
    remove(2);
    String plan = restore("bronze.readings", 0);
    assertTrue(
        plan.endsWith(
            "silver.readings has refined bronze.readings up to version 2: rows that leave stay in"
                + " it until it is brought back as well: sluice restore --table silver.readings"
                + " --version 0."),
        plan);
    assertEquals(RunResult.NOTHING_NEW, refine());
    assertEquals(List.of("M0", "M1", "M2"), silver());

    assertFalse(restore("silver.readings", 0).contains("has refined"));
    assertEquals(List.of("M0"), silver());
    new Ingest(context, "readings").run();
    assertEquals(RunResult.NOTHING_NEW, refine());
    ingest(5);
    assertEquals(new RowCounts(2, 1, 1, 0, 0), refine().rowCounts());
    assertEquals(List.of("M0", "M5"), silver());
    assertEquals(2, context.lake().quarantine("readings").read().count(), "of files 0 and 5");
  }
}
