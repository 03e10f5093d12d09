package io.sluice.refine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.contract.Contract;
import io.sluice.engine.DriverRows;
import io.sluice.engine.LocalRows;
import io.sluice.ingest.Ingest;
import io.sluice.run.RowCounts;
import io.sluice.run.RunContext;
import io.sluice.run.RunResult;
import io.sluice.testing.Lines;
import io.sluice.testing.LocalLake;
import io.sluice.testing.SmallContract;
import io.sluice.testing.TestLake;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A source without a key: each record is a row, once, whatever it says. */
class AppendTest {
  private static final String CONTRACT =
      SmallContract.text(
          "hits",
          """
          - {name: day, logicalType: date, required: true, partitioned: true, partitionKeyPosition: 1}
          - {name: path, logicalType: string, required: true, logicalTypeOptions: {pattern: "/.*"}}
          """,
          """
          - {property: changes, value: %s}
          - {property: quarantineLimit, value: 1}
          - property: arrivals
            value:
              - {name: files, format: csv, location: hits/}
          """);

  private static final String FIRST =
      "day,path\n2026-03-01,/a\n2026-03-01,/a\n2026-03-02,/b\n2026-03-02,broken\n";

  @TempDir private Path folder;
  private Path contracts;
  private RunContext context;

  @BeforeEach
  void open() throws IOException {
    contracts = Files.createDirectories(folder.resolve("contracts"));
    open("append");
  }

  private void open(String changes) throws IOException {
    Files.writeString(contracts.resolve("hits.yaml"), CONTRACT.formatted(changes));
    context = LocalLake.open(folder, contracts, Map.of());
  }

  private RowCounts run(String file, String content) {
    TestLake.land(context, "hits/" + file, content);
    return run();
  }

  private RowCounts run() {
    new Ingest(context, "hits").run();
    return new Refine(context, "hits").run().rowCounts();
  }

  private List<String> hits() {
    return Lines.of(context.lake().silver("hits").read().select("day", "path"));
  }

  @Test
  void equalRecordsAreRowsOfTheirOwn() {
    assertEquals(new RowCounts(4, 3, 1, 0, 0), run("1.csv", FIRST));
    assertEquals(List.of("2026-03-01|/a", "2026-03-01|/a", "2026-03-02|/b"), hits());

    assertEquals(new RowCounts(1, 1, 0, 0, 0), run("2.csv", "day,path\n2026-03-01,/a\n"));
    assertEquals(3, hits().stream().filter("2026-03-01|/a"::equals).count());
  }

  @Test
  void aFileThatLandsAgainIsOneDelivery() throws IOException {
    run("1.csv", FIRST);
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
      out.write(FIRST.getBytes(StandardCharsets.UTF_8));
    }
    TestLake.land(context, "hits/copies/of-1.csv.gz", packed.toByteArray());
    TestLake.land(context, "hits/3.csv", "day,path\n2026-03-03,/c\n");
    TestLake.land(context, "hits/4.csv", "day,path\n2026-03-03,/c\n");
    assertEquals(new RowCounts(1, 1, 0, 0, 0), run());
    // What is empty is a delivery of nothing.
    TestLake.land(context, "hits/5.csv", "day,path\n");
    TestLake.land(context, "hits/6.csv", "day,path\n");
    run();

    assertEquals(
        List.of(
            "hits/1.csv|ingested|4|null",
            "hits/3.csv|ingested|1|null",
            "hits/4.csv|redelivered|0|holds the records of hits/3.csv",
            "hits/5.csv|ingested|0|null",
            "hits/6.csv|ingested|0|null",
            "hits/copies/of-1.csv.gz|redelivered|0|holds the records of hits/1.csv"),
        Lines.of(
            context.lake().ops("files").read().select("file", "outcome", "records", "problem")));
    assertEquals(4, hits().size());
  }

  @Test
  void aFileWithOtherContentUnderAnOldNameAdds() {
    run("1.csv", FIRST);
    assertEquals(
        new RowCounts(2, 2, 0, 0, 0), run("1.csv", "day,path\n2026-03-01,/a\n2026-03-09,/z\n"));
    assertEquals(5, hits().size());
  }

  @Test
  void deliveriesAreKeptApartIfTheContractSaysSo() throws IOException {
    open("{kind: append, redelivered: keep}");
    run("1.csv", FIRST);
    assertEquals(new RowCounts(4, 3, 1, 0, 0), run("2.csv", FIRST));
    assertEquals(6, hits().size());
  }

  @Test
  void smallBatchesInTheDriverMakeTheSameRows() {
    TestLake.land(context, "hits/1.csv", FIRST);
    new Ingest(context, "hits").run();
    Contract contract = context.contracts().get("hits");
    SilverTable silver = new SilverTable(context, contract);
    LocalRefiner refiner = new LocalRefiner(context, silver, RowJudge.open(context, contract));
    LocalRows rows = DriverRows.of(silver.bronze().read());
    long until = silver.bronze().version();
    RefineCommit commit = RefineCommit.begin(context, silver);
    RunResult result = LocalBatches.refine(context, commit, refiner, "hits", rows, until);

    assertEquals(new RowCounts(4, 3, 1, 0, 0), result.rowCounts());
    assertEquals(List.of("2026-03-01|/a", "2026-03-01|/a", "2026-03-02|/b"), hits());
    assertEquals(RowCounts.EMPTY, new Refine(context, "hits").run().rowCounts());
  }

  @Test
  void replayAndBackfillDoubleNothing() throws IOException {
    run("1.csv", FIRST);
    Files.writeString(
        contracts.resolve("hits.yaml"),
        CONTRACT.formatted("append").replace("pattern: \"/.*\"", "minLength: 1"));
    context = LocalLake.open(folder, contracts, Map.of());
    Replay.Selection all = Replay.Selection.of(null, null, null);
    assertEquals(1, new Replay(context, "hits", all).run().rowCounts().accepted());
    assertEquals(
        List.of("2026-03-01|/a", "2026-03-01|/a", "2026-03-02|/b", "2026-03-02|broken"), hits());
    assertEquals(0, new Replay(context, "hits", all).run().rowCounts().accepted());

    long version = context.lake().silver("hits").version();
    LocalDate day = LocalDate.of(2026, 3, 1);
    new Backfill(context, "hits", new Backfill.Range(day, day.plusDays(1), null, 1, 1)).run();
    assertEquals(4, hits().size());
    assertTrue(context.lake().silver("hits").version() - version <= 1);
  }
}
