package io.sluice.refine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.sluice.ingest.Ingest;
import io.sluice.run.RowCounts;
import io.sluice.run.RunContext;
import io.sluice.testing.NeedsServers;
import io.sluice.testing.Readings;
import io.sluice.testing.TestLake;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;

/** Newest wins by key, whatever order versions arrive in: held against a map. */
@NeedsServers
class VersionsTest {

  @Test
  void equalsAMapOverRandomBatches() {
    Random random = new Random(5);
    RunContext context = TestLake.open("versions", Readings.CONTRACTS);
    Map<String, Integer> newest = new HashMap<>();
    for (int batch = 0; batch < 3; batch++) {
      StringBuilder csv = new StringBuilder("meter,day,kwh,unit,read_at\n");
      Map<String, List<Integer>> arrived = new TreeMap<>();
      for (int i = 0; i < 40; i++) {
        String key = "M" + random.nextInt(7) + ",2026-03-0" + (1 + random.nextInt(3));
        int minute = random.nextInt(30);
        // The reading tells its version, so that a wrong version in silver shows.
        csv.append(
            key + "," + minute + ",kwh,2026-03-20T10:" + String.format("%02d", minute) + ":00Z\n");
        arrived.computeIfAbsent(key, k -> new ArrayList<>()).add(minute);
      }
      TestLake.land(context, "readings/" + batch + ".csv", csv.toString());
      new Ingest(context, "readings").run();
      RowCounts rowCounts = new Refine(context, "readings").run().rowCounts();
      assertEquals(expected(newest, arrived), rowCounts, "batch " + batch);
    }
    Map<String, Integer> silver = new HashMap<>();
    for (Row row :
        context
            .lake()
            .silver("readings")
            .read()
            .selectExpr("concat(meter, ',', day)", "cast(kwh as int)")
            .collectAsList()) {
      assertEquals(null, silver.put(row.getString(0), row.getInt(1)), "a key stands twice");
    }
    assertEquals(newest, silver);
  }

  /** Updates the map, and says what became of each row. */
  private static RowCounts expected(
      Map<String, Integer> newest, Map<String, List<Integer>> arrived) {
    long accepted = 0;
    long duplicate = 0;
    long superseded = 0;
    for (Map.Entry<String, List<Integer>> entry : arrived.entrySet()) {
      int best = entry.getValue().stream().mapToInt(i -> i).max().orElseThrow();
      Integer before = newest.get(entry.getKey());
      int kept = before == null ? best : Math.max(before, best);
      boolean accepts = before == null || best > before;
      long equal = entry.getValue().stream().filter(minute -> minute == kept).count();
      accepted += accepts ? 1 : 0;
      duplicate += equal - (accepts ? 1 : 0);
      superseded += entry.getValue().size() - equal;
      newest.put(entry.getKey(), kept);
    }
    return new RowCounts(40, accepted, 0, duplicate, superseded);
  }
}
