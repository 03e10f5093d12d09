package io.sluice.contract;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.sql.types.DataTypes;

/** Makes alerts of a contract's custom property {@code alerts}, and judges them by themselves. */
final class AlertMapper {
  private static final Set<String> KEYS =
      Set.of(
          "name",
          "key",
          "time",
          "window",
          "slide",
          "lateness",
          "behind",
          "when",
          "rule",
          "above",
          "topic");
  private static final Pattern DURATION =
      Pattern.compile("([1-9][0-9]{0,5}) (second|minute|hour|day)s?");
  private static final Map<String, Duration> UNITS =
      Map.of(
          "second",
          Duration.ofSeconds(1),
          "minute",
          Duration.ofMinutes(1),
          "hour",
          Duration.ofHours(1),
          "day",
          Duration.ofDays(1));

  /** A row is counted in so many windows of an alert at most. */
  private static final int MOST_WINDOWS = 1000;

  private final FileErrors errors;
  private final NodeReader nodes;
  private final List<Field> fields;

  AlertMapper(FileErrors errors, List<Field> fields) {
    this.errors = errors;
    this.nodes = new NodeReader(errors);
    this.fields = fields;
  }

  /**
   * The alerts.
   *
   * @param list null if none is declared
   */
  List<Alert> alerts(JsonNode list) {
    List<Alert> alerts = new ArrayList<>();
    if (list == null) {
      return alerts;
    }
    if (!list.isArray()) {
      errors.add("customProperties.alerts", "must be a list");
      return alerts;
    }
    Set<String> names = new HashSet<>();
    for (int i = 0; i < list.size(); i++) {
      String place = "customProperties.alerts[" + i + "]";
      nodes.refuseUnknownKeys(list.get(i), KEYS, place);
      Alert alert = alert(list.get(i), place);
      if (!alert.name().matches("[a-z][a-z0-9_]*")) {
        errors.add(place + ".name", "must be in snake case");
      } else if (!names.add(alert.name())) {
        errors.add(place + ".name", alert.name() + " is stated twice");
      }
      alerts.add(alert);
    }
    return alerts;
  }

  private Alert alert(JsonNode node, String place) {
    Duration lateness = duration(node, "lateness", place, Alert.USUAL_LATENESS);
    Duration behind =
        duration(
            node,
            "behind",
            place,
            lateness.compareTo(Alert.USUAL_BEHIND) > 0 ? lateness : Alert.USUAL_BEHIND);
    if (behind.compareTo(lateness) < 0) {
      errors.add(place + ".behind", "must not be shorter than lateness");
    }
    String key = node.path("key").asText();
    field(key, place + ".key");
    String time = node.path("time").asText();
    field(time, place + ".time")
        .filter(field -> !field.type().equals(DataTypes.TimestampType))
        .ifPresent(field -> errors.add(place + ".time", time + " must be a timestamp"));
    String topic = NodeReader.text(node, "topic");
    if (topic != null && !topic.matches("[A-Za-z0-9._-]{1,249}")) {
      errors.add(place + ".topic", "is no name of a Kafka topic");
    }
    return new Alert(
        node.path("name").asText(), key, time, judgement(node, place), lateness, behind, topic);
  }

  private Optional<Field> field(String name, String place) {
    Optional<Field> found = fields.stream().filter(field -> field.name().equals(name)).findFirst();
    if (found.isEmpty()) {
      errors.add(place, "must name a field; " + (name.isEmpty() ? "it is not stated" : name));
    }
    return found;
  }

  private Alert.Judgement judgement(JsonNode node, String place) {
    if (node.has("rule")) {
      for (String other : List.of("window", "slide", "when")) {
        if (node.has(other)) {
          errors.add(place + "." + other, "cannot stand beside rule, which says it in Java");
        }
      }
      JsonNode above = node.path("above");
      if (!above.isNumber() || !(above.asDouble() >= 0 && above.asDouble() <= 1)) {
        errors.add(place + ".above", "must be a score from 0 to 1");
      }
      return new Alert.Ruled(node.path("rule").asText(), above.asDouble());
    }
    if (node.has("above")) {
      errors.add(place + ".above", "is of a rule, and no rule is stated");
    }
    Duration window = duration(node, "window", place, Duration.ZERO);
    if (window.isZero() && !node.has("window")) {
      errors.add(place + ".window", "must be stated, such as 1 minute");
    }
    Duration slide = duration(node, "slide", place, window);
    if (!slide.isZero()
        && (window.toSeconds() % slide.toSeconds() != 0
            || window.toSeconds() / slide.toSeconds() > MOST_WINDOWS)) {
      errors.add(
          place + ".slide", "window must be a multiple of it, at most " + MOST_WINDOWS + " times");
    }
    String when = node.path("when").asText();
    if (when.isBlank()) {
      errors.add(place + ".when", "must be stated, such as count(*) > 5");
    }
    return new Alert.Windowed(window, slide, when);
  }

  private Duration duration(JsonNode node, String name, String place, Duration usual) {
    if (!node.has(name)) {
      return usual;
    }
    Matcher text = DURATION.matcher(node.path(name).asText());
    if (!text.matches()) {
      errors.add(
          place + "." + name, "must be a number of seconds, minutes, hours or days: 5 minutes");
      return usual;
    }
    return UNITS.get(text.group(2)).multipliedBy(Long.parseLong(text.group(1)));
  }
}
