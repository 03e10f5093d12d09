package io.sluice.run;

import io.sluice.lineage.LineageRecorder;
import io.sluice.quality.CheckOutcome;
import io.sluice.quality.CheckResult;
import io.sluice.settings.Printable;
import io.sluice.table.StaleReadException;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs a command's work and writes what became of it to {@code ops.runs}, {@code ops.check_results}
 * and the lineage backend.
 *
 * <p>Guarantee: a run that published, was stopped or crashed has a row; one that found nothing new
 * has none. Work whose files another command changed meanwhile is done again, up to ten times.
 */
public final class RunRecorder {
  private static final Logger LOG = LoggerFactory.getLogger("sluice");
  private static final int TRIES = 10;

  private final RunContext context;

  RunRecorder(RunContext context) {
    this.context = context;
  }

  /** The work of one run. */
  @FunctionalInterface
  public interface Work {
    RunResult of(Run run, LineageRecorder recorder);
  }

  /**
   * Does the work and records how it ended, also when it fails.
   *
   * @throws StoppedException if a check stopped it
   */
  RunResult run(String command, String subject, Work work) {
    Run run = context.runs().begin(command, subject);
    context.spark().sparkContext().setJobGroup(run.id(), command + " " + subject, false);
    LineageRecorder recorder = new LineageRecorder(run.id(), run.job(), run.startedAt());
    context.lineage().started(recorder);
    try {
      RunResult result = retried(work, run, recorder);
      boolean nothing = result == RunResult.NOTHING_NEW;
      if (!nothing) {
        context
            .runs()
            .end(run, Run.Outcome.DONE, result.rowCounts(), result.version(), result.note());
      }
      context.lineage().completed(recorder);
      LOG.info(
          "{} {}: {}", command, subject, nothing ? "nothing new" : result.rowCounts().toString());
      return result;
    } catch (StoppedException e) {
      failed(run, recorder, Run.Outcome.STOPPED, e.getMessage(), e);
      throw e;
    } catch (Exception e) {
      // Spark throws checked exceptions that its methods do not declare.
      failed(run, recorder, Run.Outcome.CRASHED, e.toString(), e);
      throw e;
    } finally {
      context.spark().sparkContext().clearJobGroup();
    }
  }

  /** Does the work again when another command changed what it had read. */
  private static RunResult retried(Work work, Run run, LineageRecorder recorder) {
    for (int attempt = 1; ; attempt++) {
      try {
        return work.of(run, recorder);
      } catch (StaleReadException e) {
        if (attempt == TRIES) {
          throw e;
        }
        LOG.info(
            "{} {}: once more: {}", run.command(), run.subject(), Printable.of(e.getMessage()));
      }
    }
  }

  /** Records how a run failed; a lake that cannot be written to any more does not hide why. */
  private void failed(
      Run run, LineageRecorder recorder, Run.Outcome outcome, String message, Exception failure) {
    context.lineage().failed(recorder, message);
    try {
      context.runs().end(run, outcome, RowCounts.EMPTY, null, message);
    } catch (Exception e) {
      failure.addSuppressed(e);
    }
  }

  /**
   * Records what the checks said, and ends the run if any of them stops it.
   *
   * @param advice what the reader of the message can do
   * @throws StoppedException if an error-level check failed
   */
  public static void requirePassed(
      RunContext context,
      Run run,
      LineageRecorder recorder,
      String table,
      List<CheckResult> checkResults,
      String advice) {
    context.runs().record(run, table, checkResults);
    recorder.judged(checkResults);
    List<CheckResult> stopping = CheckResult.stopping(checkResults);
    if (!stopping.isEmpty()) {
      throw new StoppedException(table, stopping, advice);
    }
    checkResults.stream()
        .filter(result -> result.outcome() == CheckOutcome.FAILED)
        .forEach(result -> LOG.warn("{}: warning: {}", table, Printable.of(result.sentence())));
  }
}
