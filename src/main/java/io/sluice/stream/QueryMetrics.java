package io.sluice.stream;

import static io.sluice.stream.PrometheusText.Type.COUNTER;
import static io.sluice.stream.PrometheusText.Type.GAUGE;
import static io.sluice.stream.PrometheusText.Type.HISTOGRAM;

import io.sluice.run.RowCounts;
import io.sluice.run.StreamStatus;
import io.sluice.settings.Printable;
import io.sluice.stream.PrometheusText.Family;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.sql.streaming.StateOperatorProgress;
import org.apache.spark.sql.streaming.StreamingQueryProgress;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What one streaming query has done and how it stands, told by the query and by Spark. Gives it as
 * Prometheus' numbers, which count since the stream began, and as a row a minute. Any thread may
 * tell and ask. Cost: a few numbers a query, and the durations of a minute's batches.
 */
final class QueryMetrics {
  private static final Logger LOG = LoggerFactory.getLogger("sluice");

  /** A query that has run for so long again no longer counts as failing. */
  private static final Duration HEALTHY = Duration.ofSeconds(30);

  /** Longer messages are cut. */
  private static final int LONGEST_MESSAGE = 2000;

  private static final double[] BUCKETS = {0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60};

  private static final Family STATE =
      new Family("sluice_stream_query_state", GAUGE, "1 for the state that the query is in.");
  private static final Family ROWS =
      new Family("sluice_stream_rows_read_total", COUNTER, "Rows read.");
  private static final Family FATES =
      new Family("sluice_stream_rows_total", COUNTER, "Rows of topics by what became of them.");
  private static final Family LAG =
      new Family("sluice_stream_lag_records", GAUGE, "Records that a partition is behind.");
  private static final Family BATCHES =
      new Family(
          "sluice_stream_batch_duration_seconds", HISTOGRAM, "How long batches with rows took.");
  private static final Family PHASES =
      new Family(
          "sluice_stream_batch_phase_seconds_total", COUNTER, "Time of batches by Spark's phase.");
  private static final Family STATE_ROWS =
      new Family("sluice_stream_state_rows", GAUGE, "Rows kept in state.");
  private static final Family STATE_BYTES =
      new Family("sluice_stream_state_bytes", GAUGE, "Bytes that the state takes, by place.");
  private static final Family ALERTS =
      new Family("sluice_stream_alerts_total", COUNTER, "Alerts raised.");
  private static final Family LETTERS =
      new Family("sluice_stream_dead_letters_total", COUNTER, "Dead letters sent.");
  private static final Family FAILURES =
      new Family("sluice_stream_failures_total", COUNTER, "How often the query has failed.");
  private static final Family HOLDS =
      new Family("sluice_stream_holds_total", COUNTER, "How often a check has stopped a batch.");

  private final String source;
  private final String query;
  private final long alarm;
  private final Map<String, Long> lag = new TreeMap<>();
  private final Map<String, Long> phases = new TreeMap<>();
  private final Map<String, Long> alerts = new TreeMap<>();
  private final long[] buckets = new long[BUCKETS.length];
  private RowCounts fates = RowCounts.EMPTY;
  private long rows;
  private long letters;
  private long batches;
  private long batchMillis;
  private long failures;
  private long holds;
  private Long stateRows;
  private long stateMemory;
  private long stateFiles;
  private StreamStatus.State state = StreamStatus.State.RUNNING;
  private Instant began = Instant.EPOCH;
  private String message;
  // Of the time since the last status.
  private final List<Long> durations = new ArrayList<>();
  private Instant told;
  private long rowsTold;
  private long alertsTold;
  private long lettersTold;

  /**
   * @param query {@code source}, or {@code alerts by} a key
   * @param alarm so many records behind are too many
   */
  QueryMetrics(String source, String query, long alarm, Instant now) {
    this.source = source;
    this.query = query;
    this.alarm = alarm;
    this.told = now;
  }

  /** Rows have been read. */
  synchronized void read(long more) {
    rows += more;
  }

  /** What has become of rows that silver's commits account for. */
  synchronized void refined(RowCounts more) {
    fates = fates.plus(more);
  }

  /** An alert has been published. */
  synchronized void raised(String alert) {
    alerts.merge(alert, 1L, Long::sum);
  }

  synchronized void sent(long deadLetters) {
    letters += deadLetters;
  }

  /**
   * How many records each partition is behind; too many are an alarm in the log.
   *
   * @param now by {@code topic/partition}
   */
  synchronized void behind(Map<String, Long> now) {
    now.forEach(
        (partition, records) -> {
          Long before = lag.put(partition, records);
          boolean was = before != null && before > alarm;
          if (records > alarm && !was) {
            LOG.warn("ALARM {} is {} records behind, more than {}", partition, records, alarm);
          } else if (records <= alarm && was) {
            LOG.info("{} has caught up, {} records behind", partition, records);
          }
        });
  }

  /** It begins, again if it has ended before. */
  synchronized void begins(Instant now) {
    began = now;
  }

  /** A check has stopped it. */
  synchronized void held(String why) {
    holds++;
    stands(StreamStatus.State.HELD, why);
  }

  synchronized void failed(String why) {
    failures++;
    stands(StreamStatus.State.FAILING, why);
  }

  /**
   * It will not be tried again.
   *
   * @param why null if it is done
   */
  synchronized void ended(String why) {
    stands(StreamStatus.State.ENDED, why);
  }

  private void stands(StreamStatus.State now, String why) {
    state = now;
    message = why == null ? null : helpful(now, why);
    // Until it begins again it does not run.
    began = Instant.MAX;
  }

  private String helpful(StreamStatus.State now, String why) {
    String text = Printable.of(why);
    String cut = text.length() > LONGEST_MESSAGE ? text.substring(0, LONGEST_MESSAGE) + "…" : text;
    String command = "sluice inspect --source " + source;
    return now != StreamStatus.State.HELD || cut.contains(command)
        ? cut
        : cut + " Look at what was judged: " + command;
  }

  /** Takes what Spark says of a batch. */
  synchronized void progressed(StreamingQueryProgress progress, Instant batchBegan) {
    for (StateOperatorProgress operator : progress.stateOperators()) {
      stateRows = operator.numRowsTotal();
      stateMemory = operator.memoryUsedBytes();
      stateFiles = operator.customMetrics().getOrDefault("rocksdbSstFileSize", 0L);
    }
    if (!progress.durationMs().containsKey("addBatch")) {
      // It looked, and nothing had come.
      return;
    }
    progress
        .durationMs()
        .forEach((phase, took) -> phases.merge(phase, took, (before, more) -> before + more));
    long took = progress.durationMs().getOrDefault("triggerExecution", 0L);
    batches++;
    batchMillis += took;
    durations.add(took);
    for (int i = 0; i < BUCKETS.length; i++) {
      if (took <= BUCKETS[i] * 1000) {
        buckets[i]++;
      }
    }
    if (isTroubled() && !batchBegan.isBefore(began)) {
      runsAgain();
    }
  }

  private boolean isTroubled() {
    return state == StreamStatus.State.HELD || state == StreamStatus.State.FAILING;
  }

  private void runsAgain() {
    state = StreamStatus.State.RUNNING;
    message = null;
  }

  private void settle(Instant now) {
    if (isTroubled() && began.isBefore(now.minus(HEALTHY))) {
      runsAgain();
    }
  }

  /** How it stands, and what it has done since this was last asked. */
  synchronized StreamStatus status(Instant now) {
    settle(now);
    Collections.sort(durations);
    long alertsNow = sum(alerts);
    StreamStatus status =
        new StreamStatus(
            source,
            query,
            now,
            state,
            Duration.between(told, now).toMillis() / 1000.0,
            rows - rowsTold,
            lag.isEmpty() ? null : (Long) sum(lag),
            lag.isEmpty() ? null : Collections.max(lag.values()),
            durations.isEmpty() ? null : durations.get(durations.size() / 2),
            durations.isEmpty() ? null : durations.get(durations.size() - 1),
            stateRows,
            stateRows == null ? null : (Long) (stateMemory + stateFiles),
            alertsNow - alertsTold,
            letters - lettersTold,
            message);
    durations.clear();
    told = now;
    rowsTold = rows;
    alertsTold = alertsNow;
    lettersTold = letters;
    return status;
  }

  private static long sum(Map<String, Long> numbers) {
    return numbers.values().stream().mapToLong(Long::longValue).sum();
  }

  /** Adds all numbers to a text. */
  synchronized void write(PrometheusText text, Instant now) {
    settle(now);
    for (StreamStatus.State one : StreamStatus.State.values()) {
      text.add(STATE, labels("state", one.word()), one == state ? 1 : 0);
    }
    text.add(ROWS, labels(), rows);
    text.add(FATES, labels("fate", "accepted"), fates.accepted());
    text.add(FATES, labels("fate", "quarantined"), fates.quarantined());
    text.add(FATES, labels("fate", "duplicate"), fates.duplicate());
    text.add(FATES, labels("fate", "superseded"), fates.superseded());
    text.add(FATES, labels("fate", "deleted"), fates.deleted());
    lag.forEach(
        (name, records) -> {
          int slash = name.lastIndexOf('/');
          text.add(
              LAG,
              labels("topic", name.substring(0, slash), "partition", name.substring(slash + 1)),
              records);
        });
    for (int i = 0; i < BUCKETS.length; i++) {
      text.add(BATCHES, "_bucket", labels("le", String.valueOf(BUCKETS[i])), buckets[i]);
    }
    text.add(BATCHES, "_bucket", labels("le", "+Inf"), batches);
    text.add(BATCHES, "_sum", labels(), batchMillis / 1000.0);
    text.add(BATCHES, "_count", labels(), batches);
    phases.forEach((phase, took) -> text.add(PHASES, labels("phase", snake(phase)), took / 1000.0));
    if (stateRows != null) {
      text.add(STATE_ROWS, labels(), stateRows);
      text.add(STATE_BYTES, labels("place", "memory"), stateMemory);
      text.add(STATE_BYTES, labels("place", "files"), stateFiles);
    }
    alerts.forEach((alert, raised) -> text.add(ALERTS, labels("alert", alert), raised));
    text.add(LETTERS, labels(), letters);
    text.add(FAILURES, labels(), failures);
    text.add(HOLDS, labels(), holds);
  }

  private Map<String, String> labels(String... more) {
    Map<String, String> labels = new LinkedHashMap<>();
    labels.put("source", source);
    labels.put("query", query);
    for (int i = 0; i < more.length; i += 2) {
      labels.put(more[i], more[i + 1]);
    }
    return labels;
  }

  private static String snake(String camel) {
    return camel.replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
  }
}
