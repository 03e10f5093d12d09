package io.sluice.ingest.format;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.spark.unsafe.types.UTF8String;

/**
 * Decodes the data of one Avro record into texts, value by value. Lengths that the data claims are
 * held against the bytes that are there, and nesting is bounded.
 */
final class AvroDatum {
  private static final int DEPTH = 100;
  private static final long NANOS_OF_DAY = 86_400_000_000_000L;
  private static final int VALUES = 1_000_000;

  /** A decimal of more digits, before or behind its point, is refused: each costs more. */
  private static final int DIGITS = 1_000;

  private static final int DECIMAL_BYTES = 416;
  private static final JsonFactory JSON = new JsonFactory();

  private final byte[] raw;
  private final Map<Schema, String> meanings;
  private final BinaryDecoder decoder;
  private int values;
  private boolean isText;

  /**
   * @param meanings keeps what values of a schema mean from one record to the next; by identity
   */
  AvroDatum(byte[] raw, Map<Schema, String> meanings) {
    this.raw = raw;
    this.meanings = meanings;
    this.decoder =
        DecoderFactory.get()
            .binaryDecoder(raw, RegistryFrame.LENGTH, raw.length - RegistryFrame.LENGTH, null);
  }

  private String meaning(Schema schema) {
    return meanings.computeIfAbsent(schema, AvroMeaning::of);
  }

  /** Whether nothing is left of it. */
  boolean isEnd() throws IOException {
    return decoder.isEnd();
  }

  /** Whether the value given last is text, and no number, truth value or nested value. */
  boolean isText() {
    return isText;
  }

  /** The next value as text; null for Avro's null. */
  UTF8String text(Schema schema) throws IOException, BrokenRecordException {
    isText = schema.getType() == Schema.Type.STRING || schema.getType() == Schema.Type.ENUM;
    switch (schema.getType()) {
      case UNION:
        return text(branch(schema));
      case NULL:
        return null;
      case STRING:
        return UTF8String.fromBytes(utf8());
      case RECORD:
        if (meaning(schema).equals(AvroMeaning.DECIMAL)) {
          return UTF8String.fromString(variableScale(schema));
        }
        return json(schema);
      case ARRAY:
      case MAP:
        return json(schema);
      default:
        return UTF8String.fromString(plain(schema));
    }
  }

  /** The next value, a nested one, as JSON. */
  UTF8String json(Schema schema) throws IOException, BrokenRecordException {
    ByteArrayOutputStream json = new ByteArrayOutputStream();
    try (JsonGenerator generator = JSON.createGenerator(json)) {
      write(schema, generator, 0);
    }
    return UTF8String.fromBytes(json.toByteArray());
  }

  private Schema branch(Schema union) throws IOException, BrokenRecordException {
    int index = decoder.readIndex();
    if (index < 0 || index >= union.getTypes().size()) {
      throw BrokenRecordException.whole("its Avro data does not fit its schema");
    }
    return union.getTypes().get(index);
  }

  /** A value that is neither text nor nested. */
  private String plain(Schema schema) throws IOException, BrokenRecordException {
    switch (schema.getType()) {
      case BOOLEAN:
        return String.valueOf(decoder.readBoolean());
      case INT:
        int number = decoder.readInt();
        return switch (meaning(schema)) {
          case "date" -> LocalDate.ofEpochDay(number).toString();
          case "time-millis" -> time(number, 1_000_000L);
          default -> String.valueOf(number);
        };
      case LONG:
        return wide(decoder.readLong(), meaning(schema));
      case FLOAT:
        return String.valueOf(decoder.readFloat());
      case DOUBLE:
        return String.valueOf(decoder.readDouble());
      case ENUM:
        int symbol = decoder.readEnum();
        if (symbol < 0 || symbol >= schema.getEnumSymbols().size()) {
          throw BrokenRecordException.whole("its Avro data does not fit its schema");
        }
        return schema.getEnumSymbols().get(symbol);
      case FIXED:
        return bytes(schema, bytes(schema.getFixedSize()));
      case BYTES:
        return bytes(schema, bytes(decoder.readLong()));
      default:
        throw new IllegalStateException("nested: " + schema.getType());
    }
  }

  private static String wide(long number, String logical) throws BrokenRecordException {
    return switch (logical) {
      case "timestamp-millis" -> Instant.ofEpochMilli(number).toString();
      case "timestamp-micros" -> Instant.EPOCH.plus(number, ChronoUnit.MICROS).toString();
      case "local-timestamp-millis" ->
          Instant.ofEpochMilli(number).atOffset(ZoneOffset.UTC).toLocalDateTime().toString();
      case "local-timestamp-micros" ->
          Instant.EPOCH
              .plus(number, ChronoUnit.MICROS)
              .atOffset(ZoneOffset.UTC)
              .toLocalDateTime()
              .toString();
      case "local-timestamp-nanos" ->
          Instant.EPOCH
              .plus(number, ChronoUnit.NANOS)
              .atOffset(ZoneOffset.UTC)
              .toLocalDateTime()
              .toString();
      case "time-micros" -> time(number, 1_000L);
      default -> String.valueOf(number);
    };
  }

  /** A time of day, counted in so many nanoseconds. */
  private static String time(long number, long nanos) throws BrokenRecordException {
    if (number < 0 || number >= NANOS_OF_DAY / nanos) {
      throw BrokenRecordException.whole("a time of day in its Avro data is outside of a day");
    }
    return LocalTime.ofNanoOfDay(number * nanos).toString();
  }

  private String bytes(Schema schema, byte[] bytes) throws BrokenRecordException {
    return meaning(schema).equals(AvroMeaning.DECIMAL)
        ? decimal(bytes, AvroMeaning.scale(schema))
        : Base64.getEncoder().encodeToString(bytes);
  }

  private static String decimal(byte[] unscaled, int scale) throws BrokenRecordException {
    if (unscaled.length == 0) {
      throw BrokenRecordException.whole("its Avro data does not fit its schema");
    }
    if (unscaled.length > DECIMAL_BYTES || scale > DIGITS || scale < -DIGITS) {
      throw BrokenRecordException.whole(
          "a decimal in its Avro data has more than " + DIGITS + " digits");
    }
    return new BigDecimal(new BigInteger(unscaled), scale).toPlainString();
  }

  /** A decimal that brings its scale along. */
  private String variableScale(Schema schema) throws IOException, BrokenRecordException {
    int scale = 0;
    byte[] unscaled = {};
    for (Schema.Field field : schema.getFields()) {
      if (field.name().equals("scale")) {
        scale = decoder.readInt();
      } else {
        unscaled = bytes(decoder.readLong());
      }
    }
    return decimal(unscaled, scale);
  }

  private byte[] utf8() throws IOException, BrokenRecordException {
    byte[] bytes = bytes(decoder.readLong());
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
    } catch (CharacterCodingException e) {
      throw BrokenRecordException.whole("a text in it is not valid UTF-8");
    }
    return bytes;
  }

  private byte[] bytes(long length) throws IOException, BrokenRecordException {
    if (length < 0 || length > raw.length) {
      throw BrokenRecordException.whole("its Avro data is cut off");
    }
    byte[] bytes = new byte[(int) length];
    decoder.readFixed(bytes);
    return bytes;
  }

  /** The next value as JSON. */
  private void write(Schema schema, JsonGenerator json, int depth)
      throws IOException, BrokenRecordException {
    if (depth > DEPTH || ++values > VALUES) {
      throw BrokenRecordException.whole(
          "nests deeper than " + DEPTH + " or holds more than " + VALUES + " values");
    }
    switch (schema.getType()) {
      case UNION -> write(branch(schema), json, depth);
      case NULL -> json.writeNull();
      case STRING -> {
        byte[] text = utf8();
        json.writeUTF8String(text, 0, text.length);
      }
      case RECORD -> {
        if (meaning(schema).equals(AvroMeaning.DECIMAL)) {
          json.writeNumber(variableScale(schema));
          return;
        }
        json.writeStartObject();
        for (Schema.Field field : schema.getFields()) {
          json.writeFieldName(field.name());
          write(field.schema(), json, depth + 1);
        }
        json.writeEndObject();
      }
      case ARRAY -> {
        json.writeStartArray();
        for (long left = decoder.readArrayStart(); left != 0; left = decoder.arrayNext()) {
          for (long i = 0; i < left; i++) {
            write(schema.getElementType(), json, depth + 1);
          }
        }
        json.writeEndArray();
      }
      case MAP -> {
        json.writeStartObject();
        for (long left = decoder.readMapStart(); left != 0; left = decoder.mapNext()) {
          for (long i = 0; i < left; i++) {
            json.writeFieldName(new String(utf8(), StandardCharsets.UTF_8));
            write(schema.getValueType(), json, depth + 1);
          }
        }
        json.writeEndObject();
      }
      case BOOLEAN -> json.writeBoolean(decoder.readBoolean());
      default -> {
        String text = plain(schema);
        String meaning = meaning(schema);
        boolean isNumber =
            meaning.isEmpty()
                ? schema.getType() != Schema.Type.ENUM
                    && schema.getType() != Schema.Type.BYTES
                    && schema.getType() != Schema.Type.FIXED
                    && !text.contains("N")
                    && !text.contains("I")
                : meaning.equals(AvroMeaning.DECIMAL);
        if (isNumber) {
          json.writeNumber(text);
        } else {
          json.writeString(text);
        }
      }
    }
  }
}
