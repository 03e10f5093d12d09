package io.sluice.ingest;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.not;

import io.sluice.contract.Arrival;
import io.sluice.contract.Contract;
import io.sluice.lineage.LineageRecorder;
import io.sluice.quality.Check;
import io.sluice.quality.CheckOutcome;
import io.sluice.quality.CheckResult;
import io.sluice.run.RowCounts;
import io.sluice.run.Run;
import io.sluice.run.RunContext;
import io.sluice.run.RunResult;
import io.sluice.settings.Key;
import io.sluice.settings.Printable;
import io.sluice.table.Checkpoint;
import io.sluice.table.LakeTable;
import io.sluice.table.TableTransaction;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.apache.spark.sql.SaveMode;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the files of a source that have landed since the last run and appends their records to
 * bronze, as they stand.
 *
 * <p>Also writes {@code ops.files}: a row for each file, with what became of it. A file whose
 * content cannot be read whole is quarantined as a file. One that the store does not give now is
 * tried again by each later run, once. None of their records is in bronze, and others go on.
 * Guarantee: each landed file (path and content) is ingested once, whatever dies when. A file
 * landed again with other content is ingested again; keys resolve its rows in silver. Cost: a
 * listing of the landing folder and a read of the source's rows of {@code ops.files} in each run,
 * one pass over the new files (a second one over what was written, if a file breaks half-way), two
 * commits for as many files as {@code ingest.files} and {@code ingest.bytes} say; the files of a
 * delivery are never parted, and none of them goes in if one cannot be read.
 */
final class FileIngest {
  private static final Logger LOG = LoggerFactory.getLogger("sluice");

  private static final int MANIFEST_BYTES = 64 << 20;

  /** So many files are named one by one in a run's log. */
  private static final int NAMED = 100;

  private final RunContext context;
  private final Contract contract;
  private final LandingFolder landing;
  private final Set<LandedFile> tried = new HashSet<>();
  private FileLedger ledger;

  FileIngest(RunContext context, Contract contract) {
    this.context = context;
    this.contract = contract;
    this.landing = LandingFolder.of(context);
  }

  /** The files that a run would ingest now, oldest first. */
  List<LandedFile> waiting() {
    LakeTable bronze = context.lake().bronze(contract.id());
    return waiting(bronze.exists() ? bronze.checkpoint(Checkpoint.FILES_INGESTED) : -1);
  }

  /** The landed files that no batch up to a number has brought to bronze. */
  private List<LandedFile> waiting(long ingested) {
    List<LandedFile> files = new ArrayList<>();
    for (Arrival arrival : contract.folders()) {
      try {
        files.addAll(contract.changes().isReplace() ? delivered(arrival) : landing.list(arrival));
      } catch (IOException e) {
        throw new UncheckedIOException(
            landing.resolve(arrival.location()) + " cannot be listed: " + e.getMessage(), e);
      }
    }
    ledger = FileLedger.read(context.lake().ops("files"), contract.id(), ingested);
    Set<String> units = new HashSet<>();
    Set<String> failed = new HashSet<>();
    for (LandedFile file : files) {
      if (!ledger.hasHandled(file) && !tried.contains(file)) {
        units.add(file.unit());
      }
      if (ledger.hasFailed(file)) {
        failed.add(file.unit());
      }
    }
    // Those that could not be read before come last: they may take long to fail.
    return files.stream()
        .filter(file -> units.contains(file.unit()))
        .sorted(
            Comparator.comparing((LandedFile file) -> failed.contains(file.unit()))
                .thenComparing(LandedFile::modifiedAt)
                .thenComparing(LandedFile::unit)
                .thenComparing(LandedFile::path))
        .toList();
  }

  /** The files of an arrival's whole deliveries. */
  private List<LandedFile> delivered(Arrival arrival) throws IOException {
    Deliveries deliveries =
        Deliveries.of(
            arrival,
            landing.listAll(arrival),
            Instant.now(),
            (manifest, path) -> Manifest.parts(landing.read(manifest, MANIFEST_BYTES), path));
    deliveries.waiting().stream()
        .limit(NAMED)
        .forEach(
            one ->
                LOG.info(
                    "ingest {}: delivery {} waits: {}",
                    contract.id(),
                    Printable.of(one.name()),
                    Printable.of(one.why())));
    return deliveries.complete();
  }

  /**
   * Makes one commit each time it is asked; gives {@link RunResult#NOTHING_NEW} when all files are
   * in bronze, but for those that could not be read before and cannot now.
   */
  Supplier<RunResult> commits(Run run, LineageRecorder recorder) {
    context.lake().create(context.lake().ops("files"), FileLedger.SPEC);
    FileBacklog backlog =
        new FileBacklog(
            this::waiting,
            context.settings().get(Key.INGEST_FILES),
            context.settings().get(Key.INGEST_BYTES));
    return () -> commit(run, recorder, backlog);
  }

  private RunResult commit(Run run, LineageRecorder recorder, FileBacklog backlog) {
    TableTransaction bronze =
        TableTransaction.begin(context.lake().bronze(contract.id()), Bronze.spec(contract));
    TableTransaction record = TableTransaction.begin(context.lake().ops("files"), FileLedger.SPEC);
    long ingested = bronze.checkpoint(Checkpoint.FILES_INGESTED);
    long recorded = bronze.checkpoint(Checkpoint.FILES_RECORDED);
    long pending = record.checkpoint(Checkpoint.filesOf(contract.id()));
    if (pending < recorded) {
      throw new IllegalStateException(
          "ops.files lacks the files of "
              + contract.id()
              + "'s batch "
              + recorded
              + ", which bronze has: commits of its log are gone. Bring them back from the bucket's"
              + " versions before anything else runs.");
    }
    if (backlog.next(ingested).isEmpty()) {
      return RunResult.NOTHING_NEW;
    }
    if (pending > recorded) {
      requireWhole(bronze);
      // A driver has died between its two commits, or is between them now.
      bronze = bronze.fence(Bronze.spec(contract));
    }
    IngestBatch batch = new IngestBatch(ingested + 1, run.id());
    for (List<LandedFile> files = backlog.next(ingested);
        !files.isEmpty();
        files = backlog.next(ingested)) {
      Map<LandedFile, FileOutcome> outcomes = stage(bronze, files, batch);
      warn(outcomes);
      Map<LandedFile, FileOutcome> news = new LinkedHashMap<>(outcomes);
      news.entrySet().removeIf(one -> ledger.says(one.getKey(), one.getValue()));
      if (!news.isEmpty()) {
        ledger.write(record, batch, news);
        judge(run, recorder, outcomes);
        RunResult published = publish(run, batch, outcomes, bronze, record);
        backlog.published(files, batch.number());
        return published;
      }
      // None of them could be read before or can now, so nothing is staged.
      backlog.published(files, ingested);
    }
    return RunResult.NOTHING_NEW;
  }

  /** Refuses a bronze table whose log has lost commits that silver has handled. */
  private void requireWhole(TableTransaction bronze) {
    LakeTable silver = context.lake().silver(contract.id());
    if (silver.exists() && silver.checkpoint(Checkpoint.REFINED) > bronze.version()) {
      throw new IllegalStateException(
          "bronze."
              + contract.id()
              + " lacks commits that silver has handled: they are gone from its log. Bring them"
              + " back from the bucket's versions before anything else runs.");
    }
  }

  private RunResult publish(
      Run run,
      IngestBatch batch,
      Map<LandedFile, FileOutcome> outcomes,
      TableTransaction bronze,
      TableTransaction record) {
    long records =
        outcomes.values().stream()
            .filter(FileOutcome::isIngested)
            .mapToLong(FileOutcome::records)
            .sum();
    RowCounts rowCounts = new RowCounts(records, bronze.rowsStaged(), 0, 0, 0);
    if (!rowCounts.balances()) {
      throw new IllegalStateException(
          contract.id() + ": " + records + " records read, " + bronze.rowsStaged() + " written");
    }
    String json = rowCounts.json(run, batch.number() - 1, batch.number());
    // The files first: until bronze's commit they count as not handled, so a run that dies here is
    // done again.
    record
        .checkpoint(Checkpoint.filesOf(contract.id()), batch.number())
        .publish(SaveMode.Append, json);
    long version =
        bronze
            .checkpoint(Checkpoint.FILES_INGESTED, batch.number())
            .checkpoint(Checkpoint.FILES_RECORDED, batch.number())
            .publish(SaveMode.Append, json);
    return new RunResult(rowCounts, version);
  }

  /** Writes the records of the files that can be read whole, and tells how each file went. */
  private Map<LandedFile, FileOutcome> stage(
      TableTransaction bronze, List<LandedFile> files, IngestBatch batch) {
    FileIntake intake = new FileIntake(contract, landing, context.settings().privacyKey());
    bronze.append(intake.rows(context.spark(), files, batch));
    Map<String, FileOutcome> byPath = intake.outcomes();
    Map<LandedFile, FileOutcome> outcomes = new LinkedHashMap<>();
    for (LandedFile file : files) {
      FileOutcome outcome = byPath.get(file.path());
      if (outcome == null) {
        throw new IllegalStateException(file.path() + " was not read");
      }
      outcomes.put(file, outcome);
    }
    DeliveryOutcomes.mark(outcomes);
    outcomes.forEach(
        (file, outcome) -> {
          if (outcome.state() == FileOutcome.State.UNREADABLE) {
            tried.add(file);
          }
        });
    ledger.markRedelivered(outcomes);
    // What has been written of files that are not ingested after all is taken out again.
    List<String> taken =
        outcomes.values().stream()
            .filter(outcome -> !outcome.isIngested() && outcome.records() > 0)
            .map(FileOutcome::path)
            .toList();
    if (!taken.isEmpty()) {
      TableTransaction.Files written = bronze.stagedFiles();
      bronze.append(bronze.staged().where(not(col("file").isInCollection(taken))));
      bronze.remove(written);
    }
    return outcomes;
  }

  private void warn(Map<LandedFile, FileOutcome> outcomes) {
    List<FileOutcome> failed =
        outcomes.values().stream()
            .filter(outcome -> !outcome.isIngested())
            .sorted(Comparator.comparing(FileOutcome::path))
            .toList();
    failed.stream()
        .limit(NAMED)
        .forEach(
            outcome ->
                LOG.warn(
                    "ingest {}: file {}: {}: {}",
                    contract.id(),
                    outcome.state().word(),
                    Printable.of(outcome.path()),
                    Printable.of(outcome.problem())));
    if (failed.size() > NAMED) {
      LOG.warn(
          "ingest {}: {} files more were not ingested: ops.files names them",
          contract.id(),
          failed.size() - NAMED);
    }
  }

  /** Records with the run that files could not be read, so that somebody looks after the store. */
  private void judge(Run run, LineageRecorder recorder, Map<LandedFile, FileOutcome> outcomes) {
    List<String> unread =
        outcomes.values().stream()
            .filter(outcome -> outcome.state() == FileOutcome.State.UNREADABLE)
            .map(FileOutcome::path)
            .sorted()
            .toList();
    if (!unread.isEmpty()) {
      String table = "bronze." + contract.id();
      CheckResult result =
          new CheckResult(
              "files_readable",
              Check.Severity.WARNING,
              "the store gives every landed file",
              CheckOutcome.FAILED,
              (double) unread.size(),
              "cannot be read now, and is tried again: " + unread.get(0));
      context.runs().record(run, table, List.of(result));
      recorder.judged(List.of(result));
    }
  }
}
