package io.sluice.stream;

import com.codahale.metrics.Gauge;
import com.codahale.metrics.MetricRegistry;
import io.sluice.contract.Contract;
import io.sluice.ingest.TopicBacklog;
import io.sluice.ingest.TopicIngest;
import io.sluice.lineage.LineageRecorder;
import io.sluice.refine.QuarantineGate;
import io.sluice.refine.Refine;
import io.sluice.run.RowCounts;
import io.sluice.run.Run;
import io.sluice.run.RunContext;
import io.sluice.run.RunResult;
import io.sluice.run.StoppedException;
import io.sluice.settings.Key;
import io.sluice.settings.Printable;
import io.sluice.settings.ValidationErrors;
import io.sluice.table.FencedException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.apache.spark.SparkEnv;
import org.apache.spark.metrics.source.Source;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries the records of topics to bronze, silver, quarantine and alerts, a small batch at a time,
 * by the same code as the single commands.
 *
 * <p>Each step of a batch has its checkpoint in the commit that it makes, so the stream can be
 * killed anywhere and goes on from where its tables are; between batches it holds nothing. What
 * fails is tried again with growing pauses; a check that stops, another driver and an error end it
 * at once. Cost: that of ingest and refine for each batch, and a few requests to the brokers twenty
 * times a second while nothing comes.
 */
public final class TopicStream {
  private static final Logger LOG = LoggerFactory.getLogger("sluice");
  private static final long IDLE_MILLIS = 50;

  /**
   * How often the store is asked whether others have committed to bronze. A batch finds out when it
   * is published; this is for a stream to which nothing comes.
   */
  private static final Duration LOOKED_AT = Duration.ofSeconds(10);

  /** How often runs and check results are written: there are several a second. */
  static final Duration RECORDED = Duration.ofMinutes(1);

  /** When a stream ends. */
  public enum Until {
    /** What the topics hold when a batch finds nothing new has been handled. */
    CAUGHT_UP,
    /** It is told to stop. */
    STOPPED
  }

  private final RunContext context;
  private final List<Contract> contracts = new ArrayList<>();
  private final CountDownLatch stopping = new CountDownLatch(1);
  private final CountDownLatch ended = new CountDownLatch(1);
  private final ExecutorService upkeep = Executors.newSingleThreadExecutor();
  private final Lag lag;
  private final int tries;
  private final int interval;
  private Instant recordAt = Instant.now();

  /**
   * @param sources none for all that arrive on topics
   * @param tries how many failures in a row end the stream
   */
  public TopicStream(RunContext context, List<String> sources, int tries) {
    this.context = context;
    this.tries = tries;
    ValidationErrors errors = new ValidationErrors();
    for (Contract contract : context.contracts().inOrder()) {
      if (!contract.topics().isEmpty() && (sources.isEmpty() || sources.contains(contract.id()))) {
        contracts.add(contract);
      }
    }
    for (String source : sources) {
      if (context.contracts().get(source).topics().isEmpty()) {
        errors.add("source " + source, "does not arrive on a topic");
      }
    }
    if (contracts.isEmpty() && errors.isEmpty()) {
      errors.add("contracts", "no source arrives on a topic");
    }
    errors.throwIfAny();
    this.lag = new Lag(context.settings().get(Key.KAFKA_LAG_ALARM));
    this.interval = context.settings().get(Key.STREAM_INTERVAL);
  }

  /** Ends the stream behind the batch it is at, and waits for that. */
  public void stop() {
    stopping.countDown();
    try {
      ended.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Runs until that, or until it is stopped; gives what it has ingested. */
  public RunResult run(Until until) {
    String subject = String.join(",", contracts.stream().map(Contract::id).toList());
    SparkEnv.get().metricsSystem().registerSource(lag);
    context.runs().hold();
    try {
      return context.run("stream", subject, (run, recorder) -> run(until, run, recorder));
    } finally {
      finishUpkeep();
      try {
        context.runs().release();
      } catch (Exception e) {
        // Spark throws checked exceptions that its methods do not declare.
        LOG.warn(
            "stream: its last runs and check results are not recorded: {}",
            Printable.of(e.toString()));
      }
      SparkEnv.get().metricsSystem().removeSource(lag);
      ended.countDown();
    }
  }

  private RunResult run(Until until, Run run, LineageRecorder recorder) {
    RunResult published = RunResult.NOTHING_NEW;
    int failures = 0;
    while (true) {
      try (Pipelines pipelines = new Pipelines()) {
        while (stopping.getCount() > 0) {
          long begun = System.nanoTime();
          RunResult batch = pipelines.step(run, recorder);
          published = published.then(batch);
          failures = 0;
          if (!Instant.now().isBefore(recordAt)) {
            upkeep(context.runs()::flush);
            recordAt = Instant.now().plus(RECORDED);
          }
          if (batch == RunResult.NOTHING_NEW) {
            if (until == Until.CAUGHT_UP) {
              break;
            }
            pause(IDLE_MILLIS);
          } else if (until == Until.STOPPED && !lag.isBehind()) {
            pause(interval - TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun));
          }
        }
        pipelines.end();
        return published;
      } catch (StoppedException | FencedException | ValidationErrors.ValidationException e) {
        throw e;
      } catch (Exception e) {
        // Spark throws checked exceptions that its methods do not declare.
        if (++failures == tries) {
          throw e;
        }
        long millis = Math.min(60_000, 250L << failures);
        LOG.warn("stream: failed, next try in {} ms: {}", millis, Printable.of(e.toString()));
        pause(millis);
      }
    }
  }

  /** Does beside the batches what none of them waits for. */
  private void upkeep(Runnable task) {
    upkeep.execute(
        () -> {
          try {
            task.run();
          } catch (Exception e) {
            // Spark throws checked exceptions that its methods do not declare.
            LOG.warn(
                "stream: records or a log's checkpoint are left to the next: {}",
                Printable.of(e.toString()));
          }
        });
  }

  private void finishUpkeep() {
    upkeep.shutdown();
    try {
      if (!upkeep.awaitTermination(1, TimeUnit.MINUTES)) {
        LOG.warn("stream: records or a log's checkpoint are not finished");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void pause(long millis) {
    try {
      boolean stopped = stopping.await(millis, TimeUnit.MILLISECONDS);
      LOG.trace("stream: stopped is {}", stopped);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      stopping.countDown();
    }
  }

  /** One source's clients, open from batch to batch. */
  private final class Pipeline implements AutoCloseable {
    private final Contract contract;
    private final TopicIngest topics;
    private final QuarantineGate gate;
    private final SmallBatches small;
    private final DeadLetters letters;
    private final SpendingAlerts alert;
    // What follows silver's commit is done while the next batch is on its way there.
    private final ExecutorService after = Executors.newSingleThreadExecutor();
    private CompletableFuture<Void> following = CompletableFuture.completedFuture(null);
    private Run run;
    private boolean isNew = true;
    private Instant lookAt = Instant.EPOCH;

    Pipeline(Contract contract) {
      this.contract = contract;
      this.topics = TopicIngest.open(context, contract);
      this.gate = QuarantineGate.ofStream(contract, Clock.systemUTC());
      this.small =
          new SmallBatches(context, contract, topics, gate, TopicStream.this::upkeep);
      this.letters = new DeadLetters(context, contract);
      this.alert =
          contract.id().equals(SpendingAlerts.SOURCE)
              ? new SpendingAlerts(context, TopicStream.this::upkeep)
              : null;
    }

    /** One batch through all steps; the first one also picks up what a dead driver has left. */
    RunResult step(Run run, LineageRecorder recorder) {
      this.run = run;
      boolean look = !Instant.now().isBefore(lookAt);
      if (look) {
        lookAt = Instant.now().plus(LOOKED_AT);
      }
      TopicBacklog waiting =
          look
              ? topics.backlog(run, recorder, topics.look())
              : topics.backlogAsKnown(run, recorder, topics.look());
      if (waiting.all() == 0 && !isNew) {
        lag.set(topics.lag());
        return RunResult.NOTHING_NEW;
      }
      Optional<SmallBatches.Done> done =
          isNew ? Optional.empty() : small.carry(run, waiting);
      RunResult ingested =
          done.map(SmallBatches.Done::ingested).orElseGet(() -> topics.batch(run, waiting));
      lag.set(topics.lag());
      Optional<SmallBatches.Refined> refined = done.flatMap(SmallBatches.Done::refined);
      await();
      if (refined.isPresent()) {
        following = CompletableFuture.runAsync(() -> follow(refined.get()), after);
      } else if (context.lake().bronze(contract.id()).exists()) {
        // What waits when the stream begins is judged by itself, as a run's batch is.
        RowCounts rowCounts =
            new Refine(context, contract.id(), isNew ? QuarantineGate.of(contract) : gate)
                .run()
                .rowCounts();
        if (isNew || rowCounts.quarantined() > 0) {
          letters.send();
        }
        if (alert != null && context.lake().silver(contract.id()).exists()) {
          alert.follow(run);
        }
      }
      isNew = false;
      return ingested;
    }

    private void follow(SmallBatches.Refined refined) {
      if (alert != null) {
        alert.follow(run, refined);
      }
      if (refined.rowCounts().quarantined() > 0) {
        letters.send(refined.quarantined(), refined.until());
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

    /** Ends in order: everything that silver has is followed, and the totals are kept. */
    void end() {
      await();
      if (alert != null && run != null) {
        alert.keep(run);
      }
    }

    @Override
    public void close() {
      after.shutdown();
      following.exceptionally(failure -> null).join();
      small.close();
      topics.close();
      letters.close();
      if (alert != null) {
        alert.close();
      }
    }
  }

  /** The pipelines of all sources. */
  private final class Pipelines implements AutoCloseable {
    private final List<Pipeline> all = new ArrayList<>();

    Pipelines() {
      contracts.forEach(contract -> all.add(new Pipeline(contract)));
    }

    RunResult step(Run run, LineageRecorder recorder) {
      RunResult published = RunResult.NOTHING_NEW;
      for (Pipeline pipeline : all) {
        published = published.then(pipeline.step(run, recorder));
      }
      return published;
    }

    void end() {
      all.forEach(Pipeline::end);
    }

    @Override
    public void close() {
      all.forEach(Pipeline::close);
    }
  }

  /**
   * How many records each partition is behind: a gauge {@code sluice.lag.<topic>/<partition>} in
   * Spark's metrics, and an alarm in the log.
   */
  private static final class Lag implements Source {
    private final MetricRegistry registry = new MetricRegistry();
    private final Map<String, Long> behind = new ConcurrentHashMap<>();
    private final long alarm;

    Lag(long alarm) {
      this.alarm = alarm;
    }

    void set(Map<String, Long> now) {
      now.forEach(
          (partition, records) -> {
            Long before = behind.put(partition, records);
            if (before == null) {
              registry.register(
                  "lag." + partition, (Gauge<Long>) () -> behind.getOrDefault(partition, 0L));
            }
            boolean was = before != null && before > alarm;
            if (records > alarm && !was) {
              LOG.warn("ALARM {} is {} records behind, more than {}", partition, records, alarm);
            } else if (records <= alarm && was) {
              LOG.info("{} has caught up, {} records behind", partition, records);
            }
          });
    }

    boolean isBehind() {
      return behind.values().stream().anyMatch(records -> records > 0);
    }

    @Override
    public String sourceName() {
      return "sluice";
    }

    @Override
    public MetricRegistry metricRegistry() {
      return registry;
    }
  }
}
