package io.sluice.contract;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Reads a YAML document with every plain scalar as it is written: {@code NO} is a text, {@code
 * 0100} is the text 0100, {@code 1.10} a number of two places. Booleans are {@code true} and {@code
 * false}; numbers are those of JSON. An alias ({@code *name}) is the map or list that its anchor
 * ({@code &name}) stands before.
 */
final class YamlDocument {
  private static final YAMLFactory YAML =
      YAMLFactory.builder()
          .enable(YAMLParser.Feature.PARSE_BOOLEAN_LIKE_WORDS_AS_STRINGS)
          .enable(YAMLParser.Feature.EMPTY_STRING_AS_NULL)
          .build();
  private static final JsonNodeFactory NODES = JsonNodeFactory.withExactBigDecimals(true);
  private static final Pattern WHOLE = Pattern.compile("-?(0|[1-9][0-9]{0,99})");
  private static final Pattern DECIMAL = Pattern.compile("-?(0|[1-9][0-9]{0,99})\\.[0-9]{1,99}");

  private final YAMLParser parser;
  private final Map<String, JsonNode> anchors = new HashMap<>();

  private YamlDocument(YAMLParser parser) {
    this.parser = parser;
  }

  /**
   * The document; null for an empty one.
   *
   * @throws IOException if the text is no YAML, holds a key twice, or a second document
   */
  static JsonNode read(String text) throws IOException {
    try (YAMLParser parser = YAML.createParser(text)) {
      parser.enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);
      if (parser.nextToken() == null) {
        return null;
      }
      JsonNode document = new YamlDocument(parser).node();
      if (parser.nextToken() != null) {
        throw new IOException(
            "a second document begins on line " + parser.getTokenLocation().getLineNr());
      }
      return document;
    }
  }

  private JsonNode node() throws IOException {
    if (parser.isCurrentAlias()) {
      JsonNode anchored = anchors.get(parser.getText());
      if (anchored == null) {
        throw new IOException(
            "*"
                + parser.getText()
                + " on line "
                + parser.getTokenLocation().getLineNr()
                + " refers to no map and no list that stands before it");
      }
      return anchored;
    }
    String anchor = parser.getObjectId();
    JsonNode node = value();
    if (anchor != null) {
      anchors.put(anchor, node);
    }
    return node;
  }

  private JsonNode value() throws IOException {
    JsonToken token = parser.currentToken();
    switch (token) {
      case START_OBJECT:
        ObjectNode object = NODES.objectNode();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
          String name = parser.getCurrentName();
          parser.nextToken();
          object.set(name, node());
        }
        return object;
      case START_ARRAY:
        ArrayNode array = NODES.arrayNode();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          array.add(node());
        }
        return array;
      case VALUE_NULL:
        return NODES.nullNode();
      case VALUE_TRUE:
      case VALUE_FALSE:
        return NODES.booleanNode(token == JsonToken.VALUE_TRUE);
      case VALUE_NUMBER_INT:
      case VALUE_NUMBER_FLOAT:
        return number(parser.getText());
      default:
        return NODES.textNode(parser.getText());
    }
  }

  private static JsonNode number(String text) {
    if (WHOLE.matcher(text).matches()) {
      BigInteger number = new BigInteger(text);
      return number.bitLength() < Integer.SIZE
          ? NODES.numberNode(number.intValue())
          : number.bitLength() < Long.SIZE
              ? NODES.numberNode(number.longValue())
              : NODES.numberNode(number);
    }
    return DECIMAL.matcher(text).matches()
        ? NODES.numberNode(new BigDecimal(text))
        : NODES.textNode(text);
  }
}
