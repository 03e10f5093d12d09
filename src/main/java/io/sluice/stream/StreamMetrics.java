package io.sluice.stream;

import io.sluice.run.StreamStatus;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import org.apache.spark.sql.streaming.StreamingQueryListener;

/**
 * Collects what the queries of a stream do and how they stand: from the queries themselves, and
 * from Spark, whose events it takes. Gives them as Prometheus text and as rows of {@code
 * ops.streams}.
 */
final class StreamMetrics extends StreamingQueryListener {
  private final Map<String, QueryMetrics> queries = new ConcurrentSkipListMap<>();
  private final long alarm;
  private final Clock clock;

  /**
   * @param alarm so many records behind are too many
   */
  StreamMetrics(long alarm, Clock clock) {
    this.alarm = alarm;
    this.clock = clock;
  }

  /**
   * A query's own.
   *
   * @param name as Spark knows it
   * @param query what it is of the source
   */
  QueryMetrics of(String name, String source, String query) {
    return queries.computeIfAbsent(
        name, key -> new QueryMetrics(source, query, alarm, clock.instant()));
  }

  /** Prometheus' numbers of all queries. */
  String text() {
    PrometheusText text = new PrometheusText();
    Instant now = clock.instant();
    queries.values().forEach(query -> query.write(text, now));
    return text.toString();
  }

  /** How each query stands, and what it has done since this was last asked. */
  List<StreamStatus> statuses() {
    Instant now = clock.instant();
    return queries.values().stream().map(query -> query.status(now)).toList();
  }

  @Override
  public void onQueryStarted(QueryStartedEvent event) {
    // Its supervisor says so.
  }

  @Override
  public void onQueryProgress(QueryProgressEvent event) {
    QueryMetrics query = queries.get(String.valueOf(event.progress().name()));
    if (query != null) {
      query.progressed(event.progress(), Instant.parse(event.progress().timestamp()));
    }
  }

  @Override
  public void onQueryTerminated(QueryTerminatedEvent event) {
    // Its supervisor says so, and why.
  }
}
