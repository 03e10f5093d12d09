package io.sluice.stream;

import io.sluice.settings.Printable;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does beside the batches what none of them waits for: checkpoints of logs, one after the other,
 * and reports. What fails is told and left to the next.
 *
 * <p>Tables of one source are due for a checkpoint together, and each takes seconds of CPU. So
 * there is a rest behind each, several times as long as it took, in which batches catch up; none
 * while very many wait. Closing it does what waits without a rest, for a minute at most.
 */
final class Upkeep implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger("sluice");
  private static final int REST = 4;
  private static final Duration LONGEST_REST = Duration.ofSeconds(15);
  private static final int VERY_MANY = 20;

  private final LinkedBlockingQueue<Runnable> waiting = new LinkedBlockingQueue<>();
  private final ExecutorService tasks = new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS, waiting);
  private final ScheduledExecutorService reports = new ScheduledThreadPoolExecutor(1);
  private volatile boolean closing;

  /** Does something once, behind what waits already. */
  void later(Runnable task) {
    tasks.execute(
        () -> {
          long began = System.nanoTime();
          quietly(task);
          rest(Duration.ofNanos((System.nanoTime() - began) * REST));
        });
  }

  /** Does something again and again. */
  void each(Duration pause, Runnable task) {
    reports.scheduleWithFixedDelay(
        () -> quietly(task), pause.toMillis(), pause.toMillis(), TimeUnit.MILLISECONDS);
  }

  private synchronized void rest(Duration wanted) {
    long until =
        System.nanoTime() + (wanted.compareTo(LONGEST_REST) < 0 ? wanted : LONGEST_REST).toNanos();
    try {
      for (long left = until - System.nanoTime();
          left > 0 && !closing && waiting.size() < VERY_MANY;
          left = until - System.nanoTime()) {
        TimeUnit.NANOSECONDS.timedWait(this, left);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void quietly(Runnable task) {
    try {
      task.run();
    } catch (Exception e) {
      // Spark throws checked exceptions that its methods do not declare.
      LOG.warn(
          "stream: records or a log's checkpoint are left to the next: {}",
          Printable.of(e.toString()));
    }
  }

  @Override
  public void close() {
    closing = true;
    synchronized (this) {
      notifyAll();
    }
    reports.shutdown();
    tasks.shutdown();
    try {
      if (!tasks.awaitTermination(1, TimeUnit.MINUTES)
          || !reports.awaitTermination(1, TimeUnit.MINUTES)) {
        LOG.warn("stream: records or a log's checkpoint are not finished");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
