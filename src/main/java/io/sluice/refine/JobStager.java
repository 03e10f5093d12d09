package io.sluice.refine;

import static io.sluice.engine.Columns.named;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.not;
import static org.apache.spark.sql.functions.when;

import io.sluice.contract.Contract;
import io.sluice.quality.CheckRunner;
import io.sluice.run.RowCounts;
import io.sluice.run.Run;
import io.sluice.table.TableTransaction;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;
import org.apache.spark.sql.Column;
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
    if (silver.contract().changes().isReplace()) {
      return stageDelivered(targets.silver(), tally);
    }
    Told told = told();
    return staged(
        tally,
        told,
        (rows, observer) ->
            upsert.stage(
                targets.silver(),
                held(targets, tally, present, told.truncatedAt),
                rows,
                observer,
                deleted -> end(targets, deleted)));
  }

  /** Writes the rows of the newest deliveries, and takes out those whose place they take. */
  private Staged stageDelivered(TableTransaction table, Tally tally) {
    Replacement replacement = Replacement.of(silver.contract(), valid());
    TableTransaction.Files held = replacement.among(table);
    if (tally.quarantined() > 0) {
      replacement.sparing(judged);
    }
    Replacement.Result done = replacement.takeOut(table, held);
    return staged(
        tally,
        told(replacement, done.removed()),
        (rows, observer) ->
            upsert.stage(
                table,
                new Upsert.Held(done.present(), Optional.empty()),
                rows,
                observer,
                deleted -> {}));
  }

  /**
   * @param present the files that may hold versions of the rows
   * @param truncatedAt the greatest ordering value of the batch's truncations; null for none
   */
  private Upsert.Held held(
      RefineTargets targets, Tally tally, TableTransaction.Files present, Object truncatedAt) {
    if (targets.deletions().isEmpty()) {
      return new Upsert.Held(present, Optional.empty());
    }
    Deletions deletions = targets.deletions().get();
    Truncation truncation = deletions.truncation(truncatedAt);
    return new Upsert.Held(
        // All files, if rows of any key may have to leave.
        truncation.isNews() ? targets.silver().files() : present,
        deletions.newest(tally.days()),
        Optional.of(truncation));
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
    if (silver.contract().changes().isReplace()) {
      Replacement replacement = Replacement.of(silver.contract(), valid());
      replacement.among(targets.silver());
      if (tally.quarantined() > 0) {
        replacement.sparing(judged);
      }
      return staged(
          tally,
          told(replacement, 0),
          (rows, observer) ->
              upsert.rehearse(
                  new Upsert.Held(targets.silver().stagedFiles(), Optional.empty()),
                  rows,
                  observer));
    }
    Told told = told();
    return staged(
        tally,
        told,
        (rows, observer) ->
            upsert.rehearse(
                held(targets, tally, rivals(targets, tally), told.truncatedAt), rows, observer));
  }

  /**
   * Valid rows that are to be brought in by key, and what became of the others.
   *
   * @param aside their duplicates and superseded rows, and what the batch has removed
   * @param truncatedAt the greatest ordering value of the truncations among them; null for none
   */
  private record Told(Dataset<Row> rows, RowCounts aside, Object truncatedAt) {}

  /** Those of the deliveries that are kept. */
  private Told told(Replacement replacement, long removed) {
    Dataset<Row> valid = valid();
    long superseded = replacement.superseded(valid);
    RowCounts aside = new RowCounts(0, 0, 0, 0, superseded, 0, 0, removed);
    return new Told(replacement.current(valid), aside, null);
  }

  private Dataset<Row> valid() {
    return judged.where(col("_reasons").isNull());
  }

  /** Valid rows but for those that only repeat what a deletion has said. */
  private Told told() {
    Dataset<Row> valid = valid();
    if (!silver.contract().changes().hasDeletes()) {
      return new Told(valid, RowCounts.EMPTY, null);
    }
    Column says = col(Refiner.DELETED).isNotNull();
    Column truncation = says.and(Truncation.isTruncation(silver.contract()));
    Row told =
        valid
            .agg(
                count(when(not(says), 1)),
                max(when(truncation, named(silver.contract().ordering()))))
            .head();
    return new Told(valid.where(says), new RowCounts(0, 0, 0, told.getLong(0), 0), told.get(1));
  }

  private Staged staged(
      Tally tally,
      Told told,
      BiFunction<Dataset<Row>, UnaryOperator<Dataset<Row>>, Upsert.Outcomes> resolved) {
    RowCounts counts = told.aside.plus(new RowCounts(tally.read(), 0, tally.quarantined(), 0, 0));
    if (counts.balances()) {
      return new Staged(counts, tally, List.of(), Optional.of(judged));
    }
    CheckRunner checks = new CheckRunner(silver.contract().checks());
    Upsert.Outcomes outcomes = resolved.apply(told.rows, checks::observe);
    RowCounts brought = outcomes.counts().rowCounts();
    return new Staged(
        counts.plus(brought),
        tally,
        brought.accepted() > 0 ? checks.judge(outcomes::rows) : List.of(),
        Optional.of(judged));
  }
}
