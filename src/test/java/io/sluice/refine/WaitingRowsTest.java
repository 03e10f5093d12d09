package io.sluice.refine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.contract.Contract;
import io.sluice.ingest.Ingest;
import io.sluice.pipeline.Nightly;
import io.sluice.run.RowCounts;
import io.sluice.run.RunContext;
import io.sluice.run.RunResult;
import io.sluice.table.Checkpoint;
import io.sluice.table.LakeTable;
import io.sluice.table.TableSpec;
import io.sluice.table.TableTransaction;
import io.sluice.testing.Lines;
import io.sluice.testing.LocalLake;
import io.sluice.testing.TestLake;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Payments refer to invoices by account and number together, refunds to payments: a row whose
 * parent comes later comes in by itself.
 */
class WaitingRowsTest {
  @TempDir private Path folder;
  private final Map<String, String> settings = new LinkedHashMap<>();
  private RunContext context;
  private int files;

  @BeforeEach
  void open() throws IOException {
    open("");
  }

  private void open(String checks) throws IOException {
    Path contracts = Files.createDirectories(folder.resolve("contracts"));
    Files.writeString(contracts.resolve("invoices.yaml"), PaymentContracts.INVOICES);
    Files.writeString(contracts.resolve("payments.yaml"), PaymentContracts.payments(checks));
    Files.writeString(contracts.resolve("refunds.yaml"), PaymentContracts.REFUNDS);
    context = LocalLake.open(folder, contracts, settings);
  }

  private void land(String source, String header, String... rows) {
    TestLake.land(
        context, source + "/" + files++ + ".csv", header + "\n" + String.join("\n", rows) + "\n");
  }

  private void invoices(String... rows) {
    land("invoices", "account,number", rows);
    refine("invoices");
  }

  private RowCounts payments(String... rows) {
    land("payments", "id,account,number,amount,iban", rows);
    return refine("payments");
  }

  private RowCounts refine(String source) {
    new Ingest(context, source).run();
    return new Refine(context, source).run().rowCounts();
  }

  private RunResult look() {
    return new WaitingRows(context, "payments").run();
  }

  private List<String> silver(String source, String column) {
    return Lines.of(context.lake().silver(source).read().select(column));
  }

  private List<String> quarantine() {
    return Lines.of(
        context
            .lake()
            .quarantine("payments")
            .read()
            .selectExpr("position", "outcome", "waits_for", "attempt"));
  }

  private List<Long> versions() {
    List<Long> versions = new ArrayList<>();
    for (LakeTable table :
        List.of(
            context.lake().silver("payments"),
            context.lake().quarantine("payments"),
            context.lake().ops("runs"))) {
      versions.add(table.version());
    }
    return versions;
  }

  @Test
  void aRowComesInByItselfOnceItsParentIsThere() {
    invoices("A,1");
    assertEquals(
        new RowCounts(5, 2, 3, 0, 0),
        payments(
            "p1,A,1,10,DE1", "p2,A,2,10,DE2", "p3,A,2,-1,DE3", "p4,,2,10,DE4", "p5,A,3,10,DE5"));
    assertEquals(
        List.of("3|quarantined|invoices|1", "4|quarantined|null|1", "6|quarantined|invoices|1"),
        quarantine());
    assertSame(RunResult.NOTHING_NEW, look());
    assertEquals(List.of("p1", "p4"), silver("payments", "id"));

    invoices("A,2", "B,3");
    assertEquals(new RowCounts(1, 1, 0, 0, 0), look().rowCounts());

    assertEquals(List.of("p1", "p2", "p4"), silver("payments", "id"));
    assertEquals(
        List.of("3|accepted|null|2", "4|quarantined|null|1", "6|quarantined|invoices|1"),
        quarantine());
    assertEquals(
        List.of("replay|payments|done|1|1|0|what they refer to is there now, in invoices"),
        Lines.of(
            context
                .lake()
                .ops("runs")
                .read()
                .where("command = 'replay'")
                .select(
                    "command",
                    "subject",
                    "outcome",
                    "rows_read",
                    "rows_accepted",
                    "rows_quarantined",
                    "message")));
    List<Long> before = versions();
    assertSame(RunResult.NOTHING_NEW, look());
    assertEquals(before, versions(), "a second look does nothing");
  }

  @Test
  void nothingIsWrittenWhileNoRowWaits() {
    invoices("A,1");
    payments("p1,A,1,10,DE1", "p2,A,1,-1,DE2");
    List<Long> before = versions();
    assertSame(RunResult.NOTHING_NEW, look());
    invoices("A,2");
    assertSame(RunResult.NOTHING_NEW, look());
    assertEquals(before.subList(0, 2), versions().subList(0, 2));
  }

  @Test
  void noMoreComeAtATimeThanMay() throws IOException {
    settings.put("replay.waiting-rows", "2");
    open();
    invoices("A,1");
    payments("p3,A,2,1,DE", "p4,A,9,1,DE", "p1,A,2,1,DE");
    payments("p2,A,2,1,DE", "p5,A,2,1,DE");
    payments("p6,A,2,1,DE");
    invoices("A,2");
    assertEquals(2, look().rowCounts().accepted());
    assertEquals(List.of("p1", "p3"), silver("payments", "id"), "those first that arrived first");
    assertEquals(2, look().rowCounts().accepted());
    assertEquals(List.of("p1", "p2", "p3", "p5"), silver("payments", "id"));
    assertEquals(1, look().rowCounts().accepted());
    assertSame(RunResult.NOTHING_NEW, look());
    assertEquals(5, silver("payments", "id").size());
    assertEquals(
        List.of(
            "what they refer to is there now, in invoices",
            "what they refer to is there now, in invoices; 1 more wait for the next run"
                + " (replay.waiting-rows)",
            "what they refer to is there now, in invoices; 3 more wait for the next run"
                + " (replay.waiting-rows)"),
        Lines.of(context.lake().ops("runs").read().where("command = 'replay'").select("message")));
  }

  @Test
  void aNightBringsInRowsOfRowsThatHaveWaited() {
    land("invoices", "account,number", "A,1");
    land("payments", "id,account,number,amount,iban", "p1,A,1,10,DE1", "p2,A,2,10,DE2");
    land("refunds", "payment", "p1", "p2");
    new Nightly(context).run();
    assertEquals(List.of("p1"), silver("payments", "id"));
    assertEquals(List.of("p1"), silver("refunds", "payment"));

    land("invoices", "account,number", "A,2");
    new Nightly(context).run();
    assertEquals(List.of("p1", "p2"), silver("payments", "id"));
    assertEquals(List.of("p1", "p2"), silver("refunds", "payment"));
    List<Long> before = versions();
    new Nightly(context).run();
    assertEquals(before, versions());
  }

  @Test
  void aRowWaitsForSoManyDays() {
    invoices("A,1");
    payments("p1,A,2,10,DE1");
    invoices("A,2");
    Clock later = Clock.offset(Clock.systemUTC(), Duration.ofDays(31));
    List<Long> before = versions();
    assertSame(RunResult.NOTHING_NEW, new WaitingRows(context, "payments", later).run());
    assertEquals(before, versions());
    assertEquals(1, look().rowCounts().accepted());
  }

  /** A refine that began before the parent came may publish behind the look that follows it. */
  @Test
  void aRowJudgedByAnOlderVersionOfItsParentIsNotPassedOver() {
    invoices("A,1");
    payments("p1,A,2,10,DE1");
    invoices("A,2");
    Contract contract = context.contracts().get("payments");
    long handled = context.lake().silver("payments").checkpoint(Checkpoint.REFINED);
    TableTransaction.begin(context.lake().quarantine("payments"), Quarantine.spec(contract))
        .checkpoint(Checkpoint.lookedAfter("invoices"), context.lake().silver("invoices").version())
        .checkpoint(Checkpoint.LOOKED_AFTER, handled - 1)
        .publish(SaveMode.Append, "{}");
    assertEquals(1, look().rowCounts().accepted());
    assertSame(RunResult.NOTHING_NEW, look());
  }

  @Test
  void whatACheckStopsStaysAndFailsNothingElse() throws IOException {
    open(
        "    quality:\n      - {type: custom, engine: dqdl, name: many, implementation: RowCount > 1}\n");
    invoices("A,1");
    payments("p1,A,1,10,DE1", "p2,A,1,10,DE2", "p3,A,2,10,DE3");
    invoices("A,2");
    assertSame(RunResult.NOTHING_NEW, look());
    assertEquals(List.of("p1", "p2"), silver("payments", "id"));
    assertEquals(List.of("4|quarantined|invoices|1"), quarantine());
    List<Long> before = versions();
    assertSame(RunResult.NOTHING_NEW, look());
    assertEquals(before, versions(), "it is not tried again until there is news");
    payments("p4,A,5,10,DE4", "p5,A,1,10,DE5", "p6,A,1,10,DE6");
    invoices("A,5");
    assertEquals(2, look().rowCounts().accepted());
    assertEquals(
        List.of("done", "stopped"),
        Lines.of(context.lake().ops("runs").read().where("command = 'replay'").select("outcome")));
  }

  @Test
  void aQuarantineOfBeforeIsReplayedAndGetsTheColumn() {
    invoices("A,1");
    land("payments", "id,account,number,amount,iban", "p1,A,2,10,DE1", "p2,A,1,10,DE2");
    new Ingest(context, "payments").run();
    Contract contract = context.contracts().get("payments");
    TableSpec now = Quarantine.spec(contract);
    StructType before =
        new StructType(
            Arrays.stream(now.schema().fields())
                .filter(field -> !field.name().equals(Quarantine.WAITS_FOR))
                .toArray(StructField[]::new));
    LakeTable bronze = context.lake().bronze("payments");
    TableTransaction.begin(
            context.lake().quarantine("payments"),
            new TableSpec(now.comment(), before, List.of(), List.of("batch", "quarantined_at")))
        .append(
            bronze
                .read()
                .selectExpr(
                    "raw",
                    "array(named_struct('field','a','rule','b','message','c')) as reasons",
                    "arrival",
                    "file",
                    "position",
                    "header",
                    "arrived_at",
                    "'1.0.0' as contract_version",
                    "1 as attempt",
                    "now() as quarantined_at",
                    "'run' as run_id",
                    "cast(0 as bigint) as batch",
                    "'quarantined' as outcome",
                    "problem"))
        .publish(SaveMode.Append, "{}");
    SilverTable silver = new SilverTable(context, contract);
    TableTransaction.begin(silver.table(), silver.spec())
        .checkpoint(Checkpoint.REFINED, bronze.version())
        .publish(SaveMode.Append, "{}");
    assertSame(RunResult.NOTHING_NEW, look());
    assertEquals(
        new RowCounts(2, 1, 1, 0, 0),
        new Replay(context, "payments", Replay.Selection.of((String) null, null, null))
            .run()
            .rowCounts());
    assertEquals(List.of("2|quarantined|invoices|2", "3|accepted|null|2"), quarantine());
    invoices("A,2");
    assertEquals(1, look().rowCounts().accepted());
    assertTrue(silver("payments", "id").contains("p1"));
  }
}
