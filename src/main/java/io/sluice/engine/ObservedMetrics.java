package io.sluice.engine;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Observation;
import org.apache.spark.sql.Row;

/**
 * Aggregates that are measured while rows are written, and read afterwards.
 *
 * <p>Spark drops the measuring with the rows when it finds out on the way that there are none: ask
 * only after rows have been written.
 */
public final class ObservedMetrics {
  private static final long SECONDS = 120;

  private final Observation observation = new Observation();

  /** The rows, measured when they are written. */
  public Dataset<Row> observe(Dataset<Row> rows, Column first, Column... rest) {
    return rows.observe(observation, first, rest);
  }

  /**
   * What was measured, by column name.
   *
   * @throws IllegalStateException if the write reports nothing within two minutes
   */
  public Map<String, Object> get() {
    CompletableFuture<Map<String, Object>> measured = new CompletableFuture<>();
    Thread reader =
        new Thread(
            () -> {
              try {
                measured.complete(observation.getAsJava());
              } catch (InterruptedException e) {
                measured.completeExceptionally(e);
              }
            },
            "measures");
    reader.setDaemon(true);
    reader.start();
    try {
      return measured.get(SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while the write was measured", e);
    } catch (ExecutionException | TimeoutException e) {
      throw new IllegalStateException("the write did not report its measures", e);
    } finally {
      reader.interrupt();
    }
  }
}
