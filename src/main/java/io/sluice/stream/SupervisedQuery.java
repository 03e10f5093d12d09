package io.sluice.stream;

import io.sluice.run.RunResult;
import io.sluice.run.StoppedException;
import io.sluice.settings.Printable;
import io.sluice.settings.ValidationErrors;
import io.sluice.table.FencedException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps one streaming query of a stream running, in a thread of its own.
 *
 * <p>What fails is tried again after a pause that grows from half a second to a minute; a batch
 * that a check has stopped after one that grows from a minute to a quarter of an hour, since a
 * person has to look at it. A driver that has been fenced ends: another one goes on in its place.
 */
final class SupervisedQuery {
  private static final Logger LOG = LoggerFactory.getLogger("sluice");
  private static final Duration SHORTEST = Duration.ofMillis(250);
  private static final Duration LONGEST = Duration.ofMinutes(1);
  private static final Duration SHORTEST_HOLD = Duration.ofMinutes(1);
  private static final Duration LONGEST_HOLD = Duration.ofMinutes(15);

  /** A query that has run for so long has not failed at once. */
  private static final Duration HEALTHY = Duration.ofMinutes(2);

  private final String name;
  private final int tries;
  private final CountDownLatch stopping;
  private final QueryMetrics metrics;
  private final Supplier<RunResult> attempt;
  private final Thread thread;
  private volatile RunResult result = RunResult.NOTHING_NEW;
  private volatile RuntimeException failure;

  /**
   * @param tries how many failures in a row end it
   * @param stopping is counted down when it is not to be tried again
   * @param metrics is told how the query stands
   * @param attempt runs the query until it ends, which it does when {@code stopping} is
   */
  SupervisedQuery(
      String name,
      int tries,
      CountDownLatch stopping,
      QueryMetrics metrics,
      Supplier<RunResult> attempt) {
    this.name = name;
    this.metrics = metrics;
    this.tries = tries;
    this.stopping = stopping;
    this.attempt = attempt;
    this.thread = new Thread(this::keepAndTell, "stream " + name);
  }

  void start() {
    thread.start();
  }

  boolean hasEnded() {
    return !thread.isAlive();
  }

  /** Waits until it has ended. */
  void join() {
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  RunResult result() {
    return result;
  }

  /** Throws what ended the first that failed, and tells of the others with it. */
  static void throwFirst(List<SupervisedQuery> all) {
    RuntimeException first = null;
    for (SupervisedQuery one : all) {
      if (first == null) {
        first = one.failure;
      } else if (one.failure != null && one.failure != first) {
        first.addSuppressed(one.failure);
      }
    }
    if (first != null) {
      throw first;
    }
  }

  private void keepAndTell() {
    try {
      keep();
    } catch (Error e) {
      // Nobody else would hear of it: the thread ends here.
      failure = new IllegalStateException("stream " + name + " ends: " + e, e);
      LOG.error("stream {}: ends", name, e);
    }
    metrics.ended(failure == null ? null : failure.toString());
  }

  private void keep() {
    int failures = 0;
    int stops = 0;
    while (stopping.getCount() > 0) {
      long began = System.nanoTime();
      metrics.begins(Instant.now());
      try {
        result = result.then(attempt.get());
        return;
      } catch (FencedException | ValidationErrors.ValidationException e) {
        failure = e;
        LOG.error("stream {}: ends: {}", name, Printable.of(e.getMessage()));
        return;
      } catch (StoppedException e) {
        if (tries != Integer.MAX_VALUE) {
          failure = e;
          return;
        }
        metrics.held(e.getMessage());
        Duration pause = pause(SHORTEST_HOLD, LONGEST_HOLD, stops++);
        LOG.error(
            "stream {}: held, next try in {} s: {}",
            name,
            pause.toSeconds(),
            Printable.of(e.getMessage()));
        wait(pause);
      } catch (Exception e) {
        // Spark throws checked exceptions that its methods do not declare.
        metrics.failed(e.toString());
        failures = System.nanoTime() - began > HEALTHY.toNanos() ? 1 : failures + 1;
        if (failures >= tries) {
          failure = e instanceof RuntimeException own ? own : new IllegalStateException(e);
          return;
        }
        Duration pause = pause(SHORTEST, LONGEST, failures);
        LOG.warn(
            "stream {}: failed, next try in {} ms: {}",
            name,
            pause.toMillis(),
            Printable.of(e.toString()));
        wait(pause);
      }
    }
  }

  private static Duration pause(Duration shortest, Duration longest, int times) {
    Duration grown = shortest.multipliedBy(1L << Math.min(times, 20));
    return grown.compareTo(longest) > 0 ? longest : grown;
  }

  private void wait(Duration pause) {
    try {
      boolean stopped = stopping.await(pause.toMillis(), TimeUnit.MILLISECONDS);
      LOG.trace("stream {}: stopped is {}", name, stopped);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
