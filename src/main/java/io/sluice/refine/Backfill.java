package io.sluice.refine;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;

import io.sluice.contract.Contract;
import io.sluice.engine.Scala;
import io.sluice.ingest.Bronze;
import io.sluice.lineage.LineageRecorder;
import io.sluice.quality.CheckResult;
import io.sluice.quality.CheckRunner;
import io.sluice.run.RowCounts;
import io.sluice.run.Run;
import io.sluice.run.RunContext;
import io.sluice.run.RunResult;
import io.sluice.settings.ValidationErrors;
import io.sluice.table.Checkpoint;
import io.sluice.table.Comparison;
import io.sluice.table.LakeTable;
import io.sluice.table.TableTransaction;
import java.sql.Date;
import java.time.LocalDate;
import java.time.Period;
import java.util.List;
import java.util.Locale;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads a source's bronze rows again and makes a range of silver's days anew by today's contract:
 * built beside the live table, compared with it, then swapped in by one commit.
 *
 * <p>The range is built in steps of some days; each step's files are written where silver's are,
 * but no commit names them, and a note of them is kept below {@code _work}, so that a run that died
 * goes on with the step it died in. Rows that silver was given meanwhile are brought in before the
 * swap, so the nightly run and a stream go on. Guarantee: readers see the range as it was or as it
 * is made, never between; a row of the live range that the new one lacks is in quarantine, or the
 * run stops; a backfill that would change nothing commits nothing. Rows of the range that were in
 * quarantine and are valid now are marked as such. Cost: bronze from {@code arrivedFrom} once for
 * each step, and the range of silver once to compare.
 */
public final class Backfill {
  private static final Logger LOG = LoggerFactory.getLogger("sluice");
  private static final List<String> ORIGIN = List.of("_file", "_position", "_arrived_at");

  /**
   * What is to be made anew.
   *
   * @param from the first day of the range
   * @param to the last day of the range
   * @param arrivedFrom bronze rows that arrived before are not read; null to read all
   * @param step how many days are built at once
   * @param parallel how many steps are built side by side
   */
  public record Range(LocalDate from, LocalDate to, LocalDate arrivedFrom, int step, int parallel) {
    public Range {
      ValidationErrors errors = new ValidationErrors();
      if (to.isBefore(from)) {
        errors.add("--to " + to, "is before --from " + from);
      }
      if (step < 1) {
        errors.add("--step " + step, "must be 1 or more");
      }
      if (parallel < 1) {
        errors.add("--parallel " + parallel, "must be 1 or more");
      }
      errors.throwIfAny();
    }

    /** The steps' first days. */
    List<LocalDate> steps() {
      return from.datesUntil(to.plusDays(1), Period.ofDays(step)).toList();
    }

    LocalDate last(LocalDate first) {
      LocalDate last = first.plusDays(step - 1L);
      return last.isAfter(to) ? to : last;
    }

    /** Whether a row's day lies between two days; false for a row without a day. */
    static Column holds(LocalDate from, LocalDate to, String day) {
      return coalesce(
          col(day).geq(lit(Date.valueOf(from))).and(col(day).leq(lit(Date.valueOf(to)))),
          lit(false));
    }
  }

  private final RunContext context;
  private final Contract contract;
  private final SilverTable silver;
  private final Range range;
  private final String day;

  public Backfill(RunContext context, String source, Range range) {
    this.context = context;
    this.contract = context.contracts().get(source);
    this.silver = new SilverTable(context, contract);
    this.range = range;
    ValidationErrors errors = new ValidationErrors();
    if (contract.partition().isEmpty()) {
      errors.add("--source " + source, "its table is not kept by day, so it has no range");
    } else if (!silver.table().exists()) {
      errors.add("--source " + source, silver.table().name() + " does not exist; refine it first");
    }
    errors.throwIfAny();
    this.day = contract.partition().get().name();
  }

  /** What a run would read and touch; builds nothing. */
  public String plan() {
    long version = silver.table().checkpoint(Checkpoint.REFINED);
    LakeTable.Size bronze = silver.bronze().size(version);
    TableTransaction.Files live = live(TableTransaction.begin(silver.table(), silver.spec()));
    return String.format(
        Locale.ROOT,
        "%s from %s to %s: %d steps of up to %d days, %d side by side.%n"
            + "Each step reads bronze up to version %d: %,d files, %,d bytes%s.%n"
            + "The live range, compared with what is made: %,d files, %,d bytes.",
        silver.table().name(),
        range.from,
        range.to,
        range.steps().size(),
        range.step,
        range.parallel,
        version,
        bronze.files(),
        bronze.bytes(),
        range.arrivedFrom == null
            ? ""
            : ", of these what arrived from " + range.arrivedFrom + " on",
        live.count(),
        live.bytes());
  }

  /** Builds, compares and swaps; then marks what quarantine held of the range. */
  public RunResult run() {
    RunResult published = context.run("backfill", contract.id(), this::publish);
    new Replay(context, contract.id(), Replay.Selection.of(Range.holds(range.from, range.to, day)))
        .run();
    return published;
  }

  private TableTransaction.Files live(TableTransaction transaction) {
    return transaction.files(
        col(day).geq(lit(Date.valueOf(range.from))), col(day).leq(lit(Date.valueOf(range.to))));
  }

  private RunResult publish(Run run, LineageRecorder recorder) {
    context.lake().create(silver.quarantine(), Quarantine.spec(contract));
    BackfillBuild build = BackfillBuild.open(context, silver, range);
    build.build(run);
    recorder.reads(silver.bronze().path(), Bronze.schema(), build.built());
    RefineCommit commit = RefineCommit.begin(context, silver);
    TableTransaction.Files live = live(commit.table());
    RowCounts rowCounts = build.adopt(commit.table(), recorder);
    Dataset<Row> made = commit.table().staged();
    Comparison difference = Comparison.of(live.rows(), made, contract.keyColumns(), ORIGIN);
    LOG.info("backfill {}: {}", contract.id(), difference);
    if (difference.isEmpty()) {
      rebuildHistory(run, recorder);
      build.clear();
      return RunResult.NOTHING_NEW;
    }
    build.adoptBroken(commit.quarantine());
    CheckResult explained =
        explained(
            live.rows().join(made, Scala.seq(contract.keyColumns()), "left_anti"),
            commit.quarantine());
    commit.table().remove(live);
    RunResult result =
        commit.publishRange(
            run,
            recorder,
            new Staged(rowCounts, Tally.NONE, checked(rowCounts, made)),
            build.built(),
            List.of(explained));
    rebuildHistory(run, recorder);
    build.clear();
    return result;
  }

  /** Versions that silver does not hold any more may be others by today's contract. */
  private void rebuildHistory(Run run, LineageRecorder recorder) {
    History.of(context, silver)
        .ifPresent(
            history -> history.rebuild(run, recorder, Range.holds(range.from, range.to, day)));
  }

  private List<CheckResult> checked(RowCounts rowCounts, Dataset<Row> made) {
    if (rowCounts.accepted() == 0) {
      return List.of();
    }
    CheckRunner checks = new CheckRunner(contract.checks());
    checks.observe(made).write().format("noop").mode(SaveMode.Overwrite).save();
    return checks.judge(() -> made);
  }

  /** Each live row that the new range lacks has to be in quarantine now, or it would be lost. */
  private CheckResult explained(Dataset<Row> removed, TableTransaction quarantine) {
    Dataset<Row> known =
        silver
            .quarantine()
            .read()
            .select("file", "position")
            .union(quarantine.staged().select("file", "position"))
            .toDF("_file", "_position");
    long lost = removed.join(known, Scala.seq(List.of("_file", "_position")), "left_anti").count();
    return BuiltInChecks.error(
        "no_row_lost",
        "each row that leaves the range is in quarantine",
        lost == 0,
        (double) lost,
        lost
            + " rows of the live range are not among those made anew, nor in quarantine;"
            + " did they arrive before --arrived-from, or has their day changed?");
  }
}
