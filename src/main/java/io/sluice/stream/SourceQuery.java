package io.sluice.stream;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.contract.Arrival;
import io.sluice.contract.Contract;
import io.sluice.ingest.OffsetRange;
import io.sluice.ingest.TopicBacklog;
import io.sluice.ingest.TopicIngest;
import io.sluice.kafka.Brokers;
import io.sluice.kafka.TopicOffsets;
import io.sluice.lineage.LineageRecorder;
import io.sluice.refine.QuarantineGate;
import io.sluice.refine.Refine;
import io.sluice.refine.WaitingRows;
import io.sluice.run.RowCounts;
import io.sluice.run.Run;
import io.sluice.run.RunContext;
import io.sluice.run.RunResult;
import io.sluice.settings.Key;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.streaming.Trigger;

/**
 * The streaming query of one source: brings the records of its topics to bronze, silver and
 * quarantine, batch by batch, by the same code as the single commands.
 *
 * <p>How far the topics have been read stands in bronze's own commits. A query begins there, with a
 * checkpoint folder of its own on this machine, which is deleted when it ends: losing it loses and
 * doubles nothing. A batch that this driver can handle by itself takes no job ({@link
 * SmallBatches}). Cost: that of ingest and refine for each batch; a few requests to the brokers for
 * each trigger.
 */
final class SourceQuery implements AutoCloseable {
  /**
   * How often the store is asked whether others have committed to bronze. A batch finds out when it
   * is published; this is for a stream to which little comes.
   */
  private static final Duration LOOKED_AT = Duration.ofSeconds(10);

  /**
   * How often rows are looked after that wait for what they refer to: batches wait while some come
   * in, which takes jobs.
   */
  private static final Duration WAITING_LOOKED_AFTER = Duration.ofMinutes(1);

  private static final ObjectMapper JSON = new ObjectMapper();

  private final RunContext context;
  private final Contract contract;
  private final TopicIngest topics;
  private final QuarantineGate gate;
  private final SmallBatches small;
  private final DeadLetters letters;
  private final WaitingRows waitingRows;
  private final QueryMetrics metrics;
  // What follows silver's commit is done while the next batch is on its way there.
  private final ExecutorService after = Executors.newSingleThreadExecutor();
  private CompletableFuture<Void> following = CompletableFuture.completedFuture(null);
  private Instant lookAt = Instant.EPOCH;
  private Instant lookAfter = Instant.MAX;
  private RunResult published = RunResult.NOTHING_NEW;
  private JsonNode begins;

  /**
   * @param metrics is told what the query does
   * @param refined is told of each part of a batch that has reached silver
   * @param upkeep makes the checkpoints of the tables' logs
   */
  SourceQuery(
      RunContext context,
      Contract contract,
      QueryMetrics metrics,
      Consumer<SmallBatches.Refined> refined,
      Executor upkeep) {
    this.context = context;
    this.contract = contract;
    this.metrics = metrics;
    this.topics = TopicIngest.open(context, contract);
    this.gate = QuarantineGate.ofStream(contract, Clock.systemUTC());
    this.small = new SmallBatches(context, contract, topics, gate, refined, upkeep);
    this.letters = new DeadLetters(context, contract);
    this.waitingRows = new WaitingRows(context, contract.id());
  }

  /** When it ends by itself. */
  enum Ends {
    /** What the topics hold when it begins has been handled. */
    CAUGHT_UP,
    /** Never. */
    NEVER
  }

  /**
   * Runs until its end; gives what it has ingested.
   *
   * @param isStopping whether it is to end behind the batch it is at
   */
  RunResult run(Run run, LineageRecorder recorder, Ends ends, BooleanSupplier isStopping) {
    QueryControl control = new QueryControl();
    TopicBacklog waiting = begin(run, recorder);
    Path checkpoint = folder();
    try {
      control.run(
          records(waiting)
              .writeStream()
              .queryName(contract.id())
              .trigger(
                  ends == Ends.CAUGHT_UP
                      ? Trigger.AvailableNow()
                      : Trigger.ProcessingTime(context.settings().get(Key.STREAM_INTERVAL)))
              .option("checkpointLocation", checkpoint.toUri().toString())
              .foreachBatch(
                  (records, id) -> {
                    control.batch(() -> take(run, recorder, records, ends(checkpoint, id)));
                  }),
          () -> lookAfterWaiting(control),
          isStopping);
      await();
      if (ends == Ends.CAUGHT_UP) {
        waitingRows.run();
      }
      return published;
    } finally {
      delete(checkpoint);
    }
  }

  /** Refines and sends what a dead driver has left; gives what waits on the topics. */
  private TopicBacklog begin(Run run, LineageRecorder recorder) {
    // Says what the topics have lost before anything is read.
    TopicBacklog waiting = topics.backlog(run, recorder, topics.look());
    metrics.behind(waiting.behind(Map.of()));
    refineByJobs(QuarantineGate.of(contract));
    metrics.sent(letters.send());
    waitingRows.run();
    lookAfter = Instant.now().plus(WAITING_LOOKED_AFTER);
    return waiting;
  }

  private Optional<RowCounts> refineByJobs(QuarantineGate judging) {
    if (!context.lake().bronze(contract.id()).exists()) {
      return Optional.empty();
    }
    RowCounts counts = new Refine(context, contract.id(), judging).run().rowCounts();
    metrics.refined(counts);
    return Optional.of(counts);
  }

  /** What comes to the topics from where bronze ends. */
  private Dataset<Row> records(TopicBacklog waiting) {
    ObjectNode offsets = JSON.createObjectNode();
    waiting
        .topics()
        .forEach(
            (arrival, topic) -> {
              ObjectNode partitions = offsets.putObject(topic.name());
              topic
                  .partitions()
                  .forEach((one, held) -> partitions.put(String.valueOf(one), held.end()));
              waiting
                  .ranges()
                  .get(arrival)
                  .forEach(
                      range -> partitions.put(String.valueOf(range.partition()), range.from()));
            });
    begins = offsets;
    return context
        .spark()
        .readStream()
        .format("kafka")
        .options(Brokers.of(context.settings()).options())
        .option(
            "subscribe",
            contract.topics().stream()
                .map(arrival -> arrival.topic().name())
                .collect(Collectors.joining(",")))
        .option("startingOffsets", offsets.toString())
        .option("maxOffsetsPerTrigger", context.settings().get(Key.KAFKA_RECORDS))
        .option("failOnDataLoss", "true")
        .option("includeHeaders", "true")
        .option("kafka.isolation.level", "read_committed")
        .option("kafka.group.id", "sluice-" + contract.id())
        .load();
  }

  /** Where a batch ends, by topic and partition: Spark writes it down before the batch begins. */
  private static JsonNode ends(Path checkpoint, long batch) {
    try {
      List<String> lines =
          Files.readAllLines(checkpoint.resolve("offsets").resolve(String.valueOf(batch)));
      return JSON.readTree(lines.get(lines.size() - 1));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Carries one batch through all steps. */
  private void take(Run run, LineageRecorder recorder, Dataset<Row> records, JsonNode ends) {
    TopicBacklog all = look(run, recorder);
    TopicBacklog waiting = upTo(ends, all);
    if (waiting.all() > 0) {
      RunResult ingested = carry(run, waiting, records);
      metrics.read(ingested.rowCounts().read());
      published = published.then(ingested);
    }
    begins = ends;
    metrics.behind(all.behind(waiting.ranges()));
  }

  /** Between two batches, also of a source to which nothing comes. */
  private void lookAfterWaiting(QueryControl control) {
    if (!Instant.now().isBefore(lookAfter)) {
      control.batch(waitingRows::run);
      lookAfter = Instant.now().plus(WAITING_LOOKED_AFTER);
    }
  }

  private TopicBacklog look(Run run, LineageRecorder recorder) {
    Map<Arrival, TopicOffsets> held = topics.look();
    if (Instant.now().isBefore(lookAt)) {
      return topics.backlogAsKnown(run, recorder, held);
    }
    lookAt = Instant.now().plus(LOOKED_AT);
    return topics.backlog(run, recorder, held);
  }

  /** Of what waits, what belongs to a batch: bronze may have some of it already. */
  private TopicBacklog upTo(JsonNode ends, TopicBacklog waiting) {
    Map<Arrival, List<OffsetRange>> taken = new LinkedHashMap<>();
    waiting
        .ranges()
        .forEach(
            (arrival, ranges) -> {
              String topic = arrival.topic().name();
              List<OffsetRange> some = new ArrayList<>();
              for (OffsetRange range : ranges) {
                String partition = String.valueOf(range.partition());
                long until = ends.path(topic).path(partition).asLong(0);
                long begin = begins.path(topic).path(partition).asLong(range.from());
                if (range.from() < begin) {
                  throw new IllegalStateException(
                      "bronze."
                          + contract.id()
                          + " has gone back to offset "
                          + range.from()
                          + " of "
                          + topic
                          + "/"
                          + partition
                          + ", before "
                          + begin
                          + ", where this batch begins; it is read from there when the query begins again");
                }
                if (until > range.from()) {
                  some.add(
                      new OffsetRange(
                          range.partition(), range.from(), Math.min(until, range.until())));
                }
              }
              taken.put(arrival, some);
            });
    return waiting.withRanges(taken);
  }

  private RunResult carry(Run run, TopicBacklog waiting, Dataset<Row> records) {
    Optional<SmallBatches.Done> done = small.carry(run, waiting, records);
    if (done.isEmpty()) {
      RunResult ingested = topics.batch(run, waiting, records);
      await();
      refine();
      return ingested;
    }
    await();
    List<SmallBatches.Refined> carried = done.get().refined();
    carried.forEach(part -> metrics.refined(part.rowCounts()));
    if (done.get().isWhole()) {
      following = CompletableFuture.runAsync(() -> carried.forEach(this::follow), after);
    } else {
      carried.forEach(this::follow);
      refine();
    }
    return done.get().ingested();
  }

  private void refine() {
    if (refineByJobs(gate).filter(counts -> counts.quarantined() > 0).isPresent()) {
      metrics.sent(letters.send());
    }
  }

  private void follow(SmallBatches.Refined batch) {
    if (batch.rowCounts().quarantined() > 0) {
      metrics.sent(letters.send(batch.quarantined(), batch.until()));
    }
  }

  /** Waits until what follows the last batch is done, so that it never falls behind. */
  private void await() {
    try {
      following.join();
    } catch (CompletionException e) {
      following = CompletableFuture.completedFuture(null);
      throw e.getCause() instanceof RuntimeException cause ? cause : e;
    }
  }

  private Path folder() {
    try {
      return Files.createTempDirectory("sluice-" + contract.id() + "-");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void delete(Path folder) {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path one : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(one);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    after.shutdown();
    following.exceptionally(failure -> null).join();
    small.close();
    topics.close();
    letters.close();
  }
}
