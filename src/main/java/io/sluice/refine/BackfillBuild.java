package io.sluice.refine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.not;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sluice.contract.Contract;
import io.sluice.engine.Scala;
import io.sluice.lineage.LineageRecorder;
import io.sluice.run.RowCounts;
import io.sluice.run.Run;
import io.sluice.run.RunContext;
import io.sluice.table.BackfillJournal;
import io.sluice.table.Changes;
import io.sluice.table.Checkpoint;
import io.sluice.table.TableTransaction;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Date;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.UnaryOperator;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files of a backfill, built step by step from bronze and named by no commit; a note of each
 * step in the {@link BackfillJournal} lets a run that died go on with the step it died in.
 */
final class BackfillBuild {
  private static final Logger LOG = LoggerFactory.getLogger("sluice");

  private final SilverTable silver;
  private final Contract contract;
  private final RowJudge judge;
  private final Extent extent;
  private final BackfillJournal journal;
  private final long built;

  private BackfillBuild(
      SilverTable silver, RowJudge judge, Extent extent, BackfillJournal journal, long built) {
    this.silver = silver;
    this.contract = silver.contract();
    this.judge = judge;
    this.extent = extent;
    this.journal = journal;
    this.built = built;
  }

  /**
   * Reads the journal; what a run has noted there that built by another contract or options is
   * forgotten.
   */
  static BackfillBuild open(RunContext context, SilverTable silver, Extent extent) {
    BackfillJournal journal =
        context.lake().journal("backfill/" + silver.contract().id() + "/" + extent.name());
    String fingerprint = fingerprint(silver.contract(), extent);
    return new BackfillBuild(
        silver,
        RowJudge.open(context, silver.contract()),
        extent,
        journal,
        prepare(silver, journal, fingerprint));
  }

  /** The bronze version that the range is built from. */
  long built() {
    return built;
  }

  /** Forgets the notes. */
  void clear() {
    journal.clear();
  }

  /**
   * The bronze version of a run that died, if it built by the same contract, else the one that
   * silver has handled.
   */
  private static long prepare(SilverTable silver, BackfillJournal journal, String fingerprint) {
    String plan = journal.read("plan").orElse("");
    if (!plan.startsWith(fingerprint + " ")) {
      journal.clear();
      plan = fingerprint + " " + silver.table().checkpoint(Checkpoint.REFINED);
      journal.write("plan", plan);
    }
    return Long.parseLong(plan.substring(plan.indexOf(' ') + 1));
  }

  /** What a step has written, as its note tells it. */
  private record Step(RowCounts rowCounts, String silver, String quarantine) {}

  /** Tells contracts and options apart. */
  private static String fingerprint(Contract contract, Extent extent) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256")
              .digest((contract + "/" + extent.options()).getBytes(UTF_8));
      return HexFormat.of().formatHex(hash, 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Builds the steps that have not been built yet. */
  void build(Run run) {
    ExecutorService pool = Executors.newFixedThreadPool(extent.parallel());
    try {
      List<CompletableFuture<Void>> steps = new ArrayList<>();
      for (Extent.Part part : extent.parts()) {
        if (journal.read(part.name()).isEmpty()) {
          steps.add(
              CompletableFuture.runAsync(() -> journal.write(part.name(), build(part, run)), pool));
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
  private String build(Extent.Part part, Run run) {
    Dataset<Row> bronze = silver.bronze().read(built);
    if (extent.arrivedFrom() != null) {
      bronze = bronze.where(col("arrived_on").geq(lit(Date.valueOf(extent.arrivedFrom()))));
    }
    Dataset<Row> judged =
        judge.judged(bronze, silver.bronze().size(built).bytes(), LineageRecorder.unused());
    Dataset<Row> all = judged.where(col("_reasons").isNull());
    Dataset<Row> valid = all.where(part.rows());
    Dataset<Row> broken = broken(judged, part);
    // Quarantine has most of them already.
    Dataset<Row> fresh =
        Quarantine.rows(broken, contract, run, built)
            .join(
                silver.quarantine().read().select("arrival", "file", "position", "arrived_at"),
                Scala.seq(List.of("arrival", "file", "position", "arrived_at")),
                "left_anti");
    TableTransaction transaction = extent.begin(silver.table(), silver.spec());
    TableTransaction quarantine =
        TableTransaction.begin(silver.quarantine(), Quarantine.spec(contract));
    long validRows = valid.count();
    long brokenRows = broken.count();
    RowCounts rowCounts = new RowCounts(brokenRows, 0, brokenRows, 0, 0);
    if (validRows > 0) {
      Dataset<Row> current =
          contract.changes().isReplace()
              // A delivery replaces others on all days that these have rows of.
              ? Replacement.of(contract, all).sparing(judged).current(valid)
              : valid;
      rowCounts = rowCounts.plus(upsert(transaction, current, validRows));
    }
    if (brokenRows > 0) {
      quarantine.append(fresh.repartition(1));
    }
    LOG.info("{} {}: built {}: {}", run.command(), contract.id(), part.name(), rowCounts);
    try {
      return new ObjectMapper()
          .writeValueAsString(new Step(rowCounts, transaction.manifest(), quarantine.manifest()));
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * @param valid of the range's valid rows those of deliveries that are not replaced
   * @param rows how many valid rows the range has
   */
  private RowCounts upsert(TableTransaction transaction, Dataset<Row> valid, long rows) {
    long current = contract.changes().isReplace() ? valid.count() : rows;
    if (current == 0) {
      return new RowCounts(rows, 0, 0, 0, rows);
    }
    Upsert upsert = JobStager.upsert(silver, judge);
    Optional<Deletions> deletions = silver.deletions(transaction.checkpoint(Checkpoint.REFINED));
    Upsert.Outcomes outcomes =
        upsert.stage(
            transaction,
            new Upsert.Held(
                transaction.stagedFiles(),
                deletions.flatMap(
                    of -> extent.days().map(days -> of.newest(days.all())).orElseGet(of::newest)),
                deletions.map(of -> of.truncation(null))),
            valid,
            UnaryOperator.identity(),
            // Of what leaves silver the deletions are remembered already.
            deleted -> {
              if (contract.changes().keepsDeleted()) {
                transaction.append(upsert.ofTable(deleted));
              }
            });
    return outcomes.counts().rowCounts().plus(new RowCounts(rows, 0, 0, 0, rows - current));
  }

  /**
   * Broken rows of some days: by their own day, or by that of the live row that they are. Of all
   * rows, all.
   */
  private Dataset<Row> broken(Dataset<Row> judged, Extent.Part part) {
    Dataset<Row> broken = judged.where(col("_reasons").isNotNull());
    if (extent.isAll()) {
      return broken;
    }
    Dataset<Row> live = silver.table().read().where(part.rows()).select("_file", "_position");
    Dataset<Row> byDay = broken.where(part.rows());
    Dataset<Row> byLive =
        broken
            .where(not(part.rows()))
            .join(live, Scala.seq(List.of("_file", "_position")), "left_semi");
    return byDay.unionByName(byLive);
  }

  /**
   * Takes the steps' files over, and brings in what silver has been given since they were built.
   */
  RowCounts adopt(TableTransaction transaction, LineageRecorder recorder) {
    RowCounts rowCounts = RowCounts.EMPTY;
    for (Step step : steps()) {
      transaction.adopt(step.silver);
      rowCounts = rowCounts.plus(step.rowCounts);
    }
    long handled = transaction.checkpoint(Checkpoint.REFINED);
    if (handled > built) {
      Changes news = silver.bronze().news(built, handled);
      Dataset<Row> judged = judge.judged(news.rows(), news.bytes(), recorder);
      Dataset<Row> all = judged.where(col("_reasons").isNull());
      Dataset<Row> valid = all.where(extent.rows());
      long rows = valid.count();
      if (contract.changes().isReplace()) {
        Replacement replacement = Replacement.of(contract, all);
        replacement.among(transaction.stagedFiles());
        replacement.sparing(judged);
        long removed = replacement.takeOut(transaction, transaction.stagedFiles()).removed();
        rowCounts = rowCounts.plus(new RowCounts(0, 0, 0, 0, 0, 0, 0, removed));
        valid = replacement.current(valid);
      }
      if (rows > 0) {
        rowCounts = rowCounts.plus(upsert(transaction, valid, rows));
      }
    }
    return rowCounts;
  }

  private List<Step> steps() {
    return extent.parts().stream().map(this::step).toList();
  }

  private Step step(Extent.Part part) {
    try {
      return new ObjectMapper().readValue(journal.read(part.name()).orElseThrow(), Step.class);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Takes over the steps' rows that are broken by today's contract, unless a run that died has
   * published them.
   */
  void adoptBroken(TableTransaction quarantine) {
    Checkpoint checkpoint = Checkpoint.backfilled(extent.name(), fingerprint(contract, extent));
    if (quarantine.checkpoint(checkpoint) < built) {
      steps().forEach(step -> quarantine.adopt(step.quarantine));
      if (!quarantine.isEmpty()) {
        quarantine.checkpoint(checkpoint, built);
      }
    }
  }
}
