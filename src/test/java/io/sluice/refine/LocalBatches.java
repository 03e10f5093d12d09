package io.sluice.refine;

import io.sluice.contract.Arrival;
import io.sluice.contract.Contract;
import io.sluice.engine.CompiledRows;
import io.sluice.engine.LocalRows;
import io.sluice.ingest.Bronze;
import io.sluice.ingest.TopicIntake;
import io.sluice.kafka.Brokers;
import io.sluice.lineage.LineageRecorder;
import io.sluice.run.Run;
import io.sluice.run.RunContext;
import io.sluice.run.RunResult;
import io.sluice.table.RowWriter;
import io.sluice.table.TableTransaction;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.sql.SaveMode;

/** Carries small batches to silver in this JVM, as a stream does. */
final class LocalBatches {
  private LocalBatches() {}

  /**
   * Appends records of topics to bronze, as a stream does, and gives them as bronze holds them.
   *
   * @param received of each topic its records, in the columns of {@link TopicIntake#RECEIVED}
   */
  static LocalRows land(
      RunContext context, String source, Map<Arrival, LocalRows> received, Instant arrivedAt) {
    Contract contract = context.contracts().get(source);
    TableTransaction bronze =
        TableTransaction.begin(context.lake().bronze(source), Bronze.spec(contract));
    TopicIntake intake =
        new TopicIntake(contract, Brokers.of(context.settings()), Optional.empty(), arrivedAt);
    List<LocalRows> rows = new ArrayList<>();
    received.forEach(
        (arrival, records) ->
            rows.add(
                CompiledRows.of(
                        context.spark(),
                        TopicIntake.RECEIVED,
                        sent ->
                            TableTransaction.ordered(intake.bronze(sent, arrival), bronze.schema()))
                    .orElseThrow()
                    .apply(records)));
    LocalRows all = LocalRows.concat(rows);
    bronze.append(new RowWriter(), all).publish(SaveMode.Append, "{}");
    return all;
  }

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
