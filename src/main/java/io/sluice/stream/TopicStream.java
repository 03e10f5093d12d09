package io.sluice.stream;

import io.sluice.contract.Contract;
import io.sluice.run.RunContext;
import io.sluice.run.RunResult;
import io.sluice.settings.Key;
import io.sluice.settings.Printable;
import io.sluice.settings.ValidationErrors;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries the records of topics to bronze, silver, quarantine and alerts, continuously: one
 * streaming query for each source ({@link SourceQuery}), one for its alerts by each key ({@link
 * AlertQuery}).
 *
 * <p>The queries share the session and nothing else: what fails or is stopped is tried again by
 * itself, with growing pauses, while the others go on. How far each has come stands in its tables'
 * commits, so the stream can be killed anywhere and goes on from there.
 */
public final class TopicStream {
  private static final Logger LOG = LoggerFactory.getLogger("sluice");

  /** How often runs and check results are written: there are several a second. */
  static final Duration RECORDED = Duration.ofMinutes(1);

  /** When a stream ends. */
  public enum Until {
    /** What the topics hold when it begins has been handled. */
    CAUGHT_UP,
    /** It is told to stop. */
    STOPPED
  }

  private final RunContext context;
  private final List<Contract> contracts = new ArrayList<>();
  private final List<List<AlertQuery>> alerts = new ArrayList<>();
  private final CountDownLatch stopping = new CountDownLatch(1);
  private final CountDownLatch ended = new CountDownLatch(1);
  private final Upkeep upkeep = new Upkeep();
  private final StreamMetrics metrics;
  private final int tries;

  /**
   * @param sources none for all that arrive on topics
   * @param tries how many failures in a row end a source, if the stream is to end when it has
   *     caught up; one without an end is tried again for ever
   */
  public TopicStream(RunContext context, List<String> sources, int tries) {
    this.context = context;
    this.tries = tries;
    this.metrics =
        new StreamMetrics(context.settings().get(Key.KAFKA_LAG_ALARM), Clock.systemUTC());
    ValidationErrors errors = new ValidationErrors();
    for (Contract contract : context.contracts().inOrder()) {
      if (!contract.topics().isEmpty() && (sources.isEmpty() || sources.contains(contract.id()))) {
        contracts.add(contract);
        alerts.add(
            AlertPlan.of(context.spark(), contract, errors).stream()
                .map(plan -> new AlertQuery(context, plan, metrics, upkeep::later))
                .toList());
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
  }

  /** Ends each query behind the batch it is at, and waits for that. */
  public void stop() {
    stopping.countDown();
    try {
      ended.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Runs until that, or until it is stopped; gives what it has ingested.
   *
   * @throws io.sluice.run.StoppedException if a check has stopped a source, and the stream was to
   *     catch up; the others have
   * @throws ValidationErrors.ValidationException if the port of {@code metrics.port} is taken;
   *     nothing has been read
   */
  public RunResult run(Until until) {
    int port = context.settings().get(Key.METRICS_PORT);
    try (MetricsServer server = port == 0 ? null : MetricsServer.open(port, metrics::text)) {
      if (server != null) {
        LOG.info("metrics are at port {}, /metrics", server.port());
      }
      return supervise(until);
    } finally {
      ended.countDown();
    }
  }

  private RunResult supervise(Until until) {
    context.spark().streams().addListener(metrics);
    context.runs().hold();
    upkeep.each(RECORDED, this::report);
    List<SupervisedQuery> all = new ArrayList<>();
    try {
      for (int i = 0; i < contracts.size(); i++) {
        all.addAll(start(contracts.get(i), alerts.get(i), until));
      }
      all.forEach(SupervisedQuery::join);
    } finally {
      stopping.countDown();
      all.forEach(SupervisedQuery::join);
      upkeep.close();
      try {
        context.runs().record(metrics.statuses());
        context.runs().release();
      } catch (Exception e) {
        // Spark throws checked exceptions that its methods do not declare.
        LOG.warn(
            "stream: its last runs and check results are not recorded: {}",
            Printable.of(e.toString()));
      }
      context.spark().streams().removeListener(metrics);
    }
    SupervisedQuery.throwFirst(all);
    return all.stream().map(SupervisedQuery::result).reduce(RunResult.NOTHING_NEW, RunResult::then);
  }

  private void report() {
    context.runs().record(metrics.statuses());
    context.runs().flush();
  }

  private QueryMetrics metrics(Contract contract) {
    return metrics.of(contract.id(), contract.id(), "source");
  }

  private List<SupervisedQuery> start(Contract contract, List<AlertQuery> watching, Until until) {
    int most = until == Until.CAUGHT_UP ? tries : Integer.MAX_VALUE;
    SupervisedQuery source =
        new SupervisedQuery(
            contract.id(),
            most,
            stopping,
            metrics(contract),
            () -> carry(contract, watching, until));
    List<SupervisedQuery> all = new ArrayList<>(List.of(source));
    source.start();
    for (AlertQuery query : watching) {
      SupervisedQuery supervised =
          new SupervisedQuery(
              query.name(),
              most,
              stopping,
              query.metrics(),
              () -> watch(contract, query, source, until));
      supervised.start();
      all.add(supervised);
    }
    return all;
  }

  private RunResult carry(Contract contract, List<AlertQuery> watching, Until until) {
    // What comes to silver from now on is judged, however late the alerts' own queries begin.
    watching.forEach(AlertQuery::declare);
    return context.run(
        "stream",
        contract.id(),
        (run, recorder) -> {
          try (SourceQuery query =
              new SourceQuery(
                  context,
                  contract,
                  metrics(contract),
                  batch -> watching.forEach(one -> one.offer(batch.version(), batch.accepted())),
                  upkeep::later)) {
            return query.run(
                run,
                recorder,
                until == Until.CAUGHT_UP ? SourceQuery.Ends.CAUGHT_UP : SourceQuery.Ends.NEVER,
                this::isStopping);
          }
        });
  }

  private boolean isStopping() {
    return stopping.getCount() == 0;
  }

  /** What is raised is told beside what is ingested, and not counted with it. */
  private RunResult watch(
      Contract contract, AlertQuery query, SupervisedQuery source, Until until) {
    if (until == Until.CAUGHT_UP) {
      source.join();
    }
    context.run(
        "alerts",
        contract.id(),
        // All that silver has is judged before this ends.
        (run, recorder) ->
            query.run(run, () -> (until == Until.CAUGHT_UP || isStopping()) && source.hasEnded()));
    return RunResult.NOTHING_NEW;
  }
}
