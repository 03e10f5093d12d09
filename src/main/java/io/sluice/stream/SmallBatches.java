package io.sluice.stream;

import io.sluice.contract.Arrival;
import io.sluice.contract.Contract;
import io.sluice.engine.CompiledRows;
import io.sluice.engine.DriverRows;
import io.sluice.engine.LocalRows;
import io.sluice.ingest.TopicBacklog;
import io.sluice.ingest.TopicIngest;
import io.sluice.ingest.TopicIntake;
import io.sluice.lineage.LineageRecorder;
import io.sluice.refine.LocalRefiner;
import io.sluice.refine.QuarantineGate;
import io.sluice.refine.RefineCommit;
import io.sluice.refine.RowJudge;
import io.sluice.refine.SilverTable;
import io.sluice.refine.Staged;
import io.sluice.run.RowCounts;
import io.sluice.run.Run;
import io.sluice.run.RunContext;
import io.sluice.run.RunResult;
import io.sluice.run.StoppedException;
import io.sluice.settings.Key;
import io.sluice.table.RowWriter;
import io.sluice.table.TableTransaction;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the newest records of a source's topics and writes them to bronze, silver and quarantine by
 * this JVM alone: what {@link TopicIngest} and {@link io.sluice.refine.Refine} do, without a job.
 *
 * <p>Rows become visible by the same {@link RefineCommit}; a {@link LocalRefiner} stages them. What
 * it refuses is left to refine, as is everything before the first batch. Runs are recorded once a
 * minute. Cost: each record once, a file and a commit for each of the three tables.
 */
final class SmallBatches implements AutoCloseable {
  /** How many small batches may wait before they are handled by jobs, all together. */
  private static final int FAR_BEHIND = 20;

  /** More bytes of records than these are not brought to the driver. */
  private static final long MOST_BYTES = 64L << 20;

  private static final Logger LOG = LoggerFactory.getLogger("sluice");

  private final RunContext context;
  private final Contract contract;
  private final TopicIngest topics;
  private final QuarantineGate gate;
  private final SilverTable silver;
  private final LocalRefiner refiner;
  private final ExecutorService beside = Executors.newSingleThreadExecutor();
  private final Executor upkeep;
  private final Consumer<Refined> refined;
  private final RowWriter bronzeWriter = new RowWriter();
  private final Map<Arrival, CompiledRows> functions = new LinkedHashMap<>();
  private StructType compiledFor;
  private MinuteRun minute;

  /**
   * @param gate decides over all batches of the stream whether too many rows are broken
   * @param refined is told of each part that has reached silver
   * @param upkeep makes the checkpoints of the tables' logs
   */
  SmallBatches(
      RunContext context,
      Contract contract,
      TopicIngest topics,
      QuarantineGate gate,
      Consumer<Refined> refined,
      Executor upkeep) {
    this.context = context;
    this.gate = gate;
    this.upkeep = upkeep;
    this.refined = refined;
    this.contract = contract;
    this.topics = topics;
    this.silver = new SilverTable(context, contract);
    this.refiner = new LocalRefiner(context, silver, RowJudge.open(context, contract));
  }

  /**
   * What a batch has brought.
   *
   * @param refined the parts of it that have reached silver
   * @param isWhole whether all of it has; else refine is to be run
   */
  record Done(RunResult ingested, List<Refined> refined, boolean isWhole) {
    /** With a part that follows. */
    private Done then(Done next) {
      List<Refined> both = new ArrayList<>(refined);
      both.addAll(next.refined);
      return new Done(ingested.then(next.ingested), both, next.isWhole);
    }

    /** With a part that only bronze has. */
    private Done then(RunResult bronze) {
      return new Done(ingested.then(bronze), refined, false);
    }
  }

  /**
   * A batch that has reached silver.
   *
   * @param version silver's
   * @param accepted as silver holds them
   * @param quarantined as quarantine holds them
   * @param until the bronze version that it reaches
   */
  record Refined(
      RowCounts rowCounts, long version, LocalRows accepted, LocalRows quarantined, long until) {}

  /** The refine run that the batches of a minute belong to. */
  private final class MinuteRun {
    private final Run run = context.runs().begin("refine", contract.id());
    private final Instant until = run.startedAt().plus(TopicStream.RECORDED);
    private final LineageRecorder recorder =
        new LineageRecorder(run.id(), run.job(), run.startedAt());
    private RunResult published = RunResult.NOTHING_NEW;

    void end() {
      if (published != RunResult.NOTHING_NEW) {
        context.lineage().started(recorder);
        record(Run.Outcome.DONE, null);
        context.lineage().completed(recorder);
      }
    }

    void stopped(StoppedException why) {
      context.lineage().started(recorder);
      record(Run.Outcome.STOPPED, why.getMessage());
      context.lineage().failed(recorder, why.getMessage());
    }

    private void record(Run.Outcome outcome, String message) {
      context.runs().end(run, outcome, published.rowCounts(), published.version(), message);
    }
  }

  /**
   * Carries a batch of records to silver, in parts.
   *
   * @param records what Spark's reader of the topics gives of them
   * @return empty if this batch is none for this class, and nothing has been done
   */
  Optional<Done> carry(Run stream, TopicBacklog waiting, Dataset<Row> records) {
    int most = context.settings().get(Key.SMALL_BATCH);
    Optional<RefineCommit> commit = commit(waiting.bronze());
    if (waiting.all() > (long) FAR_BEHIND * most || commit.isEmpty()) {
      return Optional.empty();
    }
    Optional<LocalRows> read = DriverRows.upTo(TopicRecords.columns(records), MOST_BYTES);
    if (read.isEmpty()) {
      return Optional.empty();
    }
    Done done = new Done(RunResult.NOTHING_NEW, new ArrayList<>(), true);
    TopicBacklog rest = waiting;
    Iterator<TopicRecords> parts = TopicRecords.parts(read.get(), waiting, most).iterator();
    while (parts.hasNext()) {
      TopicRecords part = parts.next();
      if (!done.isWhole || commit.isEmpty()) {
        // Its rows are for refine, as those of a part before may be.
        return Optional.of(done.then(topics.batch(stream, rest, records)));
      }
      done = done.then(carry(stream, rest, part, commit.get()));
      if (parts.hasNext()) {
        rest = topics.after(rest);
        commit = commit(rest.bronze());
      }
    }
    return Optional.of(done);
  }

  /** The transactions of silver and quarantine, if they stand where bronze does. */
  private Optional<RefineCommit> commit(TableTransaction bronze) {
    return RefineCommit.beginAsKnown(context, silver)
        .filter(commit -> commit.handled() == bronze.version())
        .filter(commit -> bronze.canWriteLocally() && commit.table().canWriteLocally())
        .filter(commit -> !commit.isPending());
  }

  private Done carry(Run stream, TopicBacklog waiting, TopicRecords part, RefineCommit commit) {
    TableTransaction bronze = waiting.bronze();
    for (TableTransaction one : List.of(bronze, commit.table(), commit.quarantine())) {
      one.checkpointsBy(upkeep);
    }
    if (minute == null || !Instant.now().isBefore(minute.until)) {
      record();
      minute = new MinuteRun();
    }
    compile(bronze.schema());
    LocalRows rows = bronzeRows(waiting, stream, part);
    CompletableFuture<RunResult> ingesting =
        CompletableFuture.supplyAsync(() -> ingest(stream, waiting, rows), beside);
    long until = commit.handled() + 1;
    LocalRefiner.Batch batch = refiner.batch(rows, minute.run, until);
    Optional<Staged> staged;
    try {
      staged = commit.stage(batch);
    } catch (Exception e) {
      ingesting.exceptionally(failure -> null).join();
      throw e;
    }
    RunResult ingested;
    try {
      ingested = ingesting.join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof RuntimeException cause ? cause : e;
    }
    if (staged.isEmpty()) {
      LOG.info("{}: this batch takes jobs", contract.id());
    }
    if (staged.isEmpty() || ingested.version() != until) {
      return new Done(ingested, List.of(), false);
    }
    Refined published = publish(commit, staged.get(), batch);
    refined.accept(published);
    return new Done(ingested, List.of(published), true);
  }

  private RunResult ingest(Run stream, TopicBacklog waiting, LocalRows rows) {
    waiting.bronze().append(bronzeWriter, rows);
    return topics.publish(stream, waiting, rows.size());
  }

  private Refined publish(RefineCommit commit, Staged staged, LocalRefiner.Batch batch) {
    batch.reads(minute.recorder);
    try {
      RunResult result =
          commit.publishNews(minute.run, minute.recorder, staged, batch.until(), gate);
      batch.published(result.version());
      minute.published = minute.published.then(result);
      return new Refined(
          result.rowCounts(),
          result.version(),
          batch.accepted(),
          batch.quarantined(),
          batch.until());
    } catch (StoppedException e) {
      minute.stopped(e);
      minute = null;
      throw e;
    }
  }

  private void compile(StructType bronze) {
    if (bronze.equals(compiledFor)) {
      return;
    }
    TopicIntake intake = topics.intake();
    for (Arrival arrival : contract.topics()) {
      functions.put(
          arrival,
          CompiledRows.of(
                  context.spark(),
                  TopicIntake.RECEIVED,
                  records -> TableTransaction.ordered(intake.bronze(records, arrival), bronze))
              .orElseThrow());
    }
    compiledFor = bronze;
  }

  /** The records of a part, as bronze holds them. */
  private LocalRows bronzeRows(TopicBacklog waiting, Run stream, TopicRecords part) {
    List<LocalRows> rows = new ArrayList<>();
    // One time for the whole batch, as a batch by jobs has.
    Instant arrivedAt = Instant.now();
    for (Arrival arrival : contract.topics()) {
      topics.learn(arrival, part.records(arrival.topic().name()));
      LocalRows records =
          part.records(arrival.topic().name())
              .with(TopicIntake.BATCH, arrivedAt, stream.id(), waiting.ingested() + 1);
      rows.add(functions.get(arrival).apply(records));
      topics.reaches(
          waiting.bronze(), waiting.topics().get(arrival), part.ranges(arrival.topic().name()));
    }
    return LocalRows.concat(rows);
  }

  /** Ends the minute's run. */
  private void record() {
    if (minute != null) {
      minute.end();
      minute = null;
    }
  }

  @Override
  public void close() {
    beside.shutdown();
    record();
  }
}
