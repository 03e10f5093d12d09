package io.sluice.refine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.not;
import static scala.collection.JavaConverters.asScalaBuffer;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sluice.contract.Contract;
import io.sluice.contract.Field;
import io.sluice.ingest.Bronze;
import io.sluice.lineage.LineageRecorder;
import io.sluice.quality.Check;
import io.sluice.quality.CheckResult;
import io.sluice.quality.CheckRunner;
import io.sluice.run.RowCounts;
import io.sluice.run.Run;
import io.sluice.run.RunContext;
import io.sluice.run.RunRecorder;
import io.sluice.run.RunResult;
import io.sluice.settings.ValidationErrors;
import io.sluice.table.BackfillJournal;
import io.sluice.table.Changes;
import io.sluice.table.Comparison;
import io.sluice.table.LakeTable;
import io.sluice.table.TableSpec;
import io.sluice.table.TableTransaction;
import io.sluice.table.Upsert;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Date;
import java.time.LocalDate;
import java.time.Period;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.UnaryOperator;
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
  }

  private final RunContext context;
  private final Contract contract;
  private final SilverTable silver;
  private final Range range;
  private final String day;
  private final TableSpec quarantineSpec;
  private final BackfillJournal journal;

  public Backfill(RunContext context, String source, Range range) {
    this.context = context;
    this.contract = context.contracts().get(source);
    this.silver = new SilverTable(context, contract);
    this.range = range;
    this.quarantineSpec = Quarantine.spec(contract);
    this.journal = context.lake().journal("backfill/" + source + "/" + range.from + "_" + range.to);
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
    long version = silver.table().checkpoint(SilverTable.CHECKPOINT);
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
    new Replay(context, contract.id(), Replay.Selection.of(between(range.from, range.to))).run();
    return published;
  }

  private Column between(LocalDate from, LocalDate to) {
    return coalesce(
        col(day).geq(lit(Date.valueOf(from))).and(col(day).leq(lit(Date.valueOf(to)))), lit(false));
  }

  private TableTransaction.Files live(TableTransaction transaction) {
    return transaction.files(
        col(day).geq(lit(Date.valueOf(range.from))), col(day).leq(lit(Date.valueOf(range.to))));
  }

  /** What a step has written, as its note tells it. */
  private record Step(RowCounts rowCounts, String silver, String quarantine) {}

  private RunResult publish(Run run, LineageRecorder recorder) {
    context.lake().create(silver.quarantine(), quarantineSpec);
    long built = prepare();
    build(run, built);
    List<Step> steps = range.steps().stream().map(this::note).toList();
    recorder.reads(silver.bronze().path(), Bronze.schema(), built);
    TableTransaction transaction = TableTransaction.begin(silver.table(), silver.spec());
    TableTransaction.Files live = live(transaction);
    RowCounts rowCounts = adopt(transaction, steps, built, recorder);
    Dataset<Row> made = transaction.staged();
    List<String> key = contract.key().stream().map(Field::name).toList();
    Comparison difference = Comparison.of(live.rows(), made, key, ORIGIN);
    LOG.info("backfill {}: {}", contract.id(), difference);
    if (difference.isEmpty()) {
      journal.clear();
      return RunResult.NOTHING_NEW;
    }
    List<CheckResult> checkResults = new ArrayList<>(silver.balanced(rowCounts));
    TableTransaction quarantine = quarantine(steps, built);
    checkResults.add(
        explained(live.rows().join(made, asScalaBuffer(key).toSeq(), "left_anti"), quarantine));
    if (rowCounts.accepted() > 0) {
      CheckRunner judge = new CheckRunner(contract.checks());
      judge.observe(made).write().format("noop").mode(SaveMode.Overwrite).save();
      checkResults.addAll(judge.judge(() -> made));
    }
    RunRecorder.requirePassed(
        context,
        run,
        recorder,
        silver.table().name(),
        checkResults,
        "The live range is as it was; fix the contract, then run the backfill again.");
    String json = rowCounts.json(run, built, transaction.checkpoint(SilverTable.CHECKPOINT));
    if (!quarantine.isEmpty()) {
      quarantine.publish(SaveMode.Append, json);
    }
    long version =
        silver.publish(transaction.remove(live), SaveMode.Overwrite, rowCounts, json, recorder);
    journal.clear();
    return new RunResult(rowCounts, version);
  }

  /**
   * The bronze version that the range is built from: that of a run that died, if it built by the
   * same contract, else the one that silver has handled.
   */
  private long prepare() {
    String plan = journal.read("plan").orElse("");
    if (!plan.startsWith(fingerprint() + " ")) {
      journal.clear();
      plan = fingerprint() + " " + silver.table().checkpoint(SilverTable.CHECKPOINT);
      journal.write("plan", plan);
    }
    return Long.parseLong(plan.substring(plan.indexOf(' ') + 1));
  }

  /** Tells contracts and ranges of arrival apart. */
  private String fingerprint() {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256")
              .digest((contract + "/" + range.arrivedFrom + "/" + range.step).getBytes(UTF_8));
      return HexFormat.of().formatHex(hash, 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Builds the steps that have not been built yet. */
  private void build(Run run, long built) {
    ExecutorService pool = Executors.newFixedThreadPool(range.parallel);
    try {
      List<CompletableFuture<Void>> steps = new ArrayList<>();
      for (LocalDate first : range.steps()) {
        if (journal.read(first.toString()).isEmpty()) {
          steps.add(
              CompletableFuture.runAsync(
                  () -> journal.write(first.toString(), step(first, built, run)), pool));
        }
      }
      steps.forEach(CompletableFuture::join);
    } catch (CompletionException e) {
      throw e.getCause() instanceof RuntimeException cause
          ? cause
          : new IllegalStateException(e.getCause());
    } finally {
      pool.shutdown();
    }
  }

  /** Writes the files of one step, and gives the note of them. */
  private String step(LocalDate first, long built, Run run) {
    LocalDate last = range.last(first);
    Dataset<Row> bronze = silver.bronze().read(built);
    if (range.arrivedFrom != null) {
      bronze = bronze.where(col("arrived_on").geq(lit(Date.valueOf(range.arrivedFrom))));
    }
    Dataset<Row> judged =
        silver.judged(bronze, silver.bronze().size(built).bytes(), LineageRecorder.unused());
    Dataset<Row> valid = judged.where(col("_reasons").isNull()).where(between(first, last));
    Dataset<Row> broken = broken(judged, first, last);
    // Quarantine has most of them already.
    Dataset<Row> fresh =
        Quarantine.rows(broken, contract, run, built)
            .join(
                silver.quarantine().read().select("arrival", "file", "position", "arrived_at"),
                asScalaBuffer(List.of("arrival", "file", "position", "arrived_at")).toSeq(),
                "left_anti");
    TableTransaction transaction = TableTransaction.begin(silver.table(), silver.spec());
    TableTransaction quarantine = TableTransaction.begin(silver.quarantine(), quarantineSpec);
    long validRows = valid.count();
    long brokenRows = broken.count();
    RowCounts rowCounts = new RowCounts(brokenRows, 0, brokenRows, 0, 0);
    if (validRows > 0) {
      rowCounts = rowCounts.plus(upsert(transaction, valid, validRows));
    }
    if (brokenRows > 0) {
      quarantine.append(fresh);
    }
    LOG.info("backfill {}: built {} to {}: {}", contract.id(), first, last, rowCounts);
    try {
      return new ObjectMapper()
          .writeValueAsString(new Step(rowCounts, transaction.manifest(), quarantine.manifest()));
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  private RowCounts upsert(TableTransaction transaction, Dataset<Row> valid, long rows) {
    Upsert.Outcomes outcomes =
        silver
            .upsert()
            .stage(transaction, transaction.stagedFiles(), valid, UnaryOperator.identity());
    Upsert.Counts counts = outcomes.counts();
    return new RowCounts(rows, counts.accepted(), 0, counts.duplicate(), counts.superseded());
  }

  /** Broken rows of some days: by their own day, or by that of the live row that they are. */
  private Dataset<Row> broken(Dataset<Row> judged, LocalDate first, LocalDate last) {
    Dataset<Row> broken = judged.where(col("_reasons").isNotNull());
    Dataset<Row> live =
        silver.table().read().where(between(first, last)).select("_file", "_position");
    Dataset<Row> byDay = broken.where(between(first, last));
    Dataset<Row> byLive =
        broken
            .where(not(between(first, last)))
            .join(live, asScalaBuffer(List.of("_file", "_position")).toSeq(), "left_semi");
    return byDay.unionByName(byLive);
  }

  /**
   * Takes the steps' files over, and brings in what silver has been given since they were built.
   */
  private RowCounts adopt(
      TableTransaction transaction, List<Step> steps, long built, LineageRecorder recorder) {
    RowCounts rowCounts = RowCounts.EMPTY;
    for (Step step : steps) {
      transaction.adopt(step.silver);
      rowCounts = rowCounts.plus(step.rowCounts);
    }
    long handled = transaction.checkpoint(SilverTable.CHECKPOINT);
    if (handled > built) {
      Changes news = silver.bronze().changes(built, handled);
      Dataset<Row> valid =
          silver
              .judged(news.rows(), news.bytes(), recorder)
              .where(col("_reasons").isNull())
              .where(between(range.from, range.to));
      long rows = valid.count();
      if (rows > 0) {
        rowCounts = rowCounts.plus(upsert(transaction, valid, rows));
      }
    }
    return rowCounts;
  }

  private Step note(LocalDate first) {
    try {
      return new ObjectMapper().readValue(journal.read(first.toString()).orElseThrow(), Step.class);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * The steps' rows that are broken by today's contract, as a commit of quarantine in the making;
   * empty if there are none, or if a run that died has published them.
   */
  private TableTransaction quarantine(List<Step> steps, long built) {
    String checkpoint = "backfill:" + range.from + "_" + range.to + ":" + fingerprint();
    TableTransaction quarantine = TableTransaction.begin(silver.quarantine(), quarantineSpec);
    if (quarantine.checkpoint(checkpoint) < built) {
      steps.forEach(step -> quarantine.adopt(step.quarantine));
      if (!quarantine.isEmpty()) {
        quarantine.checkpoint(checkpoint, built);
      }
    }
    return quarantine;
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
    long lost =
        removed
            .join(known, asScalaBuffer(List.of("_file", "_position")).toSeq(), "left_anti")
            .count();
    return new CheckResult(
        "no_row_lost",
        Check.Severity.ERROR,
        "each row that leaves the range is in quarantine",
        lost == 0 ? CheckResult.Outcome.PASSED : CheckResult.Outcome.FAILED,
        (double) lost,
        lost == 0
            ? ""
            : lost
                + " rows of the live range are not among those made anew, nor in quarantine;"
                + " did they arrive before --arrived-from, or has their day changed?");
  }
}
