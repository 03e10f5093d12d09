package io.sluice.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.run.RowCounts;
import io.sluice.run.StreamStatus;
import io.sluice.testing.LocalSpark;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.streaming.StreamingQuery;
import org.apache.spark.sql.streaming.Trigger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a stream's operators are told: by the queries, and by Spark of a query with state. */
class StreamMetricsTest {
  private static final Instant NOON = Instant.parse("2026-11-01T12:00:00Z");

  @Test
  void aRowHasWhatCameSinceTheRowBefore() {
    QueryMetrics query = new QueryMetrics("calls", "source", 1000, NOON);
    query.begins(NOON);
    query.read(600);
    query.refined(new RowCounts(600, 500, 50, 30, 20));
    query.sent(50);
    query.behind(Map.of("calls/0", 3L, "calls/1", 4L));
    StreamStatus first = query.status(NOON.plusSeconds(60));
    assertEquals(600, first.rows());
    assertEquals(60, first.seconds());
    assertEquals(7, first.lagRecords());
    assertEquals(4, first.lagLargest());
    assertEquals(50, first.deadLetters());
    assertEquals(StreamStatus.State.RUNNING, first.state());
    assertNull(first.batchMedian());
    assertNull(first.stateRows());
    query.read(1);
    query.raised("often");
    StreamStatus second = query.status(NOON.plusSeconds(120));
    assertEquals(1, second.rows());
    assertEquals(1, second.alerts());
    assertEquals(0, second.deadLetters());

    // Prometheus' numbers count on.
    PrometheusText text = new PrometheusText();
    query.write(text, NOON.plusSeconds(120));
    List<String> lines = text.toString().lines().toList();
    String labels = "{source=\"calls\",query=\"source\"";
    assertTrue(lines.contains("sluice_stream_rows_read_total" + labels + "} 601"), text::toString);
    for (String fate :
        List.of("accepted\"} 500", "quarantined\"} 50", "duplicate\"} 30", "superseded\"} 20")) {
      assertTrue(
          lines.contains("sluice_stream_rows_total" + labels + ",fate=\"" + fate), text::toString);
    }
    assertTrue(
        lines.contains(
            "sluice_stream_lag_records" + labels + ",topic=\"calls\",partition=\"1\"} 4"),
        text::toString);
    assertTrue(
        lines.contains("sluice_stream_query_state" + labels + ",state=\"running\"} 1"),
        text::toString);
  }

  @Test
  void aHeldQuerySaysWhatHelpsUntilItRunsAgain() {
    QueryMetrics query = new QueryMetrics("calls", "source", 1000, NOON);
    query.begins(NOON);
    query.held("silver.calls is unchanged: too much is\nbroken.");
    StreamStatus held = query.status(NOON.plusSeconds(60));
    assertEquals(StreamStatus.State.HELD, held.state());
    assertEquals(
        "silver.calls is unchanged: too much is\\u000abroken."
            + " Look at what was judged: sluice inspect --source calls",
        held.message());
    // Another try that has not come far yet is none that has worked.
    query.begins(NOON.plusSeconds(100));
    assertEquals(StreamStatus.State.HELD, query.status(NOON.plusSeconds(120)).state());
    StreamStatus again = query.status(NOON.plusSeconds(180));
    assertEquals(StreamStatus.State.RUNNING, again.state());
    assertNull(again.message());

    query.failed("no broker");
    assertEquals(StreamStatus.State.FAILING, query.status(NOON.plusSeconds(240)).state());
    query.ended("no broker");
    StreamStatus ended = query.status(NOON.plusSeconds(300));
    assertEquals(StreamStatus.State.ENDED, ended.state());
    assertEquals("no broker", ended.message());
    PrometheusText text = new PrometheusText();
    query.write(text, NOON.plusSeconds(300));
    assertTrue(
        text.toString().contains("sluice_stream_holds_total{source=\"calls\",query=\"source\"} 1"));
    assertTrue(
        text.toString()
            .contains("sluice_stream_failures_total{source=\"calls\",query=\"source\"} 1"));
  }

  @Test
  void sparkTellsOfBatchesAndState(@TempDir Path checkpoint) throws Exception {
    SparkSession session = LocalSpark.withoutS3().newSession();
    StreamMetrics metrics = new StreamMetrics(1000, Clock.systemUTC());
    QueryMetrics query = metrics.of("keys of a test", "numbers", "alerts by key");
    query.begins(Instant.now());
    query.failed("once");
    query.begins(Instant.now());
    session.streams().addListener(metrics);
    StreamingQuery running =
        session
            .readStream()
            .format("rate-micro-batch")
            .option("rowsPerBatch", "30")
            .load()
            .selectExpr("value % 10 AS key")
            .dropDuplicates("key")
            .writeStream()
            .queryName("keys of a test")
            .format("noop")
            .option("checkpointLocation", checkpoint.toString())
            .trigger(Trigger.ProcessingTime(0))
            .start();
    try {
      String rows = "sluice_stream_state_rows{source=\"numbers\",query=\"alerts by key\"} 10\n";
      Instant until = Instant.now().plus(Duration.ofMinutes(1));
      while (!metrics.text().contains(rows) && Instant.now().isBefore(until)) {
        Thread.sleep(100);
      }
      assertTrue(metrics.text().contains(rows), metrics.text());
    } finally {
      running.stop();
      session.streams().removeListener(metrics);
    }
    String text = metrics.text();
    assertTrue(text.contains(",phase=\"add_batch\"} "), text);
    assertTrue(
        text.contains("_bucket{source=\"numbers\",query=\"alerts by key\",le=\"60.0\"} "), text);
    assertFalse(
        text.contains("duration_seconds_count{source=\"numbers\",query=\"alerts by key\"} 0\n"));
    StreamStatus status = metrics.statuses().get(0);
    // A batch that was handled since it began again: it no longer fails.
    assertEquals(StreamStatus.State.RUNNING, status.state());
    assertEquals(10, status.stateRows());
    assertTrue(status.stateBytes() > 0);
    assertTrue(status.batchMedian() <= status.batchLongest());
  }
}
