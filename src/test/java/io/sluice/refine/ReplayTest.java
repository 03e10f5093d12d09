package io.sluice.refine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.bench.CrashingS3A;
import io.sluice.ingest.Ingest;
import io.sluice.run.RowCounts;
import io.sluice.run.RunContext;
import io.sluice.run.RunResult;
import io.sluice.testing.NeedsServers;
import io.sluice.testing.Readings;
import io.sluice.testing.TestLake;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A contract is fixed: quarantined rows come into silver once, and history is made anew by it. */
@NeedsServers
class ReplayTest {
  private static final String CSV =
      "meter,day,kwh,unit,read_at\n"
          + "M1,2026-03-01,10,kwh,2026-03-01T10:00:00Z\n"
          + "M2,2026-03-01,-5,kwh,2026-03-01T10:00:00Z\n"
          + "M3,2026-03-02,-7,kwh,2026-03-02T10:00:00Z\n"
          + "M4,2026-03-02,abc,kwh,2026-03-02T10:00:00Z\n"
          + "M5,2026-03-03,50,kwh,2026-03-03T10:00:00Z\n";

  @TempDir Path contracts;

  /** The readings' contract with some of its text replaced. */
  private void contract(String version, String... replaced) throws IOException {
    String yaml = Files.readString(Readings.CONTRACTS.resolve("readings.yaml"));
    yaml = yaml.replace("version: 1.0.0", "version: " + version);
    for (int i = 0; i < replaced.length; i += 2) {
      assertTrue(yaml.contains(replaced[i]), replaced[i]);
      yaml = yaml.replace(replaced[i], replaced[i + 1]);
    }
    Files.writeString(contracts.resolve("readings.yaml"), yaml);
  }

  private static Replay.Selection all() {
    return Replay.Selection.of((String) null, null, null);
  }

  private static Backfill.Range days(int from, int to) {
    return new Backfill.Range(LocalDate.of(2026, 3, from), LocalDate.of(2026, 3, to), null, 1, 2);
  }

  private static List<String> rows(RunContext context, String layer, String sql) {
    return context
        .spark()
        .sql(
            "select "
                + sql.replace("$t", "delta.`" + context.lake().root() + "/" + layer + "/readings`"))
        .collectAsList()
        .stream()
        .map(row -> row.mkString("|"))
        .sorted()
        .toList();
  }

  private RunContext start(String name) throws IOException {
    contract("1.0.0");
    RunContext context = TestLake.open(name, contracts);
    TestLake.land(context, "readings/a.csv", CSV);
    new Ingest(context, "readings").run();
    new Refine(context, "readings").run();
    assertEquals(
        List.of("M1|10", "M5|50"), rows(context, "silver", "meter, cast(kwh as int) from $t"));
    return context;
  }

  @Test
  void rowsThatAreSoundNowComeInOnce() throws IOException {
    RunContext context = start("replay");
    contract("1.1.0", "minimum: 0", "minimum: -6");
    context = TestLake.open("replay", contracts);
    // A newer version of one of them has arrived meanwhile.
    TestLake.land(
        context,
        "readings/b.csv",
        "meter,day,kwh,unit,read_at\nM2,2026-03-01,3,kwh,2026-03-01T11:00:00Z\n"
            + "M6,2026-03-01,-2,kwh,2026-03-01T11:00:00Z\n");
    new Ingest(context, "readings").run();
    new Refine(context, "readings").run();
    contract("1.2.0", "minimum: 0", "minimum: -9");
    context = TestLake.open("replay", contracts);
    String before = new Replay(context, "readings", all()).rehearse();
    assertTrue(before.startsWith("3 rows of the selection: 2 valid now, 1 not"), before);
    assertEquals(
        new RowCounts(3, 1, 1, 0, 1), new Replay(context, "readings", all()).run().rowCounts());
    assertEquals(
        List.of("M1|10", "M2|3", "M3|-7", "M5|50", "M6|-2"),
        rows(context, "silver", "meter, cast(kwh as int) from $t"));
    assertEquals(
        List.of("3|superseded|2|1.2.0", "4|accepted|2|1.2.0", "5|quarantined|2|1.2.0"),
        rows(context, "quarantine", "position, outcome, attempt, contract_version from $t"));
    long version = context.lake().silver("readings").version();
    assertEquals(
        new RowCounts(1, 0, 1, 0, 0), new Replay(context, "readings", all()).run().rowCounts());
    assertEquals(version, context.lake().silver("readings").version());
    assertSame(
        RunResult.NOTHING_NEW,
        new Replay(context, "readings", Replay.Selection.of("kwh/range", null, null)).run());
  }

  @Test
  void deathBetweenSilverAndTheMarksIsFinished() throws IOException {
    RunContext context = start("replay-death");
    contract("1.1.0", "minimum: 0", "minimum: -9");
    context = TestLake.open("replay-death", contracts);
    CrashingS3A.dieAfter(0, context.lake().root() + "/quarantine");
    try {
      new Replay(context, "readings", all()).run();
      throw new AssertionError("it should have died");
    } catch (Exception e) {
      assertTrue(e.toString().contains("killed"), e.toString());
    } finally {
      CrashingS3A.live();
    }
    assertEquals(
        List.of("M1|10", "M2|-5", "M3|-7", "M5|50"),
        rows(context, "silver", "meter, cast(kwh as int) from $t"));
    new Replay(context, "readings", all()).run();
    assertEquals(
        List.of("3|accepted", "4|accepted", "5|quarantined"),
        rows(context, "quarantine", "position, outcome from $t"));
    assertEquals(4, context.lake().silver("readings").read().count());
  }

  @Test
  void rowsThatWaitedComeInOnceThoughTheirReplayDies() throws IOException {
    Files.writeString(contracts.resolve("invoices.yaml"), PaymentContracts.INVOICES);
    Files.writeString(contracts.resolve("payments.yaml"), PaymentContracts.payments(""));
    RunContext context = TestLake.open("waiting-death", contracts);
    TestLake.land(context, "invoices/a.csv", "account,number\nA,1\n");
    TestLake.land(
        context, "payments/a.csv", "id,account,number,amount,iban\np1,A,2,1,DE\np2,A,3,1,DE\n");
    for (String source : List.of("invoices", "payments")) {
      new Ingest(context, source).run();
      new Refine(context, source).run();
    }
    TestLake.land(context, "invoices/b.csv", "account,number\nA,2\n");
    new Ingest(context, "invoices").run();
    new Refine(context, "invoices").run();
    CrashingS3A.dieAfter(0, context.lake().root() + "/quarantine");
    try {
      new WaitingRows(context, "payments").run();
      throw new AssertionError("it should have died");
    } catch (Exception e) {
      assertTrue(e.toString().contains("killed"), e.toString());
    } finally {
      CrashingS3A.live();
    }
    assertEquals(1, context.lake().silver("payments").read().count());
    new WaitingRows(context, "payments").run();
    assertEquals(
        List.of("2|accepted|null", "3|quarantined|invoices"),
        context
            .lake()
            .quarantine("payments")
            .read()
            .select("position", "outcome", "waits_for")
            .collectAsList()
            .stream()
            .map(row -> row.mkString("|"))
            .sorted()
            .toList());
    assertEquals(1, context.lake().silver("payments").read().count());
    assertSame(RunResult.NOTHING_NEW, new WaitingRows(context, "payments").run());
  }

  @Test
  void backfillMakesARangeAnew() throws IOException {
    RunContext context = start("backfill");
    // Stricter at the top, laxer at the bottom: rows leave and rows come.
    contract("2.0.0", "minimum: 0", "minimum: -6, maximum: 40");
    context = TestLake.open("backfill", contracts);
    String plan = new Backfill(context, "readings", days(1, 3)).plan();
    assertTrue(plan.contains("3 steps of up to 1 days"), plan);
    RunResult published = new Backfill(context, "readings", days(1, 3)).run();
    assertEquals(new RowCounts(5, 2, 3, 0, 0), published.rowCounts());
    List<String> silver = rows(context, "silver", "meter, cast(kwh as int) from $t");
    assertEquals(List.of("M1|10", "M2|-5"), silver);
    assertEquals(
        List.of("3|accepted", "4|quarantined", "5|quarantined", "6|quarantined"),
        rows(context, "quarantine", "position, outcome from $t"));
    long version = context.lake().silver("readings").version();
    new Backfill(context, "readings", days(1, 3)).run();
    assertEquals(version, context.lake().silver("readings").version(), "again is a no-op");
  }

  @Test
  void backfillOfASourceThatNeverHadABrokenRow() throws IOException {
    contract("1.0.0");
    RunContext context = TestLake.open("backfill-clean", contracts);
    TestLake.land(
        context,
        "readings/a.csv",
        "meter,day,kwh,unit,read_at\nM1,2026-03-01,10,kwh,2026-03-01T10:00:00Z\n");
    new Ingest(context, "readings").run();
    new Refine(context, "readings").run();
    assertSame(RunResult.NOTHING_NEW, new Backfill(context, "readings", days(1, 1)).run());
  }

  @Test
  void backfillTakesInWhatArrivesMeanwhileAndGoesOnAfterADeath() throws IOException {
    RunContext context = start("backfill-live");
    contract("1.1.0", "minimum: 0", "minimum: -9");
    context = TestLake.open("backfill-live", contracts);
    // It dies at its swap: its steps are built and noted.
    CrashingS3A.dieAfter(0, context.lake().root() + "/silver/readings/_delta_log");
    try {
      new Backfill(context, "readings", days(1, 2)).run();
      throw new AssertionError("it should have died");
    } catch (Exception e) {
      assertTrue(e.toString().contains("killed"), e.toString());
    } finally {
      CrashingS3A.live();
    }
    assertEquals(
        List.of("M1|10", "M5|50"), rows(context, "silver", "meter, cast(kwh as int) from $t"));
    TestLake.land(
        context,
        "readings/b.csv",
        "meter,day,kwh,unit,read_at\nM1,2026-03-01,11,kwh,2026-03-05T10:00:00Z\n"
            + "M7,2026-03-02,70,kwh,2026-03-05T10:00:00Z\n");
    new Ingest(context, "readings").run();
    new Refine(context, "readings").run();
    new Backfill(context, "readings", days(1, 2)).run();
    assertEquals(
        List.of("M1|11", "M2|-5", "M3|-7", "M5|50", "M7|70"),
        rows(context, "silver", "meter, cast(kwh as int) from $t"));
    for (Row row : context.lake().quarantine("readings").read().collectAsList()) {
      assertEquals(
          row.getLong(row.fieldIndex("position")) == 5 ? "quarantined" : "accepted",
          row.getString(row.fieldIndex("outcome")));
    }
  }

  @Test
  void rowsThatWouldBeLostStopABackfill() throws IOException {
    RunContext context = start("backfill-lost");
    Backfill.Range range =
        new Backfill.Range(
            LocalDate.of(2026, 3, 1), LocalDate.of(2026, 3, 3), LocalDate.of(2100, 1, 1), 31, 1);
    long version = context.lake().silver("readings").version();
    Exception stopped =
        org.junit.jupiter.api.Assertions.assertThrows(
            io.sluice.run.StoppedException.class,
            () -> new Backfill(context, "readings", range).run());
    assertTrue(stopped.getMessage().contains("no_row_lost"), stopped.getMessage());
    assertTrue(stopped.getMessage().contains("--arrived-from"), stopped.getMessage());
    assertEquals(version, context.lake().silver("readings").version());
  }
}
