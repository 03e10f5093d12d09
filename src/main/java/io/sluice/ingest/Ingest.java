package io.sluice.ingest;

import static org.apache.spark.sql.functions.col;

import io.sluice.contract.Arrival;
import io.sluice.contract.Contract;
import io.sluice.engine.ColumnOrigin;
import io.sluice.kafka.Brokers;
import io.sluice.kafka.Topic;
import io.sluice.lineage.LineageRecorder;
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
import java.util.stream.Collectors;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads what has arrived of a source since the last run, landed files and records on Kafka topics,
 * and appends it to bronze, as it stands.
 *
 * <p>Also writes {@code ops.files}: a row for each file, with what became of it; a file that cannot
 * be read whole is quarantined as a file, and none of its records is in bronze. Guarantee: each
 * landed file (path and content) is ingested once, whatever dies when. A file landed again with
 * other content is ingested again; keys resolve its rows in silver. Cost: a listing of the landing
 * folder, one row of {@code ops.files} for each file that ever landed, and one pass over the new
 * files.
 */
public final class Ingest {
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

  public Ingest(RunContext context, String source) {
    this.context = context;
    this.contract = context.contracts().get(source);
  }

  public RunResult run() {
    return context.run("ingest", contract.id(), this::publish);
  }

  /** What a run would ingest now: files, oldest first, then what partitions hold. */
  public List<String> waiting() {
    List<String> waiting = new ArrayList<>(news().stream().map(LandedFile::path).toList());
    if (!contract.topics().isEmpty()) {
      try (TopicIngest topics = new TopicIngest(context, contract)) {
        waiting.addAll(topics.waiting());
      }
    }
    return waiting;
  }

  /** The files that a run would ingest now, oldest first. */
  private List<LandedFile> news() {
    LakeTable bronze = context.lake().bronze(contract.id());
    return news(bronze.exists() ? bronze.checkpoint(Checkpoint.FILES_INGESTED) : -1);
  }

  private List<LandedFile> news(long ingested) {
    List<LandedFile> files = new ArrayList<>();
    for (Arrival arrival : contract.folders()) {
      try {
        files.addAll(LandingFolder.of(context).list(arrival));
      } catch (IOException e) {
        throw new UncheckedIOException(
            LandingFolder.of(context).resolve(arrival.location())
                + " cannot be listed: "
                + e.getMessage(),
            e);
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

  private RunResult publish(Run run, LineageRecorder recorder) {
    RunResult published = RunResult.NOTHING_NEW;
    if (!contract.folders().isEmpty()) {
      published = published.then(files(run, recorder));
    }
    if (!contract.topics().isEmpty()) {
      published = published.then(topics(run, recorder));
    }
    return published;
  }

  /** What the topics hold when this begins; records that come meanwhile are the next run's. */
  private RunResult topics(Run run, LineageRecorder recorder) {
    try (TopicIngest topics = new TopicIngest(context, contract)) {
      Map<Arrival, Topic> until = topics.look();
      RunResult published = RunResult.NOTHING_NEW;
      while (true) {
        RunResult one = topics.batch(run, recorder, until);
        if (one == RunResult.NOTHING_NEW) {
          return published;
        }
        note(recorder, one);
        published = published.then(one);
      }
    }
  }

  private RunResult files(Run run, LineageRecorder recorder) {
    context.lake().create(context.lake().ops("files"), FILES);
    RunResult published = RunResult.NOTHING_NEW;
    while (true) {
      TableTransaction bronze =
          TableTransaction.begin(context.lake().bronze(contract.id()), Bronze.spec(contract));
      TableTransaction files = TableTransaction.begin(context.lake().ops("files"), FILES);
      long ingested = bronze.checkpoint(Checkpoint.FILES_INGESTED);
      long recorded = bronze.checkpoint(Checkpoint.FILES_RECORDED);
      long pending = files.checkpoint(Checkpoint.filesOf(contract.id()));
      if (pending < recorded) {
        throw new IllegalStateException(
            "ops.files lacks the files of "
                + contract.id()
                + "'s batch "
                + recorded
                + ", which bronze has: commits of its log are gone. Bring them back from the bucket's"
                + " versions before anything else runs.");
      }
      List<LandedFile> news = batch(news(ingested));
      if (news.isEmpty()) {
        return published;
      }
      if (pending > recorded) {
        LakeTable silver = context.lake().silver(contract.id());
        if (silver.exists() && silver.checkpoint(Checkpoint.REFINED) > bronze.version()) {
          throw new IllegalStateException(
              "bronze."
                  + contract.id()
                  + " lacks commits that silver has handled: they are gone from its log. Bring them"
                  + " back from the bucket's versions before anything else runs.");
        }
        // A driver has died between its two commits, or is between them now.
        bronze = bronze.fence(Bronze.spec(contract));
      }
      RunResult one = publish(run, ingested, news, bronze, files);
      note(recorder, one);
      published = published.then(one);
    }
  }

  private void note(LineageRecorder recorder, RunResult published) {
    List<ColumnOrigin> origins = new ArrayList<>();
    for (Arrival arrival : contract.arrivals()) {
      String location =
          arrival.isTopic()
              ? "kafka://" + Brokers.of(context.settings()).servers() + "/" + arrival.topic().name()
              : LandingFolder.of(context).resolve(arrival.location());
      StructType columns = new StructType();
      for (String column : contract.rawColumns(arrival)) {
        columns = columns.add(column, DataTypes.StringType);
        origins.add(new ColumnOrigin("raw", location, column, "", contract.isProtected()));
      }
      recorder.reads(location, columns, null);
    }
    LakeTable bronze = context.lake().bronze(contract.id());
    TableSpec spec = Bronze.spec(contract);
    recorder.wrote(
        bronze.path(),
        spec.comment(),
        spec.schema(),
        published.version(),
        published.rowCounts().accepted(),
        origins);
  }

  /** As many of the files, oldest first, as one commit takes. */
  private List<LandedFile> batch(List<LandedFile> files) {
    int maxFiles = context.settings().get(Key.INGEST_FILES);
    long maxBytes = context.settings().get(Key.INGEST_BYTES);
    List<LandedFile> batch = new ArrayList<>();
    long bytes = 0;
    for (LandedFile file : files) {
      if (batch.size() == maxFiles || (!batch.isEmpty() && bytes + file.bytes() > maxBytes)) {
        break;
      }
      batch.add(file);
      bytes += file.bytes();
    }
    return batch;
  }

  private RunResult publish(
      Run run,
      long ingested,
      List<LandedFile> news,
      TableTransaction bronze,
      TableTransaction files) {
    Intake.Batch batch = new Intake.Batch(ingested + 1, run.id());
    Map<String, Intake.Outcome> outcomes = new HashMap<>();
    stage(bronze, news, batch, outcomes);
    long records =
        outcomes.values().stream()
            .filter(outcome -> outcome.problem() == null)
            .mapToLong(Intake.Outcome::records)
            .sum();
    RowCounts rowCounts = new RowCounts(records, bronze.rowsStaged(), 0, 0, 0);
    if (!rowCounts.balances()) {
      throw new IllegalStateException(
          contract.id() + ": " + records + " records read, " + bronze.rowsStaged() + " written");
    }
    String json = rowCounts.json(run, ingested, batch.number());
    // The files first: until bronze's commit they count as not handled, so a run that dies here is
    // done again.
    files
        .discard(col("source").equalTo(contract.id()), col("batch").gt(ingested))
        .append(FILES.schema(), ledger(news, batch, outcomes))
        .checkpoint(Checkpoint.filesOf(contract.id()), batch.number())
        .publish(SaveMode.Append, json);
    long version =
        bronze
            .checkpoint(Checkpoint.FILES_INGESTED, batch.number())
            .checkpoint(Checkpoint.FILES_RECORDED, batch.number())
            .publish(SaveMode.Append, json);
    outcomes.values().stream()
        .filter(outcome -> outcome.problem() != null)
        .sorted(Comparator.comparing(Intake.Outcome::path))
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
      List<LandedFile> news,
      Intake.Batch batch,
      Map<String, Intake.Outcome> outcomes) {
    Set<String> parquet =
        contract.arrivals().stream()
            .filter(arrival -> arrival.format() == Arrival.Format.PARQUET)
            .map(Arrival::name)
            .collect(Collectors.toSet());
    List<LandedFile> texts =
        news.stream().filter(file -> !parquet.contains(file.arrival())).toList();
    List<LandedFile> tables =
        news.stream().filter(file -> parquet.contains(file.arrival())).toList();
    Intake intake =
        new Intake(contract, LandingFolder.of(context), context.settings().privacyKey());
    List<LandedFile> readable = texts;
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
          new ParquetIntake(contract, LandingFolder.of(context), context.settings().privacyKey());
      outcomes.putAll(parquetIntake.stage(context.spark(), tables, batch, bronze::append));
    }
  }

  private List<Row> ledger(
      List<LandedFile> news, Intake.Batch batch, Map<String, Intake.Outcome> outcomes) {
    List<Row> rows = new ArrayList<>();
    for (LandedFile file : news) {
      Intake.Outcome outcome = outcomes.get(file.path());
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
