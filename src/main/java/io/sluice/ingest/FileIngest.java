package io.sluice.ingest;

import static org.apache.spark.sql.functions.col;

import io.sluice.contract.Arrival;
import io.sluice.contract.Contract;
import io.sluice.ingest.format.ParquetFormat;
import io.sluice.ingest.format.RecordFormat;
import io.sluice.ingest.format.SequentialFormat;
import io.sluice.run.RowCounts;
import io.sluice.run.Run;
import io.sluice.run.RunContext;
import io.sluice.run.RunResult;
import io.sluice.settings.Key;
import io.sluice.table.Checkpoint;
import io.sluice.table.LakeTable;
import io.sluice.table.TableSpec;
import io.sluice.table.TableTransaction;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Timestamp;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the files of a source that have landed since the last run and appends their records to
 * bronze, as they stand.
 *
 * <p>Also writes {@code ops.files}: a row for each file, with what became of it; a file that cannot
 * be read whole is quarantined as a file, and none of its records is in bronze. Guarantee: each
 * landed file (path and content) is ingested once, whatever dies when. A file landed again with
 * other content is ingested again; keys resolve its rows in silver. Cost: a listing of the landing
 * folder and a read of the source's rows of {@code ops.files} in each run, one pass over the new
 * files, two commits for as many files as {@code ingest.files} and {@code ingest.bytes} say.
 */
final class FileIngest {
  private static final Logger LOG = LoggerFactory.getLogger("sluice");

  /** How {@code ops.files} is declared. */
  static final TableSpec FILES =
      new TableSpec(
          "One row per landed file and what became of it.",
          new StructType()
              .add("source", DataTypes.StringType, true, "The source it belongs to.")
              .add("arrival", DataTypes.StringType, true, "The arrival it came by.")
              .add("file", DataTypes.StringType, true, "Its path below the landing root.")
              .add("etag", DataTypes.StringType, true, "The store's mark of its content.")
              .add("bytes", DataTypes.LongType, true, "Its size as landed.")
              .add("modified_at", DataTypes.TimestampType, true, "When it arrived.")
              .add("outcome", DataTypes.StringType, true, "ingested or quarantined.")
              .add("problem", DataTypes.StringType, true, "Why it is quarantined.")
              .add("records", DataTypes.LongType, true, "The records in it.")
              .add("header", DataTypes.StringType, true, "The header line of a CSV file.")
              .add("run_id", DataTypes.StringType, true, "The run that handled it.")
              .add("batch", DataTypes.LongType, true, "The bronze commit it belongs to."),
          List.of("source"),
          List.of("batch"));

  private final RunContext context;
  private final Contract contract;
  private final LandingFolder landing;

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
        files.addAll(landing.list(arrival));
      } catch (IOException e) {
        throw new UncheckedIOException(
            landing.resolve(arrival.location()) + " cannot be listed: " + e.getMessage(), e);
      }
    }
    Set<String> known = known(ingested);
    return files.stream()
        .filter(file -> !known.contains(file.path() + "\n" + file.etag()))
        .sorted(Comparator.comparing(LandedFile::modifiedAt).thenComparing(LandedFile::path))
        .toList();
  }

  private Set<String> known(long ingested) {
    LakeTable files = context.lake().ops("files");
    if (!files.exists()) {
      return Set.of();
    }
    return files
        .read()
        .where(col("source").equalTo(contract.id()).and(col("batch").leq(ingested)))
        .select("file", "etag")
        .collectAsList()
        .stream()
        .map(row -> row.getString(0) + "\n" + row.getString(1))
        .collect(Collectors.toCollection(HashSet::new));
  }

  /**
   * Makes one commit each time it is asked; gives {@link RunResult#NOTHING_NEW} when all files are
   * in bronze.
   */
  Supplier<RunResult> commits(Run run) {
    context.lake().create(context.lake().ops("files"), FILES);
    FileBacklog backlog =
        new FileBacklog(
            this::waiting,
            context.settings().get(Key.INGEST_FILES),
            context.settings().get(Key.INGEST_BYTES));
    return () -> commit(run, backlog);
  }

  private RunResult commit(Run run, FileBacklog backlog) {
    TableTransaction bronze =
        TableTransaction.begin(context.lake().bronze(contract.id()), Bronze.spec(contract));
    TableTransaction ledger = TableTransaction.begin(context.lake().ops("files"), FILES);
    long ingested = bronze.checkpoint(Checkpoint.FILES_INGESTED);
    long recorded = bronze.checkpoint(Checkpoint.FILES_RECORDED);
    long pending = ledger.checkpoint(Checkpoint.filesOf(contract.id()));
    if (pending < recorded) {
      throw new IllegalStateException(
          "ops.files lacks the files of "
              + contract.id()
              + "'s batch "
              + recorded
              + ", which bronze has: commits of its log are gone. Bring them back from the bucket's"
              + " versions before anything else runs.");
    }
    List<LandedFile> files = backlog.next(ingested);
    if (files.isEmpty()) {
      return RunResult.NOTHING_NEW;
    }
    if (pending > recorded) {
      requireWhole(bronze);
      // A driver has died between its two commits, or is between them now.
      bronze = bronze.fence(Bronze.spec(contract));
    }
    RunResult published = publish(run, ingested, files, bronze, ledger);
    backlog.published(files, ingested + 1);
    return published;
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
      long ingested,
      List<LandedFile> batchFiles,
      TableTransaction bronze,
      TableTransaction ledger) {
    IngestBatch batch = new IngestBatch(ingested + 1, run.id());
    Map<String, FileOutcome> outcomes = new HashMap<>();
    stage(bronze, batchFiles, batch, outcomes);
    long records =
        outcomes.values().stream()
            .filter(outcome -> outcome.problem() == null)
            .mapToLong(FileOutcome::records)
            .sum();
    RowCounts rowCounts = new RowCounts(records, bronze.rowsStaged(), 0, 0, 0);
    if (!rowCounts.balances()) {
      throw new IllegalStateException(
          contract.id() + ": " + records + " records read, " + bronze.rowsStaged() + " written");
    }
    String json = rowCounts.json(run, ingested, batch.number());
    // The files first: until bronze's commit they count as not handled, so a run that dies here is
    // done again.
    ledger
        .discard(col("source").equalTo(contract.id()), col("batch").gt(ingested))
        .append(FILES.schema(), ledgerRows(batchFiles, batch, outcomes))
        .checkpoint(Checkpoint.filesOf(contract.id()), batch.number())
        .publish(SaveMode.Append, json);
    long version =
        bronze
            .checkpoint(Checkpoint.FILES_INGESTED, batch.number())
            .checkpoint(Checkpoint.FILES_RECORDED, batch.number())
            .publish(SaveMode.Append, json);
    outcomes.values().stream()
        .filter(outcome -> outcome.problem() != null)
        .sorted(Comparator.comparing(FileOutcome::path))
        .forEach(
            outcome ->
                LOG.warn(
                    "ingest {}: file quarantined: {}: {}",
                    contract.id(),
                    outcome.path(),
                    outcome.problem()));
    return new RunResult(rowCounts, version);
  }

  /** Writes the records of the files that can be read whole, and notes how each file went. */
  private void stage(
      TableTransaction bronze,
      List<LandedFile> files,
      IngestBatch batch,
      Map<String, FileOutcome> outcomes) {
    Set<String> sequential = arrivalsOf(SequentialFormat.class);
    Set<String> parquet = arrivalsOf(ParquetFormat.class);
    List<LandedFile> tables =
        files.stream().filter(file -> parquet.contains(file.arrival())).toList();
    SequentialIntake intake =
        new SequentialIntake(contract, landing, context.settings().privacyKey());
    List<LandedFile> readable =
        files.stream().filter(file -> sequential.contains(file.arrival())).toList();
    while (!readable.isEmpty()) {
      bronze.append(intake.rows(context.spark(), readable, batch));
      intake.outcomes().forEach(outcomes::put);
      List<LandedFile> unreadable =
          readable.stream().filter(file -> outcomes.get(file.path()).problem() != null).toList();
      if (unreadable.isEmpty()) {
        break;
      }
      // Some of their records are among the rows written, so all is written again without them.
      bronze.reset();
      Set<LandedFile> out = new HashSet<>(unreadable);
      readable = readable.stream().filter(file -> !out.contains(file)).toList();
    }
    if (!tables.isEmpty()) {
      ParquetIntake parquetIntake =
          new ParquetIntake(contract, landing, context.settings().privacyKey());
      outcomes.putAll(parquetIntake.stage(context.spark(), tables, batch, bronze::append));
    }
  }

  /** The names of the arrivals whose format is of a kind. */
  private Set<String> arrivalsOf(Class<? extends RecordFormat> kind) {
    return contract.folders().stream()
        .filter(arrival -> kind.isInstance(RecordFormat.of(arrival)))
        .map(Arrival::name)
        .collect(Collectors.toSet());
  }

  private List<Row> ledgerRows(
      List<LandedFile> files, IngestBatch batch, Map<String, FileOutcome> outcomes) {
    List<Row> rows = new ArrayList<>();
    for (LandedFile file : files) {
      FileOutcome outcome = outcomes.get(file.path());
      if (outcome == null) {
        throw new IllegalStateException(
            file.path() + ": its format arrives in files and is no SequentialFormat");
      }
      rows.add(
          RowFactory.create(
              contract.id(),
              file.arrival(),
              file.path(),
              file.etag(),
              file.bytes(),
              Timestamp.from(file.modifiedAt()),
              outcome.problem() == null ? "ingested" : "quarantined",
              outcome.problem(),
              outcome.problem() == null ? outcome.records() : 0L,
              outcome.header(),
              batch.runId(),
              batch.number()));
    }
    return rows;
  }
}
