package io.sluice.ingest.format.protobuf;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.sluice.ingest.format.BrokenRecordException;
import io.sluice.ingest.format.protobuf.MessageReader.Node;
import io.sluice.ingest.format.protobuf.MessageType.Field;
import io.sluice.ingest.format.protobuf.MessageType.Presence;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.apache.spark.unsafe.types.UTF8String;

/**
 * Writes a record's decoded fields as the texts that a JSON arrival would have: numbers by their
 * digits, nested values as JSON with all their fields, bytes in Base64, instants in ISO 8601.
 */
final class ValueText {
  private static final JsonFactory JSON = new JsonFactory();
  private static final long FIRST_SECOND = Instant.parse("0001-01-01T00:00:00Z").getEpochSecond();
  private static final long LAST_SECOND = Instant.parse("9999-12-31T23:59:59Z").getEpochSecond();
  private static final long MOST_SECONDS = 315_576_000_000L;
  private static final int MOST_NANOS = 999_999_999;
  private static final int NANO_DIGITS = 9;

  /** Up to here a double has all whole numbers. */
  private static final double WHOLE = 1L << 53;

  private boolean isText;

  /** Whether the value given last is text, and no number, truth value or nested value. */
  boolean isText() {
    return isText;
  }

  /** The value of a field as text; null for none. */
  UTF8String text(Field field, Node node) throws BrokenRecordException {
    isText = false;
    Object value = shown(field, node);
    if (value == null) {
      return null;
    }
    if (field.isRepeated()) {
      return json(field, value);
    }
    return one(field, value);
  }

  private UTF8String one(Field field, Object value) throws BrokenRecordException {
    if (!field.kind().isMessage()) {
      isText = field.kind() == Kind.STRING || isNamed(field, value);
      return field.kind() == Kind.STRING
          ? UTF8String.fromBytes((byte[]) value)
          : UTF8String.fromString(plain(field, value));
    }
    Node node = (Node) value;
    return switch (meaning(node)) {
      case TIMESTAMP -> UTF8String.fromString(instant(node));
      case DURATION -> UTF8String.fromString(seconds(node));
      case WRAPPER -> text(node.type().fields().get(0), node);
      case VALUE -> {
        Field kind = kind(node);
        yield switch (kind.name()) {
          case "null_value" -> null;
          case "number_value" -> UTF8String.fromString(number((Double) node.get(kind)));
          default -> one(kind, node.get(kind));
        };
      }
      case NONE, STRUCT, LIST -> json(field, value);
    };
  }

  /** What stands for a field: its value, what its absence means, or null. */
  private static Object shown(Field field, Node node) throws BrokenRecordException {
    Object value = node.get(field);
    if (value != null) {
      return value;
    }
    if (field.presence() == Presence.REQUIRED) {
      throw BrokenRecordException.whole(
          "its Protobuf data lacks field " + field.name() + ", which its schema requires");
    }
    if (field.isRepeated()) {
      return field.isMap() ? Map.of() : List.of();
    }
    return field.presence() == Presence.IMPLICIT ? MessageReader.valueOrDefault(field, node) : null;
  }

  private static boolean isNamed(Field field, Object value) {
    return field.kind() == Kind.ENUM && field.names().containsKey(((Long) value).intValue());
  }

  /** A value that is neither text nor message. */
  private static String plain(Field field, Object value) {
    return switch (field.kind()) {
      case UINT64, FIXED64 -> Long.toUnsignedString((Long) value);
      case BYTES -> Base64.getEncoder().encodeToString((byte[]) value);
      case ENUM ->
          isNamed(field, value) ? field.names().get(((Long) value).intValue()) : value.toString();
      default -> value.toString();
    };
  }

  private static WellKnown meaning(Node node) throws BrokenRecordException {
    WellKnown meaning = node.type().meaning();
    if (meaning != WellKnown.NONE && !node.unknown().isEmpty()) {
      throw BrokenRecordException.whole("a " + node.type().name() + " in it has an unknown field");
    }
    return meaning;
  }

  private static String instant(Node timestamp) throws BrokenRecordException {
    long seconds = whole(timestamp, 0);
    long nanos = whole(timestamp, 1);
    if (seconds < FIRST_SECOND || seconds > LAST_SECOND || nanos < 0 || nanos > MOST_NANOS) {
      throw BrokenRecordException.whole("a google.protobuf.Timestamp in it is out of its range");
    }
    return Instant.ofEpochSecond(seconds, nanos).toString();
  }

  private static String seconds(Node duration) throws BrokenRecordException {
    long seconds = whole(duration, 0);
    long nanos = whole(duration, 1);
    boolean isMixed = (seconds < 0 && nanos > 0) || (seconds > 0 && nanos < 0);
    if (Math.abs(seconds) > MOST_SECONDS
        || seconds == Long.MIN_VALUE
        || Math.abs(nanos) > MOST_NANOS
        || isMixed) {
      throw BrokenRecordException.whole("a google.protobuf.Duration in it is out of its range");
    }
    BigDecimal exact = BigDecimal.valueOf(seconds).add(BigDecimal.valueOf(nanos, NANO_DIGITS));
    return exact.stripTrailingZeros().toPlainString();
  }

  private static long whole(Node node, int place) {
    return (Long) MessageReader.valueOrDefault(node.type().fields().get(place), node);
  }

  /** The field that is set of a google.protobuf.Value. */
  private static Field kind(Node value) throws BrokenRecordException {
    for (Field field : value.type().fields()) {
      if (value.get(field) != null) {
        return field;
      }
    }
    throw BrokenRecordException.whole("a google.protobuf.Value in it has no value");
  }

  /** A number of JSON, which tells 5 from 5.0 as little as Protobuf does there. */
  private static String number(double value) {
    boolean isWhole = value == Math.rint(value) && Math.abs(value) < WHOLE;
    boolean isNegativeZero = value == 0 && 1 / value < 0;
    return isWhole && !isNegativeZero ? Long.toString((long) value) : Double.toString(value);
  }

  private UTF8String json(Field field, Object value) throws BrokenRecordException {
    ByteArrayOutputStream json = new ByteArrayOutputStream();
    try (JsonGenerator generator = JSON.createGenerator(json)) {
      if (field.isRepeated()) {
        writeAll(field, value, generator);
      } else {
        write(field, value, generator);
      }
    } catch (IOException e) {
      // Nothing is written but to memory.
      throw new UncheckedIOException(e);
    }
    return UTF8String.fromBytes(json.toByteArray());
  }

  private void writeAll(Field field, Object value, JsonGenerator json)
      throws IOException, BrokenRecordException {
    if (field.isMap()) {
      json.writeStartObject();
      for (Map.Entry<?, ?> entry : ((Map<?, ?>) value).entrySet()) {
        json.writeFieldName(
            entry.getKey() instanceof String text ? text : plain(field.key(), entry.getKey()));
        write(field.value(), entry.getValue(), json);
      }
      json.writeEndObject();
      return;
    }
    json.writeStartArray();
    for (Object one : (List<?>) value) {
      write(field, one, json);
    }
    json.writeEndArray();
  }

  private void write(Field field, Object value, JsonGenerator json)
      throws IOException, BrokenRecordException {
    switch (field.kind()) {
      case MESSAGE, GROUP -> write((Node) value, json);
      case BOOL -> json.writeBoolean((Boolean) value);
      case STRING -> {
        byte[] text = (byte[]) value;
        json.writeUTF8String(text, 0, text.length);
      }
      case BYTES -> json.writeString(plain(field, value));
      case DOUBLE, FLOAT -> writeReal(value.toString(), (Double) value, json);
      default -> {
        if (isNamed(field, value)) {
          json.writeString(plain(field, value));
        } else {
          json.writeNumber(plain(field, value));
        }
      }
    }
  }

  /** JSON has no numbers for what is not finite. */
  private static void writeReal(String text, double value, JsonGenerator json) throws IOException {
    if (Double.isFinite(value)) {
      json.writeNumber(text);
    } else {
      json.writeString(text);
    }
  }

  private void write(Node node, JsonGenerator json) throws IOException, BrokenRecordException {
    switch (meaning(node)) {
      case TIMESTAMP -> json.writeString(instant(node));
      case DURATION -> json.writeNumber(seconds(node));
      case WRAPPER, STRUCT, LIST -> writeShown(node.type().fields().get(0), node, json);
      case VALUE -> {
        Field kind = kind(node);
        switch (kind.name()) {
          case "null_value" -> json.writeNull();
          case "number_value" -> {
            double value = (Double) node.get(kind);
            writeReal(number(value), value, json);
          }
          default -> write(kind, node.get(kind), json);
        }
      }
      case NONE -> {
        json.writeStartObject();
        for (Field field : node.type().fields()) {
          json.writeFieldName(field.name());
          writeShown(field, node, json);
        }
        for (Map.Entry<Integer, ByteArrayOutputStream> unknown : node.unknown().entrySet()) {
          json.writeFieldName(unknownName(node.type(), unknown.getKey()));
          json.writeString(Base64.getEncoder().encodeToString(unknown.getValue().toByteArray()));
        }
        json.writeEndObject();
      }
    }
  }

  private void writeShown(Field field, Node node, JsonGenerator json)
      throws IOException, BrokenRecordException {
    Object value = shown(field, node);
    if (value == null) {
      json.writeNull();
    } else if (field.isRepeated()) {
      writeAll(field, value, json);
    } else {
      write(field, value, json);
    }
  }

  /** What a field is called of which only the number is known. */
  static String unknownName(MessageType type, int number) {
    String name = "_field_" + number;
    while (type.field(name) != null) {
      name = "_" + name;
    }
    return name;
  }
}
