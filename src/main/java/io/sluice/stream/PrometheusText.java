package io.sluice.stream;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Numbers in Prometheus' text format 0.0.4, each under the name and the help of its family,
 * whatever order they come in. Pure: reads and writes nothing.
 */
final class PrometheusText {
  /** What the text is sent as. */
  static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

  /** What a collector does with a family's numbers. */
  enum Type {
    COUNTER,
    GAUGE,
    HISTOGRAM
  }

  /**
   * Numbers of one name.
   *
   * @param name with its unit, such as {@code sluice_stream_lag_records}
   */
  record Family(String name, Type type, String help) {}

  private final Map<Family, List<String>> families = new LinkedHashMap<>();

  /** Adds a number of a family. */
  void add(Family family, Map<String, String> labels, double value) {
    add(family, "", labels, value);
  }

  /**
   * Adds a number of a family of histograms.
   *
   * @param suffix {@code _bucket}, {@code _sum} or {@code _count}
   */
  void add(Family family, String suffix, Map<String, String> labels, double value) {
    StringBuilder line = new StringBuilder(family.name()).append(suffix);
    String before = "{";
    for (Map.Entry<String, String> label : labels.entrySet()) {
      line.append(before).append(label.getKey()).append("=\"");
      line.append(escaped(label.getValue())).append('"');
      before = ",";
    }
    if (!labels.isEmpty()) {
      line.append('}');
    }
    families
        .computeIfAbsent(family, key -> new ArrayList<>())
        .add(line.append(' ').append(number(value)).toString());
  }

  private static String escaped(String value) {
    return value.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
  }

  /** Without an exponent, and without a fraction where there is none. */
  private static String number(double value) {
    if (Double.isNaN(value)) {
      return "NaN";
    }
    if (Double.isInfinite(value)) {
      return value > 0 ? "+Inf" : "-Inf";
    }
    return value == 0 ? "0" : BigDecimal.valueOf(value).stripTrailingZeros().toPlainString();
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    families.forEach(
        (family, lines) -> {
          text.append("# HELP ").append(family.name()).append(' ');
          text.append(family.help().replace("\\", "\\\\").replace("\n", "\\n")).append('\n');
          text.append("# TYPE ").append(family.name()).append(' ');
          text.append(family.type().name().toLowerCase(Locale.ROOT)).append('\n');
          lines.forEach(line -> text.append(line).append('\n'));
        });
    return text.toString();
  }
}
