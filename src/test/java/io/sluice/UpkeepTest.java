package io.sluice;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.settings.Faults;
import io.sluice.table.Table;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Small files become one, old ones go, a table comes back: and no reader loses a row. */
class UpkeepTest {
  private static final String HEADER = "meter,day,kwh,unit,read_at\n";

  private static Workplace lake(String name) {
    return TestLake.open(
        name,
        FourthSourceTest.CONTRACTS,
        Map.of("retention.time-travel-hours", "1", "retention.longest-reader-hours", "1"));
  }

  private static void land(Workplace place, int meter) {
    TestLake.land(
        place,
        "readings/" + meter + ".csv",
        HEADER + "M" + meter + ",2026-03-01," + meter + ",kwh,2026-03-01T10:00:00Z\n");
    new Ingest(place, "readings").run();
  }

  private static long files(Table table) {
    return table.size(table.version()).files();
  }

  @Test
  void smallFilesBecomeOneWhileAReaderIsBehind() {
    Workplace place = lake("upkeep");
    Table bronze = place.lake().bronze("readings");
    Table silver = place.lake().silver("readings");
    land(place, 1);
    new Refine(place, "readings").run();
    land(place, 2);
    land(place, 3);
    // Refine has not handled the last two files when they are taken together, and the old ones
    // would be old enough to go, were it not for refine.
    Instant later = Instant.now().plus(Duration.ofHours(3));
    Maintain maintain = new Maintain(place, later);
    assertTrue(maintain.rehearse(bronze, null).contains("3 small files"));
    maintain.run(bronze, null);
    assertEquals(1, files(bronze));
    new Refine(place, "readings").run();
    assertEquals(3, silver.read().count());
    assertEquals(3, bronze.read().count());
    long version = silver.version();
    new Refine(place, "readings").run();
    assertEquals(version, silver.version(), "a compaction is no news");
    maintain.run(silver, null);
    assertEquals(1, files(silver));
    assertEquals(3, silver.read().count());
    assertEquals(1, silver.read(0).count(), "the past can be read");
  }

  @Test
  void shorterThanPromisedIsRefused() {
    Workplace place = lake("upkeep-promise");
    land(place, 1);
    Instant later = Instant.now().plus(Duration.ofHours(30));
    Maintain maintain = new Maintain(place, later);
    Table bronze = place.lake().bronze("readings");
    String faults =
        assertThrows(Faults.FaultyException.class, () -> maintain.run(bronze, Duration.ofHours(0)))
            .getMessage();
    assertTrue(faults.contains("retention.time-travel-hours"), faults);
    assertTrue(faults.contains("retention.longest-reader-hours"), faults);
    // Nobody has refined it yet, for 30 hours.
    assertTrue(faults.contains("silver.readings"), faults);
    assertThrows(Faults.FaultyException.class, () -> maintain.tables(List.of("silver.nothing")));
  }

  @Test
  void tableComesBackAndWhatCameAfterIsHandledAgain() {
    Workplace place = lake("restore");
    Table silver = place.lake().silver("readings");
    land(place, 1);
    new Refine(place, "readings").run();
    land(place, 2);
    new Refine(place, "readings").run();
    Restore restore = new Restore(place, "silver.readings", 0L, null);
    String plan = restore.plan();
    assertTrue(plan.contains("1 rows in 1 files leave, 0 rows in 0 files come back"), plan);
    restore.run();
    assertEquals(1, silver.read().count());
    assertEquals(0, silver.checkpoint(Silver.CHECKPOINT));
    new Refine(place, "readings").run();
    assertEquals(2, silver.read().count());
    assertThrows(
        Faults.FaultyException.class, () -> new Restore(place, "silver.readings", 99L, null));
    assertThrows(Faults.FaultyException.class, () -> new Restore(place, "silver.no", 0L, null));
    assertThrows(
        Faults.FaultyException.class, () -> new Restore(place, "silver.readings", null, null));
    assertThrows(
        Faults.FaultyException.class,
        () -> new Restore(place, "silver.readings", null, Instant.parse("2020-01-01T00:00:00Z")));
  }
}
