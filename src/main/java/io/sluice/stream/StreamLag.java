package io.sluice.stream;

import com.codahale.metrics.Gauge;
import com.codahale.metrics.MetricRegistry;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.spark.metrics.source.Source;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How many records each partition is behind: a gauge {@code sluice.lag.<topic>/<partition>} in
 * Spark's metrics, and an alarm in the log.
 */
final class StreamLag implements Source {
  private static final Logger LOG = LoggerFactory.getLogger("sluice");

  private final MetricRegistry registry = new MetricRegistry();
  private final Map<String, Long> behind = new ConcurrentHashMap<>();
  private final long alarm;

  /**
   * @param alarm so many records behind are too many
   */
  StreamLag(long alarm) {
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

  @Override
  public String sourceName() {
    return "sluice";
  }

  @Override
  public MetricRegistry metricRegistry() {
    return registry;
  }
}
