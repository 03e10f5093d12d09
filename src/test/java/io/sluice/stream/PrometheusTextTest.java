package io.sluice.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PrometheusTextTest {
  private static final PrometheusText.Family LAG =
      new PrometheusText.Family("lag_records", PrometheusText.Type.GAUGE, "How far\nbehind \\.");
  private static final PrometheusText.Family TOOK =
      new PrometheusText.Family("took_seconds", PrometheusText.Type.HISTOGRAM, "How long.");

  @Test
  void aFamilyStandsTogetherWhateverOrderItsNumbersComeIn() {
    PrometheusText text = new PrometheusText();
    Map<String, String> labels = new LinkedHashMap<>();
    labels.put("topic", "a");
    labels.put("partition", "0");
    text.add(LAG, labels, 3);
    text.add(TOOK, "_sum", Map.of(), 0.25);
    text.add(LAG, Map.of("topic", "b"), 12_345_678_901.0);
    text.add(TOOK, "_count", Map.of(), 0);
    assertEquals(
        """
        # HELP lag_records How far\\nbehind \\\\.
        # TYPE lag_records gauge
        lag_records{topic="a",partition="0"} 3
        lag_records{topic="b"} 12345678901
        # HELP took_seconds How long.
        # TYPE took_seconds histogram
        took_seconds_sum 0.25
        took_seconds_count 0
        """,
        text.toString());
  }

  @Test
  void aLabelCannotEndItselfOrItsLine() {
    PrometheusText text = new PrometheusText();
    text.add(LAG, Map.of("topic", "a\"} 1\nb\\"), 1);
    assertEquals(
        "lag_records{topic=\"a\\\"} 1\\nb\\\\\"} 1", text.toString().lines().toList().get(2));
  }

  @Test
  void numbersThatAreNone() {
    PrometheusText text = new PrometheusText();
    text.add(LAG, Map.of(), Double.NaN);
    text.add(LAG, Map.of(), Double.POSITIVE_INFINITY);
    text.add(LAG, Map.of(), Double.NEGATIVE_INFINITY);
    text.add(LAG, Map.of(), 1e-9);
    assertEquals(
        "lag_records NaN,lag_records +Inf,lag_records -Inf,lag_records 0.000000001",
        String.join(",", text.toString().lines().toList().subList(2, 6)));
  }
}
