package io.sluice.stream;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.apache.spark.sql.streaming.DataStreamWriter;
import org.apache.spark.sql.streaming.StreamingQuery;
import org.apache.spark.sql.streaming.StreamingQueryException;

/**
 * Runs a streaming query in the calling thread until it ends, fails, or is told to stop: then it
 * ends between two batches, never within one.
 */
final class QueryControl {
  private final ReentrantLock batch = new ReentrantLock();
  private volatile boolean stopping;

  /** Does the work of one batch; nothing once the query is to stop. */
  void batch(Runnable work) {
    // Who stops the query holds the lock and waits for the thread that is here.
    while (!locked()) {
      if (stopping) {
        // Nothing of this batch is done, so whoever starts next does it.
        return;
      }
    }
    try {
      if (!stopping) {
        work.run();
      }
    } finally {
      batch.unlock();
    }
  }

  private boolean locked() {
    try {
      return batch.tryLock(20, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  /** Runs a query until it ends by itself or is done. */
  <T> void run(DataStreamWriter<T> writer, BooleanSupplier isDone) {
    run(writer, () -> {}, isDone);
  }

  /**
   * The same.
   *
   * @param beside done several times a second, beside the batches
   * @param isDone asked as often; the query is stopped when it holds
   * @throws RuntimeException what a batch has thrown, as it threw it
   */
  <T> void run(DataStreamWriter<T> writer, Runnable beside, BooleanSupplier isDone) {
    StreamingQuery query = start(writer);
    try {
      while (!query.awaitTermination(50)) {
        if (isDone.getAsBoolean()) {
          return;
        }
        beside.run();
      }
    } catch (StreamingQueryException e) {
      throw failure(e);
    } finally {
      stop(query);
    }
  }

  private void stop(StreamingQuery query) {
    boolean locked = false;
    stopping = true;
    try {
      // Stopping interrupts the query's thread, which must not be in the middle of a commit.
      locked = batch.tryLock(5, TimeUnit.MINUTES);
      if (query.isActive()) {
        query.stop();
      }
    } catch (TimeoutException e) {
      throw new IllegalStateException("a query does not stop", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      if (locked) {
        batch.unlock();
      }
    }
  }

  private static <T> StreamingQuery start(DataStreamWriter<T> writer) {
    try {
      return writer.start();
    } catch (TimeoutException e) {
      throw new IllegalStateException("a query does not start", e);
    }
  }

  /** What a batch threw; Spark wraps it. */
  private static RuntimeException failure(StreamingQueryException e) {
    Throwable cause = e;
    while (cause.getCause() != null
        && (cause instanceof StreamingQueryException
            || cause.getClass().getName().endsWith("ForeachBatchUserFuncException"))) {
      cause = cause.getCause();
    }
    if (cause instanceof Error error) {
      throw error;
    }
    return cause instanceof RuntimeException own ? own : new IllegalStateException(cause);
  }
}
