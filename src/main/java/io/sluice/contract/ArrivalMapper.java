package io.sluice.contract;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.StreamSupport;

/** Makes typed arrivals of the custom property {@code arrivals}. */
final class ArrivalMapper {
  private static final Set<String> KEYS =
      Set.of("name", "format", "location", "topic", "options", "fields");
  private static final Set<String> OPTIONS_OF_FILES =
      Set.of("delimiter", "quote", "nullValues", "maxRecordBytes", "maxFileBytes");
  private static final Set<String> OPTIONS_OF_TOPICS =
      Set.of("nullValues", "maxRecordBytes", "deadLetters");
  private static final long RECORD_BYTES = 16 << 20;
  private static final long FILE_BYTES = 64L << 30;

  private final FileErrors errors;
  private final NodeReader nodes;

  ArrivalMapper(FileErrors errors) {
    this.errors = errors;
    this.nodes = new NodeReader(errors);
  }

  /** The place of an arrival in its file. */
  static String place(int index) {
    return "customProperties.arrivals[" + index + "]";
  }

  /**
   * The arrivals in the order of the file; none if there is no list.
   *
   * @param list the property's value; null if it is not stated
   */
  List<Arrival> arrivals(JsonNode list) {
    List<Arrival> arrivals = new ArrayList<>();
    for (int i = 0; list != null && list.isArray() && i < list.size(); i++) {
      arrivals.add(arrival(list.get(i), place(i)));
    }
    return arrivals;
  }

  private Arrival arrival(JsonNode node, String place) {
    JsonNode options = node.path("options");
    String optionsPlace = place + ".options";
    nodes.refuseUnknownKeys(node, KEYS, place);
    nodes.refuseUnknownKeys(
        options, node.has("topic") ? OPTIONS_OF_TOPICS : OPTIONS_OF_FILES, optionsPlace);
    if (!options.isMissingNode() && !options.isObject()) {
      errors.add(optionsPlace, "must be a map");
    }
    if (node.has("topic") && node.has("location")) {
      errors.add(place + ".location", "stands beside topic; an arrival has one of them");
    }
    ArrivalFormat format = format(node.path("format").asText(""), place + ".format");
    return new Arrival(
        node.path("name").asText(""),
        format.name(),
        node.has("topic") ? "" : folder(node.path("location").asText("")),
        character(options, "delimiter", ',', optionsPlace),
        character(options, "quote", '"', optionsPlace),
        nullValues(options, format, optionsPlace),
        (int) size(options, "maxRecordBytes", RECORD_BYTES, Integer.MAX_VALUE, optionsPlace),
        size(options, "maxFileBytes", FILE_BYTES, Long.MAX_VALUE, optionsPlace),
        expressions(node, place + ".fields"),
        node.has("topic")
            ? new Arrival.Topic(
                node.path("topic").asText(""),
                options.has("deadLetters") ? options.path("deadLetters").asText("") : null)
            : null);
  }

  private static String folder(String location) {
    return location.endsWith("/") ? location : location + "/";
  }

  private ArrivalFormat format(String name, String place) {
    return ArrivalFormats.find(name)
        .orElseGet(
            () -> {
              errors.add(place, "must be one of " + ArrivalFormats.names());
              return ArrivalFormats.get("csv");
            });
  }

  private List<String> nullValues(JsonNode options, ArrivalFormat format, String place) {
    JsonNode values = options.path("nullValues");
    if (values.isMissingNode()) {
      return format.nullValues();
    }
    if (!values.isArray()
        || !StreamSupport.stream(values.spliterator(), false).allMatch(JsonNode::isTextual)) {
      errors.add(place + ".nullValues", "must be a list of strings");
    }
    return NodeReader.texts(values);
  }

  private Map<String, String> expressions(JsonNode node, String place) {
    if (node.has("fields") && !node.path("fields").isObject()) {
      errors.add(place, "must be a map of fields to expressions");
    }
    Map<String, String> expressions = new LinkedHashMap<>();
    node.path("fields")
        .fields()
        .forEachRemaining(entry -> expressions.put(entry.getKey(), entry.getValue().asText()));
    return expressions;
  }

  private long size(JsonNode options, String key, long byDefault, long most, String place) {
    JsonNode size = options.path(key);
    if (size.isMissingNode()) {
      return byDefault;
    }
    if (!size.isIntegralNumber() || size.asLong() < 1 || size.asLong() > most) {
      errors.add(place + "." + key, "must be a whole number from 1 to " + most);
      return byDefault;
    }
    return size.asLong();
  }

  private char character(JsonNode options, String key, char byDefault, String place) {
    String text = options.path(key).asText(String.valueOf(byDefault));
    if (text.length() != 1
        || text.charAt(0) > 127
        || text.charAt(0) == '\n'
        || text.charAt(0) == '\r') {
      errors.add(place + "." + key, "must be one ASCII character");
      return byDefault;
    }
    return text.charAt(0);
  }
}
