package io.sluice.stream;

import io.sluice.contract.Arrival;
import io.sluice.contract.Contract;
import io.sluice.engine.CompiledRows;
import io.sluice.engine.LocalRows;
import io.sluice.ingest.OffsetRange;
import io.sluice.ingest.TopicBacklog;
import io.sluice.ingest.TopicIngest;
import io.sluice.ingest.TopicIntake;
import io.sluice.kafka.Brokers;
import io.sluice.kafka.TopicOffsets;
import io.sluice.kafka.TopicReader;
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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
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

  private static final Logger LOG = LoggerFactory.getLogger("sluice");

  private final RunContext context;
  private final Contract contract;
  private final TopicIngest topics;
  private final QuarantineGate gate;
  private final SilverTable silver;
  private final LocalRefiner refiner;
  private final Map<Arrival, TopicReader> readers = new LinkedHashMap<>();
  private final ExecutorService beside = Executors.newSingleThreadExecutor();
  private final Executor upkeep;
  private final RowWriter bronzeWriter = new RowWriter();
  private final Map<Arrival, CompiledRows> functions = new LinkedHashMap<>();
  private StructType compiledFor;
  private MinuteRun minute;

  /**
   * @param gate decides over all batches of the stream whether too many rows are broken
   * @param upkeep makes the checkpoints of the tables' logs
   */
  SmallBatches(
      RunContext context,
      Contract contract,
      TopicIngest topics,
      QuarantineGate gate,
      Executor upkeep) {
    this.context = context;
    this.gate = gate;
    this.upkeep = upkeep;
    this.contract = contract;
    this.topics = topics;
    this.silver = new SilverTable(context, contract);
    this.refiner = new LocalRefiner(context, silver, RowJudge.open(context, contract));
  }

  /** What a batch has brought. */
  record Done(RunResult ingested, Optional<Refined> refined) {}

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
   * Carries what is waiting to silver.
   *
   * @return empty if this batch is none for this class, and nothing has been done; without refined
   *     rows if only bronze has it
   */
  Optional<Done> carry(Run stream, TopicBacklog waiting) {
    if (waiting.all() > (long) FAR_BEHIND * context.settings().get(Key.SMALL_BATCH)) {
      return Optional.empty();
    }
    TableTransaction bronze = waiting.bronze();
    Optional<RefineCommit> begun =
        RefineCommit.beginAsKnown(context, silver)
            .filter(commit -> commit.handled() == bronze.version())
            .filter(commit -> bronze.canWriteLocally() && commit.table().canWriteLocally())
            .filter(commit -> !commit.isPending());
    if (begun.isEmpty()) {
      return Optional.empty();
    }
    RefineCommit commit = begun.get();
    for (TableTransaction one : List.of(bronze, commit.table(), commit.quarantine())) {
      one.checkpointsBy(upkeep);
    }
    if (minute == null || !Instant.now().isBefore(minute.until)) {
      record();
      minute = new MinuteRun();
    }
    compile(bronze.schema());
    LocalRows rows = read(waiting, stream);
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
      return Optional.of(new Done(ingested, Optional.empty()));
    }
    return Optional.of(new Done(ingested, Optional.of(publish(commit, staged.get(), batch))));
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
                  TopicIntake.RECORDS,
                  records -> TableTransaction.ordered(intake.bronze(records, arrival), bronze))
              .orElseThrow());
    }
    compiledFor = bronze;
  }

  /** What waits on the topics, as bronze holds it. */
  private LocalRows read(TopicBacklog waiting, Run stream) {
    List<LocalRows> rows = new ArrayList<>();
    // One time for the whole batch, as a batch by jobs has.
    long arrivedAt = micros(Instant.now());
    waiting
        .ranges()
        .forEach(
            (arrival, behind) -> {
              TopicOffsets topic = waiting.topics().get(arrival);
              SortedMap<Integer, Long> from = new TreeMap<>();
              SortedMap<Integer, Long> until = new TreeMap<>();
              topic
                  .partitions()
                  .forEach(
                      (partition, held) -> {
                        from.put(partition, held.end());
                        until.put(partition, held.end());
                      });
              double share =
                  Math.min(1, (double) context.settings().get(Key.SMALL_BATCH) / waiting.all());
              behind.forEach(
                  range -> {
                    from.put(range.partition(), range.from());
                    until.put(range.partition(), range.share(share).until());
                  });
              TopicReader.RecordsRead batch =
                  readers
                      .computeIfAbsent(
                          arrival,
                          key ->
                              new TopicReader(
                                  Brokers.of(context.settings()),
                                  key.topic().name(),
                                  context.settings().get(Key.SMALL_BATCH)))
                      .read(from, until);
              LocalRows.Builder records = LocalRows.builder(TopicIntake.RECORDS);
              for (TopicReader.TopicRecord sent : batch.records()) {
                records.add(
                    sent.key(),
                    sent.value(),
                    sent.partition(),
                    sent.offset(),
                    sent.timestamp() * 1000,
                    headers(sent.headers()),
                    arrivedAt,
                    stream.id(),
                    waiting.ingested() + 1);
              }
              LocalRows sent = records.build();
              topics.learn(arrival, sent);
              rows.add(functions.get(arrival).apply(sent));
              List<OffsetRange> taken = new ArrayList<>();
              batch
                  .reached()
                  .forEach(
                      (partition, reached) -> {
                        if (reached > from.get(partition)) {
                          taken.add(new OffsetRange(partition, from.get(partition), reached));
                        }
                      });
              topics.reaches(waiting.bronze(), topic, behind, taken);
            });
    return LocalRows.concat(rows);
  }

  private static List<Object[]> headers(List<Map.Entry<String, byte[]>> headers) {
    return headers.isEmpty()
        ? null
        : headers.stream()
            .map(header -> new Object[] {header.getKey(), header.getValue()})
            .toList();
  }

  private static long micros(Instant at) {
    return Math.addExact(Math.multiplyExact(at.getEpochSecond(), 1_000_000), at.getNano() / 1000);
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
    readers.values().forEach(TopicReader::close);
    record();
  }
}
