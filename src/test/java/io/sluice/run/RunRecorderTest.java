package io.sluice.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.contract.Contracts;
import io.sluice.quality.Check;
import io.sluice.quality.CheckOutcome;
import io.sluice.quality.CheckResult;
import io.sluice.settings.ValidationErrors;
import io.sluice.testing.Lines;
import io.sluice.testing.LocalLake;
import io.sluice.testing.LocalSpark;
import io.sluice.testing.Readings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How runs end, and what is on record of it: in a lake of local files. */
class RunRecorderTest {
  private static final RowCounts COUNTS = new RowCounts(3, 2, 1, 0, 0);

  @TempDir Path folder;

  private RunContext open() {
    return LocalLake.open(folder, Readings.CONTRACTS, Map.of());
  }

  private static List<String> runs(RunContext context) {
    return Lines.of(
        context
            .lake()
            .ops("runs")
            .read()
            .select("command", "subject", "outcome", "rows_read", "version", "message"));
  }

  private static CheckResult result(Check.Severity severity, CheckOutcome outcome) {
    return new CheckResult("sizes", severity, "RowCount > 5", outcome, 3.0, "");
  }

  @Test
  void whatPublishedIsOnRecordAndWhatFoundNothingIsNot() {
    RunContext context = open();
    RunResult done = new RunResult(COUNTS, 4L);
    assertSame(done, context.run("refine", "readings", (run, recorder) -> done));
    assertSame(
        RunResult.NOTHING_NEW,
        context.run("refine", "readings", (run, recorder) -> RunResult.NOTHING_NEW));
    assertEquals(List.of("refine|readings|done|3|4|null"), runs(context));
    assertNull(
        context.spark().sparkContext().getLocalProperty("spark.jobGroup.id"),
        "jobs that come later are not this run's");
  }

  @Test
  void aCrashIsOnRecordAndGoesOn() {
    RunContext context = open();
    IllegalStateException crash = new IllegalStateException("no more room");
    assertSame(
        crash,
        assertThrows(
            IllegalStateException.class,
            () ->
                context.run(
                    "ingest",
                    "readings",
                    (run, recorder) -> {
                      throw crash;
                    })));
    assertEquals(
        List.of("ingest|readings|crashed|0|null|java.lang.IllegalStateException: no more room"),
        runs(context));
  }

  @Test
  void anErrorLevelCheckStopsItsRunAndAWarningDoesNot() {
    RunContext context = open();
    context.run(
        "refine",
        "readings",
        (run, recorder) -> {
          RunRecorder.requirePassed(
              context,
              run,
              recorder,
              "silver.readings",
              List.of(result(Check.Severity.WARNING, CheckOutcome.FAILED)),
              "");
          return new RunResult(COUNTS, 0L);
        });
    StoppedException stopped =
        assertThrows(
            StoppedException.class,
            () ->
                context.run(
                    "refine",
                    "readings",
                    (run, recorder) -> {
                      RunRecorder.requirePassed(
                          context,
                          run,
                          recorder,
                          "silver.readings",
                          List.of(
                              result(Check.Severity.ERROR, CheckOutcome.FAILED),
                              result(Check.Severity.ERROR, CheckOutcome.PASSED)),
                          "Run it again.");
                      throw new AssertionError("it goes on");
                    }));
    assertEquals(
        "silver.readings is unchanged: check sizes failed: RowCount > 5, measured 3.0. Run it"
            + " again.",
        stopped.getMessage());
    assertEquals(
        List.of(
            "refine|readings|done|3|0|null",
            "refine|readings|stopped|0|null|" + stopped.getMessage()),
        runs(context));
    assertEquals(
        List.of("error|failed", "error|passed", "warning|failed"),
        Lines.of(context.lake().ops("check_results").read().select("severity", "outcome")));
  }

  @Test
  void rowsOnHoldAreWrittenInOneCommit() {
    RunContext context = open();
    RunLog log = context.runs();
    Run first = log.begin("stream", "readings");
    long before = context.lake().ops("runs").version();
    log.hold();
    log.end(first, Run.Outcome.DONE, COUNTS, 1L, null);
    log.end(log.begin("stream", "readings"), Run.Outcome.DONE, COUNTS, 2L, null);
    assertEquals(before, context.lake().ops("runs").version());
    log.release();
    assertEquals(before + 1, context.lake().ops("runs").version());
    assertEquals(2, context.lake().ops("runs").read().count());
    log.end(log.begin("stream", "readings"), Run.Outcome.CRASHED, COUNTS, null, "why");
    assertEquals(3, context.lake().ops("runs").read().count());
  }

  @Test
  void settingsThatContractsNeedAreAskedForAllAtOnce() throws Exception {
    Path contracts = Files.createDirectories(folder.resolve("contracts"));
    for (String name : List.of("clicks", "payments")) {
      Files.copy(
          Path.of("src/test/resources/contracts", name, name + ".yaml"),
          contracts.resolve(name + ".yaml"));
    }
    Contracts both = Contracts.read(contracts);
    String errors =
        assertThrows(
                ValidationErrors.ValidationException.class,
                () -> RunContext.checkSettings(LocalSpark.settings(Map.of()), both))
            .getMessage();
    assertTrue(errors.contains("kafka.servers: clicks arrives on a topic"), errors);
    assertTrue(errors.contains("registry.url: payments arrives as avro"), errors);
    assertFalse(errors.contains("privacy.key"), errors);
    RunContext.checkSettings(
        LocalSpark.settings(
            Map.of("kafka.servers", "127.0.0.1:9", "registry.url", "http://127.0.0.1:9")),
        both);
  }
}
