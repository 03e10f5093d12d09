package io.sluice.contract;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.StreamSupport;

/** Reads the shapes that recur in a document: lists of texts, choices, maps with known keys. */
final class NodeReader {
  private final FileErrors errors;

  NodeReader(FileErrors errors) {
    this.errors = errors;
  }

  /** The entries of a list as texts. */
  static List<String> texts(JsonNode list) {
    return StreamSupport.stream(list.spliterator(), false).map(JsonNode::asText).toList();
  }

  /** The same, and an error unless it is a list of strings, or missing. */
  List<String> listOfTexts(JsonNode list, String place) {
    if (!list.isMissingNode()
        && (!list.isArray()
            || !StreamSupport.stream(list.spliterator(), false).allMatch(JsonNode::isTextual))) {
      errors.add(place, "must be a list of strings");
    }
    return texts(list);
  }

  /** A key's value as text; null if the node does not have the key. */
  static String text(JsonNode node, String key) {
    return node.has(key) ? node.path(key).asText() : null;
  }

  /** ODCS custom properties by name; an error for each that is stated twice. */
  Map<String, JsonNode> customProperties(JsonNode list, String place) {
    Map<String, JsonNode> values = new LinkedHashMap<>();
    for (JsonNode entry : list) {
      String name = entry.path("property").asText();
      if (values.put(name, entry.path("value")) != null) {
        errors.add(place + "." + name, "stated twice");
      }
    }
    return values;
  }

  /** Adds an error for each key that is not known. */
  void refuseUnknownKeys(JsonNode node, Set<String> known, String place) {
    node.fieldNames()
        .forEachRemaining(
            key -> {
              if (!known.contains(key)) {
                errors.add(place + "." + key, "unknown; known are " + new TreeSet<>(known));
              }
            });
  }

  /**
   * The constant of an enum that a text names in lower case.
   *
   * @param fallback what is given after an error
   */
  <E extends Enum<E>> E choice(Class<E> type, String text, String place, E fallback) {
    List<String> names =
        Arrays.stream(type.getEnumConstants())
            .map(value -> value.name().toLowerCase(Locale.ROOT))
            .toList();
    if (!names.contains(text)) {
      errors.add(place, "must be one of " + names);
      return fallback;
    }
    return type.getEnumConstants()[names.indexOf(text)];
  }
}
