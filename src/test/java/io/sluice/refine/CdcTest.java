package io.sluice.refine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.sluice.ingest.Ingest;
import io.sluice.run.RowCounts;
import io.sluice.run.RunContext;
import io.sluice.table.Checkpoint;
import io.sluice.testing.Lines;
import io.sluice.testing.LocalLake;
import io.sluice.testing.SmallContract;
import io.sluice.testing.TestLake;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Inserts, updates and deletes of a database: silver holds what the database does. */
class CdcTest {
  private static final String CONTRACT =
      SmallContract.text(
          "agents",
          """
          - {name: id, logicalType: integer, physicalType: BIGINT, required: true, primaryKey: true, primaryKeyPosition: 1}
          - {name: name, logicalType: string, required: true, logicalTypeOptions: {minLength: 2}}
          - {name: lsn, logicalType: integer, physicalType: BIGINT, required: true}
          """,
          """
          - {property: orderingColumn, value: lsn}
          - {property: changes, value: %s}
          - {property: quarantineLimit, value: 1}
          - property: arrivals
            value:
              - {name: files, format: csv, location: agents/}
          """);

  @TempDir private Path folder;
  private RunContext context;
  private int files;

  private void open(String changes) throws IOException {
    Path contracts = Files.createDirectories(folder.resolve("contracts"));
    Files.writeString(contracts.resolve("agents.yaml"), CONTRACT.formatted(changes));
    context = LocalLake.open(folder, contracts, Map.of());
  }

  private RowCounts run(String... rows) {
    TestLake.land(
        context, "agents/" + files++ + ".csv", "op,id,name,lsn\n" + String.join("\n", rows) + "\n");
    new Ingest(context, "agents").run();
    return new Refine(context, "agents").run().rowCounts();
  }

  private List<String> agents() {
    return Lines.of(context.lake().silver("agents").read().select("id", "name", "lsn"));
  }

  @Test
  void aDeletedRowLeavesSilverAndStaysAway() throws IOException {
    open("{kind: cdc, operation: op}");
    assertEquals(counts(2, 2, 0, 0, 0, 0), run("I,1,Ann,10", "I,2,Bob,11"));
    assertEquals(counts(2, 1, 0, 0, 0, 1), run("D,1,,20", "U,2,Bobby,21"));
    assertEquals(List.of("2|Bobby|21"), agents());

    // What is older than the deletion, the deletion again, and an update that is newer.
    assertEquals(counts(1, 0, 0, 0, 1, 0), run("U,1,Anna,15"));
    assertEquals(counts(1, 0, 0, 1, 0, 0), run("D,1,,20"));
    assertEquals(List.of("2|Bobby|21"), agents());
    assertEquals(counts(1, 1, 0, 0, 0, 0), run("I,1,Ann again,30"));
    assertEquals(List.of("1|Ann again|30", "2|Bobby|21"), agents());

    // Of a row that never was, and before its insertion.
    assertEquals(counts(1, 0, 0, 0, 0, 1), run("D,7,,40"));
    assertEquals(counts(1, 0, 0, 0, 1, 0), run("I,7,Late,39"));
    assertEquals(List.of("1|Ann again|30", "2|Bobby|21"), agents());
    assertEquals(
        List.of("1|20", "7|40"),
        Lines.of(context.lake().silver("agents_deleted").read().select("id", "lsn")));
  }

  @Test
  void whatIsNoOperationIsQuarantinedAndADeletionNeedsItsKeyOnly() throws IOException {
    open("{kind: cdc, operation: op}");
    assertEquals(
        counts(4, 1, 2, 0, 0, 1), run("I,1,Ann,10", "X,2,Bob,11", "D,3,x,12", "D,,Bob,13"));
    assertEquals(
        List.of("/operation", "id/required"),
        Lines.of(
            context
                .lake()
                .quarantine("agents")
                .read()
                .selectExpr("concat(reasons[0].field, '/', reasons[0].rule)")));
  }

  @Test
  void rowsStayAsDeletedIfTheContractSaysSo() throws IOException {
    open("{kind: cdc, deleteWhen: \"op = 'D'\", deletes: keep}");
    run("I,1,Ann,10", "I,2,Bob,11");
    assertEquals(counts(1, 0, 0, 0, 0, 1), run("D,1,Ann,20"));
    assertEquals(
        List.of("1|Ann|20|true", "2|Bob|11|false"),
        Lines.of(context.lake().silver("agents").read().select("id", "name", "lsn", "_deleted")));
    assertEquals(counts(1, 0, 0, 0, 1, 0), run("U,1,Anna,15"));
    assertEquals(counts(1, 1, 0, 0, 0, 0), run("I,1,Ann again,30"));
    assertEquals(
        List.of("1|Ann again|30|false", "2|Bob|11|false"),
        Lines.of(context.lake().silver("agents").read().select("id", "name", "lsn", "_deleted")));
  }

  @Test
  void aTruncationEndsAllRowsBeforeIt() throws IOException {
    open("{kind: cdc, operation: op}");
    run("I,1,Ann,10", "I,2,Bob,30");
    assertEquals(
        new RowCounts(3, 1, 0, 0, 1, 1, 0, 1), run("I,3,Eve,19", "truncate,,,20", "I,4,Joe,21"));
    assertEquals(List.of("2|Bob|30", "4|Joe|21"), agents());

    // What is older and of keys never seen, and the truncation again, and an older one.
    assertEquals(counts(1, 0, 0, 0, 1, 0), run("I,5,Late,15"));
    assertEquals(counts(2, 0, 0, 1, 1, 0), run("t,,,20", "t,,,12"));
    assertEquals(List.of("2|Bob|30", "4|Joe|21"), agents());
    assertEquals(counts(1, 1, 0, 0, 0, 0), run("I,1,Ann again,22"));
    assertEquals(counts(1, 0, 1, 0, 0, 0), run("t,,,"));
    assertEquals(
        List.of("null|20"),
        Lines.of(context.lake().silver("agents_deleted").read().select("id", "lsn")));
  }

  @Test
  void aTruncationIsReplayed() throws IOException {
    open("{kind: cdc, operation: op}");
    run("I,1,Ann,10", "I,2,Bob,30", "wipe,,,20");
    open("{kind: cdc, operation: \"if(op = 'wipe', 't', op)\"}");
    Replay.Selection all = Replay.Selection.of(null, null, null);
    assertEquals(
        new RowCounts(1, 0, 0, 0, 0, 1, 0, 1),
        new Replay(context, "agents", all).run().rowCounts());
    assertEquals(List.of("2|Bob|30"), agents());
    assertEquals(
        List.of("deleted"), Lines.of(context.lake().quarantine("agents").read().select("outcome")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{kind: cdc, operation: op, deletes: keep}",
        "{kind: cdc, operation: op}}\n  - {property: history, value: {validFrom: _arrived_at}"
      })
  void aTruncationIsQuarantinedWhereRowsThatHaveEndedStay(String changes) throws IOException {
    open(changes);
    assertEquals(counts(2, 1, 1, 0, 0, 0), run("I,1,Ann,10", "t,,,20"));
    assertEquals(
        List.of("/operation"),
        Lines.of(
            context
                .lake()
                .quarantine("agents")
                .read()
                .selectExpr("concat(reasons[0].field, '/', reasons[0].rule)")));
  }

  @Test
  void aQuarantinedDeletionIsReplayed() throws IOException {
    open("{kind: cdc, operation: op}");
    run("I,1,Ann,10", "I,2,Bob,11");
    run("erase,1,Ann,20", "erase,9,Nobody,21");
    assertEquals(2, agents().size());
    open("{kind: cdc, operation: \"if(op = 'erase', 'D', op)\"}");
    Replay.Selection all = Replay.Selection.of(null, null, null);
    assertEquals(counts(2, 0, 0, 0, 0, 2), new Replay(context, "agents", all).run().rowCounts());
    assertEquals(List.of("2|Bob|11"), agents());
    assertEquals(
        List.of("deleted", "deleted"),
        Lines.of(context.lake().quarantine("agents").read().select("outcome")));
    assertEquals(counts(1, 0, 0, 0, 1, 0), run("U,1,Ann,19"));
  }

  @Test
  void aDriverThatDiesBeforeSilverLeavesNoDeletionThatCounts() throws IOException {
    open("{kind: cdc, operation: op}");
    run("I,1,Ann,10", "erase,1,Ann,20");
    SilverTable silver = new SilverTable(context, context.contracts().get("agents"));
    long handled = silver.table().checkpoint(Checkpoint.REFINED);
    Deletions left = silver.deletions(handled).orElseThrow();
    left.add(
        context
            .spark()
            .sql(
                "select 2L id, 99L lsn, 'f' _file, 1L _position,"
                    + " timestamp'2026-03-01 10:00:00' _arrived_at"),
        handled + 1);
    left.publishNews("{}", handled + 1);

    // A replay beside it leaves alone what a refine is about to publish.
    open("{kind: cdc, operation: \"if(op = 'erase', 'D', op)\"}");
    Replay.Selection all = Replay.Selection.of(null, null, null);
    assertEquals(1, new Replay(context, "agents", all).run().rowCounts().deleted());
    assertEquals(List.of("1|20", "2|99"), Lines.of(silver.deletions().read().select("id", "lsn")));

    assertEquals(counts(1, 1, 0, 0, 0, 0), run("I,2,Bob,50"));
    assertEquals(List.of("2|Bob|50"), agents());
    assertEquals(List.of("1|20"), Lines.of(silver.deletions().read().select("id", "lsn")));
  }

  private static RowCounts counts(
      long read, long accepted, long quarantined, long duplicate, long superseded, long deleted) {
    return new RowCounts(read, accepted, quarantined, duplicate, superseded, deleted, 0);
  }
}
