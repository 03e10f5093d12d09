package io.sluice.refine;

import static org.apache.spark.sql.functions.col;

import io.sluice.contract.Contract;
import io.sluice.engine.ColumnOrigin;
import io.sluice.lineage.LineageRecorder;
import io.sluice.quality.CheckResult;
import io.sluice.run.RowCounts;
import io.sluice.run.Run;
import io.sluice.run.RunContext;
import io.sluice.run.RunRecorder;
import io.sluice.run.RunResult;
import io.sluice.table.Checkpoint;
import io.sluice.table.TableSpec;
import io.sluice.table.TableTransaction;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import org.apache.spark.sql.SaveMode;

/**
 * The one way in which rows become visible in silver and quarantine; refine, stream, replay and
 * backfill all publish through it.
 *
 * <p>The protocol:
 *
 * <ol>
 *   <li>Open the transactions of silver and quarantine, and read how far silver has got.
 *   <li>Fence: if quarantine holds rows of a batch that silver has not published, a driver has died
 *       between its two commits, or is between them now; after this it cannot publish any more.
 *   <li>Stage: write the rows to files that nothing refers to ({@link RowStager}), and count them.
 *   <li>Judge: every row is accounted for, the built-in checks and the contract's hold. The results
 *       are recorded in any case; an error-level check that fails ends the run here.
 *   <li>Publish quarantine: the broken rows, without those that a fenced driver left.
 *   <li>Publish silver: rows, removals, checkpoint and row counts in one commit.
 *   <li>Publish the versions of the same rows in the source's {@link History}, if one is kept.
 * </ol>
 *
 * <p>Guarantee: readers of silver see a batch whole or not at all; a run killed anywhere and
 * started again ends with the same tables. Cost: two commits, one if no row is broken; one more to
 * fence.
 */
public final class RefineCommit {
  private final RunContext context;
  private final SilverTable silver;
  private final Contract contract;
  private final TableTransaction quarantine;
  private final Optional<Deletions> deletions;
  private final long handled;
  private TableTransaction table;

  private RefineCommit(
      RunContext context,
      SilverTable silver,
      TableTransaction table,
      TableTransaction quarantine,
      Optional<Deletions> deletions) {
    this.deletions = deletions;
    this.context = context;
    this.silver = silver;
    this.contract = silver.contract();
    this.table = table;
    this.quarantine = quarantine;
    this.handled = table.checkpoint(Checkpoint.REFINED);
  }

  /**
   * Opens the transactions on the tables as they stand.
   *
   * @throws IllegalStateException if quarantine lacks commits that silver's newest batch goes with
   */
  public static RefineCommit begin(RunContext context, SilverTable silver) {
    return begin(context, silver, TableTransaction.begin(silver.table(), silver.spec()));
  }

  /** The same for rows that are made anew. */
  static RefineCommit begin(RunContext context, SilverTable silver, Extent extent) {
    return begin(context, silver, extent.begin(silver.table(), silver.spec()));
  }

  private static RefineCommit begin(
      RunContext context, SilverTable silver, TableTransaction table) {
    TableTransaction quarantine =
        TableTransaction.begin(silver.quarantine(), Quarantine.spec(silver.contract()));
    silver.quarantine().mustReach(table.checkpoint(Checkpoint.QUARANTINED), silver.table().name());
    Optional<Deletions> deletions = silver.deletions(table.checkpoint(Checkpoint.REFINED));
    if (deletions.isPresent()) {
      silver.deletions().mustReach(table.checkpoint(Checkpoint.DELETED), silver.table().name());
    }
    return new RefineCommit(context, silver, table, quarantine, deletions);
  }

  /**
   * Opens the transactions on the tables as this JVM last saw them, without a look at the store.
   *
   * @return empty if quarantine as seen is older than silver's newest batch, or if deletions are
   *     remembered, which always takes a look
   */
  public static Optional<RefineCommit> beginAsKnown(RunContext context, SilverTable silver) {
    TableTransaction table = TableTransaction.beginAsKnown(silver.table(), silver.spec());
    TableTransaction quarantine =
        TableTransaction.beginAsKnown(silver.quarantine(), Quarantine.spec(silver.contract()));
    return quarantine.version() < table.checkpoint(Checkpoint.QUARANTINED)
            || silver.contract().changes().remembersDeleted()
        ? Optional.empty()
        : Optional.of(new RefineCommit(context, silver, table, quarantine, Optional.empty()));
  }

  /** The bronze version that silver has handled; -1 if none. */
  public long handled() {
    return handled;
  }

  /**
   * Whether a table beside silver holds rows of a batch that silver has not published. From here on
   * another driver's batch in quarantine fences this commit, which those beside refine do not want.
   */
  public boolean isPending() {
    return isLeftInQuarantine() || deletions.map(Deletions::isPending).orElse(false);
  }

  private boolean isLeftInQuarantine() {
    return quarantine.checkpoint(Checkpoint.REFINED) > handled;
  }

  /** What a batch's rows are written into. */
  RefineTargets targets() {
    return new RefineTargets(table, quarantine, deletions);
  }

  public TableTransaction table() {
    return table;
  }

  public TableTransaction quarantine() {
    return quarantine;
  }

  /** Makes sure that no driver publishes any more what it has left pending in quarantine. */
  void fence() {
    if (isPending()) {
      table = table.fence(silver.spec());
    }
  }

  /** Writes a batch's rows to files of both transactions. */
  Optional<Staged> stage(RowStager stager) {
    return stager.stage(targets());
  }

  /** The same for one that may be refused. */
  public Optional<Staged> stage(LocalRefiner.Batch batch) {
    return batch.stage(targets());
  }

  /**
   * Publishes a batch of new rows: silver has then handled bronze up to a version.
   *
   * @param gate decides whether too many of them are broken
   * @throws io.sluice.run.StoppedException if an error-level check failed; nothing is published
   */
  public RunResult publishNews(
      Run run, LineageRecorder recorder, Staged staged, long until, QuarantineGate gate) {
    judge(run, recorder, ofNews(staged, gate), advice(contract));
    String json = staged.rowCounts().json(run, handled, until);
    if (isLeftInQuarantine()) {
      quarantine.discard(col("batch").gt(handled));
    }
    if (staged.rowCounts().quarantined() > 0) {
      quarantine.checkpoint(Checkpoint.REFINED, until);
    }
    publishQuarantine(recorder, json, staged.rowCounts().quarantined())
        .ifPresent(version -> table.checkpoint(Checkpoint.QUARANTINED, version));
    publishDeletions(recorder, staged.rowCounts(), added -> added.publishNews(json, until));
    table.checkpoint(Checkpoint.REFINED, until);
    RunResult result = publishSilver(SaveMode.Append, recorder, json, staged.rowCounts());
    gate.published(staged.rowCounts());
    History.of(context, silver)
        .ifPresent(
            history ->
                history.follow(run, recorder, staged.judged().orElseThrow(), handled, until));
    return new RunResult(result.rowCounts(), result.version(), gate.note().orElse(null));
  }

  /** What the built-in checks and the contract's say of a batch of new rows. */
  List<CheckResult> ofNews(Staged staged, QuarantineGate gate) {
    List<CheckResult> checkResults =
        BuiltInChecks.ofNews(contract, staged.rowCounts(), staged.tally(), gate);
    checkResults.addAll(staged.checkResults());
    return checkResults;
  }

  /** What who reads of a stop can do next. */
  static String advice(Contract contract) {
    return "See the rows: sluice inspect --source "
        + contract.id()
        + ". Fix the source or its contract, then run refine again.";
  }

  /**
   * Publishes rows of quarantine that are valid now; how far bronze is handled stays. Marking them
   * in quarantine follows, since a run that dies in between is finished by the next.
   *
   * @return empty if none is accepted: nothing is published
   * @throws io.sluice.run.StoppedException if an error-level check failed; nothing is published
   */
  Optional<RunResult> publishReplayed(Run run, LineageRecorder recorder, Staged staged) {
    RowCounts rowCounts = staged.rowCounts();
    if (rowCounts.read() > rowCounts.quarantined()) {
      judge(
          run,
          recorder,
          balanced(staged),
          "The rows stay in quarantine; fix the contract, then replay again.");
    }
    String json = rowCounts.json(run, handled, handled);
    // A run that dies in between is finished by the next: what is remembered is taken out then.
    publishDeletions(recorder, rowCounts, added -> added.publish(json));
    Optional<RunResult> result =
        table.isEmpty()
            ? Optional.empty()
            : Optional.of(publishSilver(SaveMode.Append, recorder, json, rowCounts));
    if (rowCounts.read() > rowCounts.quarantined()) {
      History.of(context, silver)
          .ifPresent(history -> history.replayed(run, recorder, staged.judged().orElseThrow()));
    }
    return result;
  }

  /** Before silver, as quarantine is: until silver has the batch nothing of it counts. */
  private void publishDeletions(
      LineageRecorder recorder, RowCounts rowCounts, Function<Deletions, OptionalLong> publish) {
    OptionalLong version = deletions.map(publish).orElse(OptionalLong.empty());
    if (version.isEmpty()) {
      return;
    }
    table.checkpoint(Checkpoint.DELETED, version.getAsLong());
    TableSpec spec = silver.deletionsSpec();
    List<String> columns = List.of(spec.schema().fieldNames());
    recorder.wrote(
        silver.deletions().path(),
        spec.comment(),
        spec.schema(),
        version.getAsLong(),
        rowCounts.deleted(),
        silver.origins().stream().filter(origin -> columns.contains(origin.column())).toList());
  }

  /**
   * Publishes rows made anew in place of the live ones; how far bronze is handled stays.
   *
   * @param built the bronze version that they were built from
   * @param more what was checked besides the row counts and the contract's checks
   * @throws io.sluice.run.StoppedException if an error-level check failed; nothing is published
   */
  RunResult publishRange(
      Run run, LineageRecorder recorder, Staged staged, long built, List<CheckResult> more) {
    List<CheckResult> checkResults = balanced(staged);
    checkResults.addAll(more);
    judge(
        run,
        recorder,
        checkResults,
        "The live rows are as they were; fix the contract, then run " + run.command() + " again.");
    String json = staged.rowCounts().json(run, built, handled);
    publishQuarantine(recorder, json, quarantine.rowsStaged());
    return publishSilver(SaveMode.Overwrite, recorder, json, staged.rowCounts());
  }

  private static List<CheckResult> balanced(Staged staged) {
    List<CheckResult> checkResults = new ArrayList<>();
    checkResults.add(BuiltInChecks.balance(staged.rowCounts()));
    checkResults.addAll(staged.checkResults());
    return checkResults;
  }

  private void judge(
      Run run, LineageRecorder recorder, List<CheckResult> checkResults, String advice) {
    RunRecorder.requirePassed(context, run, recorder, silver.table().name(), checkResults, advice);
  }

  /** The side table first: its rows count only once silver has published their batch. */
  private Optional<Long> publishQuarantine(LineageRecorder recorder, String json, long rows) {
    if (quarantine.isEmpty()) {
      return Optional.empty();
    }
    long version = quarantine.publish(SaveMode.Append, json);
    TableSpec spec = Quarantine.spec(contract);
    recorder.wrote(
        silver.quarantine().path(),
        spec.comment(),
        spec.schema(),
        version,
        rows,
        List.of(
            new ColumnOrigin("raw", silver.bronze().path(), "raw", "", contract.isProtected())));
    return Optional.of(version);
  }

  private RunResult publishSilver(
      SaveMode mode, LineageRecorder recorder, String json, RowCounts rowCounts) {
    long version = table.publish(mode, json);
    recorder.wrote(
        silver.table().path(),
        contract.rowDescription(),
        silver.schema(),
        version,
        rowCounts.accepted(),
        silver.origins());
    return new RunResult(rowCounts, version);
  }
}
