package io.sluice.contract;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Makes typed arrivals of the custom property {@code arrivals}. */
final class ArrivalMapper {
  private static final Set<String> KEYS =
      Set.of("name", "format", "location", "topic", "options", "fields");
  private static final Set<String> OPTIONS_OF_FILES =
      Set.of(
          "delimiter",
          "quote",
          "encoding",
          "header",
          "columns",
          "skipLines",
          "comment",
          "layout",
          "pathPattern",
          "nullValues",
          "maxRecordBytes",
          "maxFileBytes",
          "envelope",
          "delivery");
  private static final Set<String> OPTIONS_OF_TOPICS =
      Set.of("nullValues", "maxRecordBytes", "deadLetters", "envelope");
  private static final long RECORD_BYTES = 16 << 20;
  private static final long MOST_RECORD_BYTES = 1 << 30;
  private static final long FILE_BYTES = 64L << 30;
  private static final int MOST_SKIPPED = 1_000_000;

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
        text(options, optionsPlace),
        nullValues(options, format, optionsPlace),
        (int) size(options, "maxRecordBytes", RECORD_BYTES, MOST_RECORD_BYTES, optionsPlace),
        size(options, "maxFileBytes", FILE_BYTES, Long.MAX_VALUE, optionsPlace),
        expressions(node, place + ".fields"),
        NodeReader.text(options, "pathPattern"),
        node.has("topic")
            ? new Arrival.Topic(
                node.path("topic").asText(""),
                options.has("deadLetters") ? options.path("deadLetters").asText("") : null)
            : null,
        nodes.choice(
            Arrival.Envelope.class,
            options.path("envelope").asText("none"),
            optionsPlace + ".envelope",
            Arrival.Envelope.NONE),
        new DeliveryMapper(errors).delivery(options.path("delivery"), optionsPlace + ".delivery"));
  }

  private Arrival.Text text(JsonNode options, String place) {
    return new Arrival.Text(
        character(options, "delimiter", ',', place),
        character(options, "quote", '"', place),
        encoding(options, place),
        columns(options, place),
        (int) number(options, "skipLines", new Range(0, 0, MOST_SKIPPED), place),
        options.has("comment") ? character(options, "comment", '#', place) : null,
        nodes.choice(
            Arrival.Layout.class,
            options.path("layout").asText("lines"),
            place + ".layout",
            Arrival.Layout.LINES));
  }

  private TextEncoding encoding(JsonNode options, String place) {
    return TextEncoding.find(options.path("encoding").asText(TextEncoding.UTF_8.toString()))
        .orElseGet(
            () -> {
              errors.add(place + ".encoding", "must be one of " + TextEncoding.names());
              return TextEncoding.UTF_8;
            });
  }

  /** The columns of files without a header line; none if there is one. */
  private List<String> columns(JsonNode options, String place) {
    String header = options.path("header").asText("true");
    if (!Set.of("true", "false").contains(header)) {
      errors.add(place + ".header", "must be true or false");
      return List.of();
    }
    if (header.equals("true")) {
      if (options.has("columns")) {
        errors.add(place + ".columns", "stand beside a header line; they go with header: false");
      }
      return List.of();
    }
    if (nodes.listOfTexts(options.path("columns"), place + ".columns").isEmpty()) {
      errors.add(place + ".columns", "must name the columns, since there is no header line");
    }
    return NodeReader.texts(options.path("columns"));
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
    return values.isMissingNode()
        ? format.nullValues()
        : nodes.listOfTexts(values, place + ".nullValues");
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
    return number(options, key, new Range(byDefault, 1, most), place);
  }

  /** A whole number's default and bounds. */
  private record Range(long byDefault, long least, long most) {}

  private long number(JsonNode options, String key, Range range, String place) {
    JsonNode node = options.path(key);
    if (node.isMissingNode()) {
      return range.byDefault;
    }
    long number = -1;
    // Read as it is written: 1e3 and 1.0 are no whole numbers here.
    if (node.isValueNode() && node.asText().matches("0|[1-9][0-9]{0,18}")) {
      BigInteger digits = new BigInteger(node.asText());
      number = digits.bitLength() > 63 ? -1 : digits.longValue();
    }
    if (number < range.least || number > range.most) {
      errors.add(
          place + "." + key, "must be a whole number from " + range.least + " to " + range.most);
      return range.byDefault;
    }
    return number;
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
