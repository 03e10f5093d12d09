package io.sluice.refine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.contract.Contract;
import io.sluice.engine.DriverRows;
import io.sluice.engine.LocalRows;
import io.sluice.ingest.Ingest;
import io.sluice.run.RowCounts;
import io.sluice.run.RunContext;
import io.sluice.run.StoppedException;
import io.sluice.settings.ValidationErrors;
import io.sluice.testing.Lines;
import io.sluice.testing.LocalLake;
import io.sluice.testing.LocalSpark;
import io.sluice.testing.TestLake;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Checks of ODCS' library and of SQL stop a refine, or are recorded, in jobs and in the driver. */
class LibraryChecksTest {
  private static final Path CONTRACT =
      Path.of("src/test/resources/contracts/checked/readings.yaml");

  private static final String HEADER = "id,unit,serial,weight,version\n";

  @TempDir private Path folder;
  private Path contracts;
  private RunContext context;

  @BeforeEach
  void open() throws IOException {
    contracts = Files.createDirectories(folder.resolve("contracts"));
    open(Files.readString(CONTRACT));
  }

  private void open(String contract) throws IOException {
    Files.writeString(contracts.resolve("readings.yaml"), contract);
    context = LocalLake.open(folder, contracts, Map.of());
  }

  private void land(String file, String rows) {
    TestLake.land(context, "readings/" + file, HEADER + rows);
    new Ingest(context, "readings").run();
  }

  private RowCounts refine() {
    return new Refine(context, "readings").run().rowCounts();
  }

  /** The same in this JVM, as a stream does with small batches. */
  private RowCounts refineHere() {
    Contract contract = context.contracts().get("readings");
    SilverTable silver = new SilverTable(context, contract);
    LocalRefiner refiner = new LocalRefiner(context, silver, RowJudge.open(context, contract));
    RefineCommit commit = RefineCommit.begin(context, silver);
    LocalRows rows = DriverRows.of(silver.bronze().news(commit.handled()).rows());
    return LocalBatches.refine(
            context, commit, refiner, "readings", rows, silver.bronze().version())
        .rowCounts();
  }

  private List<String> results() {
    return Lines.of(
        context
            .lake()
            .ops("check_results")
            .read()
            .where("check not in ('every_row_accounted_for', 'quarantine_limit')")
            .select("check", "severity", "outcome", "value"));
  }

  @Test
  void whatHoldsIsPublishedAndRecorded() {
    land("1.csv", "a,kg,s1,10,1\nb,lb,s2,20,1\nc,,,30,1\n");
    assertEquals(3, refine().accepted());
    assertEquals(
        List.of(
            "row_count|warning|passed|3.0",
            "serial_unique|error|passed|0.0",
            "serials_by_unit|error|passed|0.0",
            "unit_invalid_values|error|passed|0.0",
            "unit_null_values|warning|passed|33.333333333333336",
            "weight_query|warning|passed|60.0"),
        results());
  }

  @Test
  void anErrorStopsTheRunWhicheverWayItIsRefined() {
    land("1.csv", "a,kg,s1,10,1\nb,stone,s2,20,1\n");
    StoppedException stopped = assertThrows(StoppedException.class, this::refine);
    String reason =
        "check unit_invalid_values failed: invalidValues of unit (['kg', 'lb']) = 0: it is 1";
    assertTrue(stopped.getMessage().contains(reason), stopped.getMessage());
    StoppedException here = assertThrows(StoppedException.class, this::refineHere);
    assertTrue(here.getMessage().contains(reason), here.getMessage());
    assertFalse(context.lake().silver("readings").exists());
  }

  @Test
  void valuesThatMustDifferStopTheRunWithinABatchAlone() {
    land("1.csv", "a,kg,s1,10,1\nb,kg,s1,20,1\n");
    for (StoppedException stopped :
        List.of(
            assertThrows(StoppedException.class, this::refine),
            assertThrows(StoppedException.class, this::refineHere))) {
      assertTrue(
          stopped
              .getMessage()
              .contains("check serial_unique failed: duplicateValues of serial = 0"),
          stopped.getMessage());
    }
    // The newer version of a row makes room for its value; what silver holds is not looked at.
    land("2.csv", "b,kg,s2,20,2\n");
    assertEquals(2, refine().accepted());
    land("3.csv", "c,kg,s1,30,1\n");
    assertEquals(1, refine().accepted());
  }

  @Test
  void aWarningLetsTheRunGoOn() {
    land("1.csv", "a,,s1,100,1\n");
    assertEquals(1, refine().accepted());
    List<String> results =
        List.of(
            "row_count|warning|failed|1.0",
            "serial_unique|error|passed|0.0",
            "serials_by_unit|error|passed|0.0",
            "unit_invalid_values|error|passed|0.0",
            "unit_null_values|warning|failed|100.0",
            "weight_query|warning|failed|100.0");
    assertEquals(results, results());
    land("2.csv", "b,,s2,100,1\n");
    assertEquals(1, refineHere().accepted());
    assertEquals(Stream.concat(results.stream(), results.stream()).sorted().toList(), results());
  }

  @Test
  void aQueryThatIsNoNumberIsNamedWithItsCheck() throws IOException {
    open(Files.readString(CONTRACT).replace("sum({property})", "max(unit)"));
    ValidationErrors errors = new ValidationErrors();
    ContractExpressions.check(context.contracts().get("readings"), LocalSpark.withoutS3(), errors);
    assertEquals(
        List.of(
            "readings.yaml: check weight_query: must give one number; it gives max(unit) STRING"),
        errors.all());
  }
}
