package io.sluice.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.bench.CrashingS3A;
import io.sluice.ingest.Ingest;
import io.sluice.refine.Refine;
import io.sluice.run.RunContext;
import io.sluice.testing.LocalSpark;
import io.sluice.testing.NeedsServers;
import io.sluice.testing.Readings;
import io.sluice.testing.TestLake;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.delta.DeltaLog;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * A driver killed before any of its writes, and started again, leaves the tables of an undisturbed
 * run.
 */
@NeedsServers
class KilledTest {
  private static final String FIRST =
      Readings.HEADER
          + "M1,2026-03-01,10,kwh,2026-03-01T10:00:00Z\n"
          + "M2,2026-03-01,20,kwh,2026-03-01T10:00:00Z\n"
          + "M3,2026-03-01,-5,kwh,2026-03-01T10:00:00Z\n";
  private static final String SECOND =
      Readings.HEADER
          + "M1,2026-03-01,11,kwh,2026-03-02T10:00:00Z\n"
          + "M2,2026-03-01,19,kwh,2026-03-01T09:00:00Z\n"
          + "M4,2026-03-02,40,kwh,2026-03-02T10:00:00Z\n"
          + "M5,2026-03-02,-1,kwh,2026-03-02T10:00:00Z\n";
  private static final List<String> OLD = List.of("M1|10.000", "M2|20.000");
  private static final List<String> NEW = List.of("M1|11.000", "M2|20.000", "M4|40.000");

  @AfterEach
  void live() {
    CrashingS3A.live();
  }

  @Test
  void whereverItIsKilled() throws Exception {
    RunContext base = TestLake.open("killed-base", Readings.CONTRACTS);
    TestLake.land(base, "readings/a.csv", FIRST);
    new Ingest(base, "readings").run();
    new Refine(base, "readings").run();
    int deaths = 0;
    // Every third write: the moments between two neighbours differ in nothing that a reader can
    // see.
    for (int writes = 1; writes < 60; writes += 3) {
      RunContext context = copy(base, "killed-" + writes);
      TestLake.land(context, "readings/b.csv", SECOND);
      boolean died = dies(context, writes);
      List<String> seen = silver(context);
      assertTrue(seen.equals(OLD) || seen.equals(NEW), "after " + writes + " writes: " + seen);
      // A new driver knows nothing of the old one's.
      DeltaLog.clearCache();
      new Ingest(context, "readings").run();
      new Refine(context, "readings").run();
      String when = "after " + writes + " writes";
      assertEquals(NEW, silver(context), when);
      assertEquals(
          List.of("a.csv|4", "b.csv|5"),
          strings(
              context.lake().quarantine("readings").read().selectExpr("file", "position"),
              "readings/"),
          when);
      assertEquals(7, context.lake().bronze("readings").read().count(), when);
      assertEquals(
          List.of("a.csv|3", "b.csv|4"),
          strings(context.lake().ops("files").read().selectExpr("file", "records"), "readings/"),
          when);
      if (!died) {
        break;
      }
      deaths++;
    }
    assertTrue(deaths >= 4, "only " + deaths + " deaths: the run has more writes than that");
  }

  private static RunContext copy(RunContext base, String name) throws IOException {
    TestLake.copy(LocalSpark.server().data(), "killed-base", name);
    assertEquals(OLD, silver(base));
    return TestLake.open(name, Readings.CONTRACTS);
  }

  /** Runs the night with so many writes left; whether it died of it. */
  private static boolean dies(RunContext context, int writes) {
    CrashingS3A.dieAfter(writes, context.lake().root());
    try {
      new Ingest(context, "readings").run();
      new Refine(context, "readings").run();
      return false;
    } catch (Exception e) {
      // Spark throws checked exceptions that its methods do not declare.
      return true;
    } finally {
      CrashingS3A.live();
    }
  }

  private static List<String> silver(RunContext context) {
    return strings(
        context.lake().silver("readings").read().selectExpr("meter", "kwh").orderBy("meter"), "");
  }

  private static List<String> strings(
      org.apache.spark.sql.Dataset<Row> rows, String withoutPrefix) {
    List<String> lines = new ArrayList<>();
    rows.collectAsList().forEach(row -> lines.add(row.mkString("|").replace(withoutPrefix, "")));
    lines.sort(null);
    return lines;
  }
}
