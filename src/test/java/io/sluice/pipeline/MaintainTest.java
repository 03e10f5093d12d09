package io.sluice.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.ingest.Ingest;
import io.sluice.refine.Refine;
import io.sluice.run.RunContext;
import io.sluice.settings.ValidationErrors;
import io.sluice.table.Checkpoint;
import io.sluice.table.LakeTable;
import io.sluice.testing.NeedsServers;
import io.sluice.testing.Readings;
import io.sluice.testing.TestLake;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Small files become one, old ones go, a table comes back: and no reader loses a row. */
@NeedsServers
class MaintainTest {
  private static RunContext lake(String name) {
    return TestLake.open(
        name,
        Readings.CONTRACTS,
        Map.of("retention.time-travel-hours", "1", "retention.longest-reader-hours", "1"));
  }

  private static void land(RunContext context, int meter) {
    TestLake.land(
        context,
        "readings/" + meter + ".csv",
        Readings.HEADER + "M" + meter + ",2026-03-01," + meter + ",kwh,2026-03-01T10:00:00Z\n");
    new Ingest(context, "readings").run();
  }

  private static long files(LakeTable table) {
    return table.size(table.version()).files();
  }

  @Test
  void smallFilesBecomeOneWhileAReaderIsBehind() {
    RunContext context = lake("upkeep");
    LakeTable bronze = context.lake().bronze("readings");
    LakeTable silver = context.lake().silver("readings");
    land(context, 1);
    new Refine(context, "readings").run();
    land(context, 2);
    land(context, 3);
    // Refine has not handled the last two files when they are taken together, and the old ones
    // would be old enough to go, were it not for refine.
    Instant later = Instant.now().plus(Duration.ofHours(3));
    Maintain maintain = new Maintain(context, later);
    assertTrue(maintain.rehearse(bronze, null).contains("3 small files"));
    maintain.run(bronze, null);
    assertEquals(1, files(bronze));
    new Refine(context, "readings").run();
    assertEquals(3, silver.read().count());
    assertEquals(3, bronze.read().count());
    long version = silver.version();
    new Refine(context, "readings").run();
    assertEquals(version, silver.version(), "a compaction is no news");
    maintain.run(silver, null);
    assertEquals(1, files(silver));
    assertEquals(3, silver.read().count());
    assertEquals(1, silver.read(0).count(), "the past can be read");
  }

  @Test
  void shorterThanPromisedIsRefused() {
    RunContext context = lake("upkeep-promise");
    land(context, 1);
    Instant later = Instant.now().plus(Duration.ofHours(30));
    Maintain maintain = new Maintain(context, later);
    LakeTable bronze = context.lake().bronze("readings");
    String errors =
        assertThrows(
                ValidationErrors.ValidationException.class,
                () -> maintain.run(bronze, Duration.ofHours(0)))
            .getMessage();
    assertTrue(errors.contains("retention.time-travel-hours"), errors);
    assertTrue(errors.contains("retention.longest-reader-hours"), errors);
    // Nobody has refined it yet, for 30 hours.
    assertTrue(errors.contains("silver.readings"), errors);
    assertThrows(
        ValidationErrors.ValidationException.class,
        () -> maintain.tables(List.of("silver.nothing")));
  }

  @Test
  void tableComesBackAndWhatCameAfterIsHandledAgain() {
    RunContext context = lake("restore");
    LakeTable silver = context.lake().silver("readings");
    land(context, 1);
    new Refine(context, "readings").run();
    land(context, 2);
    new Refine(context, "readings").run();
    Restore restore = new Restore(context, "silver.readings", 0L, null);
    String plan = restore.plan();
    assertTrue(plan.contains("1 rows in 1 files leave, 0 rows in 0 files come back"), plan);
    restore.run();
    assertEquals(1, silver.read().count());
    assertEquals(0, silver.checkpoint(Checkpoint.REFINED));
    new Refine(context, "readings").run();
    assertEquals(2, silver.read().count());
    assertThrows(
        ValidationErrors.ValidationException.class,
        () -> new Restore(context, "silver.readings", 99L, null));
    assertThrows(
        ValidationErrors.ValidationException.class,
        () -> new Restore(context, "silver.no", 0L, null));
    assertThrows(
        ValidationErrors.ValidationException.class,
        () -> new Restore(context, "silver.readings", null, null));
    assertThrows(
        ValidationErrors.ValidationException.class,
        () -> new Restore(context, "silver.readings", null, Instant.parse("2020-01-01T00:00:00Z")));
  }
}
