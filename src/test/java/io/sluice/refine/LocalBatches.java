package io.sluice.refine;

import io.sluice.engine.LocalRows;
import io.sluice.lineage.LineageRecorder;
import io.sluice.run.Run;
import io.sluice.run.RunContext;
import io.sluice.run.RunResult;

/** Carries small batches to silver in this JVM, as a stream does. */
final class LocalBatches {
  private LocalBatches() {}

  /**
   * Refines and publishes rows of bronze.
   *
   * @param until the bronze version that they reach
   */
  static RunResult refine(
      RunContext context,
      RefineCommit commit,
      LocalRefiner refiner,
      String source,
      LocalRows rows,
      long until) {
    Run run = context.runs().begin("refine", source);
    LocalRefiner.Batch batch = refiner.batch(rows, run, until);
    Staged staged = commit.stage(batch).orElseThrow();
    RunResult result =
        commit.publishNews(
            run,
            LineageRecorder.unused(),
            staged,
            until,
            QuarantineGate.of(context.contracts().get(source)));
    batch.published(result.version());
    return result;
  }
}
