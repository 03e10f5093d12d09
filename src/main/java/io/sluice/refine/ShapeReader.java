package io.sluice.refine;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.sluice.contract.Shape;
import io.sluice.engine.NativeRow;
import io.sluice.engine.value.ValueReader;
import io.sluice.ingest.format.StrictJson;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.unsafe.types.UTF8String;

/**
 * Reads a text as a value of a shape and judges it: a plain value by its type's grammar, an object,
 * a list or a map from JSON, each value inside by its own type and rules.
 *
 * <p>Guarantee: nothing is thrown, whatever the text; a value that does not fit is null and has a
 * reason with its path; a member that the shape does not know is kept as an extra. Cost: one pass
 * over the text.
 */
final class ShapeReader implements Serializable {
  private static final long serialVersionUID = 1L;

  private final Shape shape;
  private final ValueReader plain;
  private final ValueJudge judge;
  private final List<ShapeReader> inner;
  private final Map<String, Integer> members = new HashMap<>();
  private final String mistyped;

  ShapeReader(Shape shape) {
    this.shape = shape;
    this.plain = shape.isNested() ? null : ValueReader.of(shape.type(), shape.format());
    this.judge = new ValueJudge(shape);
    this.inner = shape.inner().stream().map(ShapeReader::new).toList();
    if (shape.type() instanceof StructType) {
      for (int i = 0; i < inner.size(); i++) {
        members.put(shape.member(i), i);
      }
    }
    this.mistyped = "is not " + expected();
  }

  private String expected() {
    if (plain != null) {
      return plain.expected();
    }
    return shape.type() instanceof ArrayType ? "a list, as JSON" : "an object, as JSON";
  }

  /** Whether it reads an object, a list or a map. */
  boolean isNested() {
    return plain == null;
  }

  /**
   * The value of a field's text, judged by all rules but {@code required}.
   *
   * @param path the field's name
   */
  Object read(UTF8String text, String path, Findings findings) {
    if (plain != null) {
      return plainValue(text, path, findings);
    }
    byte[] json = text.getBytes();
    if (StrictJson.holdsHalfPair(json)) {
      findings.add(path, "type", "holds half of a surrogate pair");
      return null;
    }
    try (JsonParser parser = StrictJson.parser(json)) {
      parser.nextToken();
      Object value = nested(parser, json, path, findings);
      if (value != null && parser.nextToken() != null) {
        findings.add(path, "type", "text follows its JSON");
      }
      return value;
    } catch (IOException | StackOverflowError e) {
      // Jackson's message would quote the value, which may be protected.
      findings.add(path, "type", "is not valid JSON");
      return null;
    }
  }

  /** Adds the reason of a value that does not fit its type. */
  void misfit(String path, Findings findings) {
    findings.add(path, "type", mistyped);
  }

  /** Judges a value that has its type already. */
  void judge(Object value, String path, Findings findings) {
    judge.judge(value, path, findings);
  }

  /** The value that begins at a parser's token, judged; null for null and for what does not fit. */
  private Object inside(JsonParser parser, byte[] json, String path, Findings findings)
      throws IOException {
    if (parser.currentToken() == JsonToken.VALUE_NULL) {
      if (shape.isRequired()) {
        findings.add(path, "required", "must not be null");
      }
      return null;
    }
    if (plain == null) {
      return nested(parser, json, path, findings);
    }
    return plainValue(text(parser, json), path, findings);
  }

  private Object plainValue(UTF8String text, String path, Findings findings) {
    Object value = plain.read(text);
    if (value == null) {
      findings.add(path, "type", mistyped);
    }
    judge.judge(value, path, findings);
    return value;
  }

  private Object nested(JsonParser parser, byte[] json, String path, Findings findings)
      throws IOException {
    JsonToken begin =
        shape.type() instanceof ArrayType ? JsonToken.START_ARRAY : JsonToken.START_OBJECT;
    if (parser.currentToken() != begin) {
      parser.skipChildren();
      findings.add(path, "type", mistyped);
      return null;
    }
    if (shape.type() instanceof StructType) {
      return object(parser, json, path, findings);
    }
    return shape.type() instanceof ArrayType
        ? list(parser, json, path, findings)
        : map(parser, json, path, findings);
  }

  private Object object(JsonParser parser, byte[] json, String path, Findings findings)
      throws IOException {
    Object[] values = new Object[inner.size()];
    boolean[] isThere = new boolean[inner.size()];
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.getCurrentName();
      parser.nextToken();
      Integer place = members.get(name);
      if (place != null) {
        isThere[place] = true;
        values[place] = inner.get(place).inside(parser, json, path + "." + name, findings);
      } else if (parser.currentToken() != JsonToken.VALUE_NULL) {
        findings.addExtra(path + "." + name, text(parser, json));
      }
    }
    for (int i = 0; i < values.length; i++) {
      if (!isThere[i] && inner.get(i).shape.isRequired()) {
        findings.add(path + "." + shape.member(i), "required", "must not be null");
      }
    }
    return new NativeRow(values);
  }

  private Object list(JsonParser parser, byte[] json, String path, Findings findings)
      throws IOException {
    List<Object> items = new ArrayList<>();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      items.add(inner.get(0).inside(parser, json, path + "[" + items.size() + "]", findings));
    }
    judge.judgeCount(items.size(), "items", path, findings);
    return NativeRow.list(items);
  }

  private Object map(JsonParser parser, byte[] json, String path, Findings findings)
      throws IOException {
    List<Object> keys = new ArrayList<>();
    List<Object> values = new ArrayList<>();
    Set<Object> seen = new HashSet<>();
    ShapeReader key = inner.get(0);
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      // An entry is named by its place: its key is a value of the record.
      String place = path + "[" + keys.size() + "]";
      Object read = key.plain.read(UTF8String.fromString(parser.getCurrentName()));
      key.judge.judge(read, place, findings);
      if (read == null || !seen.add(read)) {
        findings.add(
            place, "type", read == null ? "its key " + key.mistyped : "its key stands twice");
      }
      parser.nextToken();
      keys.add(read);
      values.add(inner.get(1).inside(parser, json, place, findings));
    }
    return seen.size() == keys.size() ? NativeRow.map(keys, values) : null;
  }

  /** A value's text: a string without its quotes, a nested one as its JSON. */
  private static UTF8String text(JsonParser parser, byte[] json) throws IOException {
    if (parser.currentToken().isStructStart()) {
      int start = (int) parser.getTokenLocation().getByteOffset();
      parser.skipChildren();
      int end = (int) parser.getCurrentLocation().getByteOffset();
      return UTF8String.fromBytes(Arrays.copyOfRange(json, start, end));
    }
    return UTF8String.fromString(parser.getText());
  }
}
