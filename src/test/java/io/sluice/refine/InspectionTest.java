package io.sluice.refine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.ingest.Ingest;
import io.sluice.run.RowCounts;
import io.sluice.run.RunContext;
import io.sluice.run.StoppedException;
import io.sluice.testing.Lines;
import io.sluice.testing.LocalLake;
import io.sluice.testing.Readings;
import io.sluice.testing.TestLake;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is told of rows that wait, and of the stop that made them wait. */
class InspectionTest {
  @TempDir private Path folder;

  /** Of 100 rows, 30 negative and of these 5 in an unknown unit; the limit is lowered to 0.2. */
  private RunContext stopped(Path contracts) throws IOException {
    Path lowered = Files.createDirectories(folder.resolve("contracts"));
    Files.writeString(
        lowered.resolve("readings.yaml"),
        Files.readString(contracts.resolve("readings.yaml"))
            .replace("quarantineLimit, value: 0.6", "quarantineLimit, value: 0.2"));
    RunContext context = LocalLake.open(folder, lowered, Map.of());
    StringBuilder csv = new StringBuilder(Readings.HEADER);
    for (int i = 0; i < 100; i++) {
      csv.append(
          "M%d,2026-03-01,%d,%s,2026-03-01T10:00:00Z%n"
              .formatted(i, i < 30 ? -1 : 5, i < 5 ? "x" : "kwh"));
    }
    TestLake.land(context, "readings/a.csv", csv.toString());
    new Ingest(context, "readings").run();
    return context;
  }

  private static List<String> lines(RunContext context, int rows, String reason) {
    return new Inspection(context, "readings", rows, reason).lines(Inspection.Records.CLOSED);
  }

  @Test
  void stopSaysHowManyWhyWhereAndWhatToDo() throws IOException {
    RunContext context = stopped(Readings.CONTRACTS);
    String stop =
        assertThrows(StoppedException.class, () -> new Refine(context, "readings").run())
            .getMessage();
    assertTrue(
        stop.startsWith(
            "silver.readings is unchanged: check quarantine_limit failed: share of quarantined rows"
                + " <= 0.2, or fewer than 20 of them (30 of 100 rows are quarantined; the commonest"
                + " reasons: kwh/range 30 rows (first: "),
        stop);
    assertTrue(stop.contains("a.csv, position 2); unit/enum 5 rows (first: "), stop);
    assertTrue(
        stop.endsWith(
            "measured 0.3. See the rows: sluice inspect --source readings. Fix the source or its"
                + " contract, then run refine again."),
        stop);

    Refine.Rehearsal rehearsal = new Refine(context, "readings").rehearse();
    assertEquals(
        "100 new rows, 30 of them to quarantine {kwh/range=30, unit/enum=5}, for the days"
            + " [2026-03-01]",
        rehearsal.sentence());
    assertTrue(rehearsal.stop().orElseThrow().startsWith("check quarantine_limit failed"));

    // One run's limit is raised, for the record.
    new Refine(context, "readings", QuarantineGate.of(context.contracts().get("readings"), 0.3))
        .run();
    assertEquals(70, context.lake().silver("readings").read().count());
    assertEquals(
        List.of(
            "refine|done|quarantine limit 0.3 in place of the contract's 0.2",
            "refine|stopped|" + stop),
        Lines.of(
            context
                .lake()
                .ops("runs")
                .read()
                .where("command = 'refine'")
                .select("command", "outcome", "message")));
    assertTrue(
        Lines.of(
                context
                    .lake()
                    .ops("check_results")
                    .read()
                    .where("check = 'quarantine_limit' and outcome = 'passed'")
                    .select("rule"))
            .get(0)
            .endsWith("(quarantine limit 0.3 in place of the contract's 0.2)"));
  }

  @Test
  void rehearsalSaysThatAContractsCheckWouldStopAndWritesNothing() throws IOException {
    RunContext context = LocalLake.open(folder, Readings.CONTRACTS, Map.of());
    TestLake.land(
        context,
        "readings/a.csv",
        Readings.HEADER + "M1,2026-03-01,5000,kwh,2026-03-01T10:00:00Z\n");
    new Ingest(context, "readings").run();
    long before = files();
    Refine.Rehearsal rehearsal = new Refine(context, "readings").rehearse();
    assertTrue(rehearsal.stop().orElseThrow().contains("check plausible_mean failed"));
    assertEquals(before, files());
    assertFalse(context.lake().silver("readings").exists());
  }

  private long files() throws IOException {
    try (var all = Files.walk(folder.resolve("lake"))) {
      return all.filter(Files::isRegularFile).count();
    }
  }

  @Test
  void fewerThanTwentyBrokenRowsDoNotStop() {
    RunContext context = LocalLake.open(folder, Readings.CONTRACTS, Map.of());
    StringBuilder csv = new StringBuilder(Readings.HEADER);
    for (int i = 0; i < 19; i++) {
      csv.append("M" + i + ",2026-03-01,-1,kwh,2026-03-01T10:00:00Z\n");
    }
    TestLake.land(context, "readings/a.csv", csv.toString());
    new Ingest(context, "readings").run();
    assertEquals(new RowCounts(19, 0, 19, 0, 0), new Refine(context, "readings").run().rowCounts());
  }

  @Test
  void whatWaitsIsToldWithItsRows() throws IOException {
    RunContext context = stopped(Readings.CONTRACTS);
    List<String> lines = lines(context, 2, null);
    assertEquals(
        "silver.readings has refined bronze.readings up to version -1 of 0: 100 rows wait, 70 of"
            + " them valid, 30 broken.",
        lines.get(0));
    assertTrue(lines.get(1).matches("  kwh/range 30 rows \\(first: .*a\\.csv, position 2\\)"));
    assertTrue(lines.get(2).matches("  unit/enum 5 rows \\(first: .*a\\.csv, position 2\\)"));
    assertTrue(lines.get(3).startsWith("A refine would stop: check quarantine_limit failed: "));
    assertTrue(lines.get(4).matches(".*a\\.csv, position 2, arrived at 20.*Z"), lines.get(4));
    assertEquals("  kwh/range: must be >= 0", lines.get(5));
    assertEquals("  unit/enum: must be one of [kwh, mwh]", lines.get(6));
    assertEquals("  header: " + Readings.HEADER.strip(), lines.get(7));
    assertEquals("  record: M0,2026-03-01,-1,x,2026-03-01T10:00:00Z", lines.get(8));
    assertEquals(4 + 2 * 5, lines.size());

    assertEquals(4, lines(context, 0, null).size());
    assertEquals(4 + 5 * 5, lines(context, 100, "unit/enum").size());
    assertEquals(4, lines(context, 100, "no/such").size());
    assertEquals(
        0, context.lake().ops("runs").read().where("command = 'inspect'").count(), "none opened");
  }

  @Test
  void nothingWaitsOnceAllIsRefined() throws IOException {
    RunContext context = LocalLake.open(folder, Readings.CONTRACTS, Map.of());
    assertEquals(
        List.of("Nothing waits: silver.readings has refined bronze.readings up to version -1."),
        lines(context, 5, null));
    TestLake.land(
        context, "readings/a.csv", Readings.HEADER + "M1,2026-03-01,5,kwh,2026-03-01T10:00:00Z\n");
    new Ingest(context, "readings").run();
    assertEquals(
        "No limit stops them; sluice refine --dry-run judges the contract's own checks, too.",
        lines(context, 5, null).get(1));
    new Refine(context, "readings").run();
    assertEquals(
        List.of("Nothing waits: silver.readings has refined bronze.readings up to version 0."),
        lines(context, 5, null));
  }

  @Test
  void protectedRecordsStayClosedUnlessTheirOpeningIsRecorded() throws IOException {
    Path contracts = Files.createDirectories(folder.resolve("protected"));
    Files.writeString(
        contracts.resolve("readings.yaml"),
        Files.readString(Readings.CONTRACTS.resolve("readings.yaml"))
            .replace(
                "enum: [{value: kwh}, {value: mwh}]",
                "classification: restricted, customProperties: [{property: protection, value:"
                    + " token}], enum: [{value: kwh}, {value: mwh}]"));
    RunContext context = stopped(contracts);
    List<String> closed = lines(context, 1, null);
    assertEquals("  (the record is encrypted; --open shows it)", closed.get(closed.size() - 1));
    assertFalse(String.join("\n", closed).contains("M0,2026"));
    assertFalse(
        context.lake().ops("runs").read().where("command = 'inspect'").count() > 0, "none opened");

    List<String> opened =
        new Inspection(context, "readings", 3, null).lines(Inspection.Records.OPENED);
    assertTrue(opened.contains("  record: M0,2026-03-01,-1,x,2026-03-01T10:00:00Z"), "" + opened);
    assertEquals(
        List.of(
            "inspect|readings|done|3 protected records of bronze.readings opened for "
                + System.getProperty("user.name")),
        Lines.of(
            context
                .lake()
                .ops("runs")
                .read()
                .where("command = 'inspect'")
                .select("command", "subject", "outcome", "message")));
  }
}
