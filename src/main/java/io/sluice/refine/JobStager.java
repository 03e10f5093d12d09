package io.sluice.refine;

import static org.apache.spark.sql.functions.col;

import io.sluice.contract.Contract;
import io.sluice.quality.CheckRunner;
import io.sluice.run.RowCounts;
import io.sluice.run.Run;
import io.sluice.table.TableTransaction;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * Stages a batch of judged rows by Spark jobs.
 *
 * <p>Cost: a pass over the rows to count them, one to write the valid ones, one to write the broken
 * ones if there are any; of silver what {@link Upsert} says.
 */
final class JobStager implements RowStager {
  /** Of quarantine, in one file. */
  private static final long BROKEN_ROWS_PER_FILE = 1_000_000;

  private final SilverTable silver;
  private final Dataset<Row> judged;
  private final Upsert upsert;
  private final Run run;
  private final long until;

  /**
   * @param judged as {@link RowJudge} gives them
   * @param until the bronze version that the batch reaches
   */
  JobStager(SilverTable silver, RowJudge judge, Dataset<Row> judged, Run run, long until) {
    this.silver = silver;
    this.judged = judged;
    this.upsert = upsert(silver, judge);
    this.run = run;
    this.until = until;
  }

  /** How rows that were judged are brought into silver by key. */
  static Upsert upsert(SilverTable silver, RowJudge judge) {
    return new Upsert(
        List.of(silver.schema().fieldNames()),
        new KeyResolver(silver.contract().keyColumns(), silver.contract().ordering()),
        RowContent.of(silver.contract()),
        judge.spread());
  }

  @Override
  public Optional<Staged> stage(RefineTargets targets) {
    Contract contract = silver.contract();
    Tally tally = Tally.of(contract, judged);
    Staged staged = stageValid(targets, tally, rivals(targets, tally));
    if (tally.quarantined() > 0) {
      targets
          .quarantine()
          .append(
              Quarantine.rows(judged, contract, run, until)
                  .repartition((int) (1 + tally.quarantined() / BROKEN_ROWS_PER_FILE)));
    }
    return Optional.of(staged);
  }

  /** The files that may hold versions of new rows; of rows that have no versions, none. */
  private TableTransaction.Files rivals(RefineTargets targets, Tally tally) {
    return silver.contract().changes().isAppend()
        ? targets.silver().stagedFiles()
        : silver.present(targets.silver(), tally.days());
  }

  /**
   * Writes the valid rows alone.
   *
   * @param present the files that may hold versions of them
   */
  Staged stageValid(RefineTargets targets, Tally tally, TableTransaction.Files present) {
    return staged(
        tally,
        (rows, observer) ->
            upsert.stage(
                targets.silver(),
                held(targets, tally, present),
                rows,
                observer,
                deleted -> end(targets, deleted)));
  }

  private static Upsert.Held held(
      RefineTargets targets, Tally tally, TableTransaction.Files present) {
    return new Upsert.Held(
        present, targets.deletions().flatMap(deletions -> deletions.newest(tally.days())));
  }

  private void end(RefineTargets targets, Dataset<Row> deleted) {
    if (silver.contract().changes().keepsDeleted()) {
      targets.silver().append(upsert.ofTable(deleted));
    } else {
      targets.deletions().orElseThrow().add(deleted, until);
    }
  }

  /** Measures and judges the same, and writes nothing. */
  Staged rehearse(RefineTargets targets) {
    Tally tally = Tally.of(silver.contract(), judged);
    return staged(
        tally,
        (rows, observer) ->
            upsert.rehearse(held(targets, tally, rivals(targets, tally)), rows, observer));
  }

  private Staged staged(
      Tally tally,
      BiFunction<Dataset<Row>, UnaryOperator<Dataset<Row>>, Upsert.Outcomes> resolved) {
    Dataset<Row> valid = judged.where(col("_reasons").isNull());
    long repeats = 0;
    if (silver.contract().changes().hasDeletes()) {
      // What says nothing follows a deletion that has said it.
      repeats = valid.where(col(Refiner.DELETED).isNull()).count();
      valid = valid.where(col(Refiner.DELETED).isNotNull());
    }
    if (tally.read() == tally.quarantined() + repeats) {
      return new Staged(
          new RowCounts(tally.read(), 0, tally.quarantined(), repeats, 0), tally, List.of());
    }
    CheckRunner checks = new CheckRunner(silver.contract().checks());
    Upsert.Outcomes outcomes = resolved.apply(valid, checks::observe);
    Upsert.Counts counts = outcomes.counts();
    return new Staged(
        new RowCounts(
            tally.read(),
            counts.accepted(),
            tally.quarantined(),
            counts.duplicate() + repeats,
            counts.superseded(),
            counts.deleted(),
            counts.conflict()),
        tally,
        counts.accepted() > 0 ? checks.judge(outcomes::rows) : List.of());
  }
}
