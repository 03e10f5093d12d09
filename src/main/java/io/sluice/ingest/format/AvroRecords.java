package io.sluice.ingest.format;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.Serializable;
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
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.apache.avro.LogicalType;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.DateType;
import org.apache.spark.sql.types.StringType;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.types.TimestampType;
import org.apache.spark.unsafe.types.UTF8String;

/**
 * Takes Avro records apart into their top-level fields, each as text, by the schema that each was
 * written by.
 *
 * <p>A record is as Confluent's serializers write it: a zero byte, four bytes of its schema's
 * number, data. Texts are what a JSON arrival would have: numbers as written, dates and times in
 * ISO 8601, nested values as JSON, bytes in Base64. The contract is the reader's schema: a field it
 * does not name is unknown, one that the writer does not have is null.
 *
 * <p>Lengths that the data claims are held against the bytes that are there before anything is
 * allocated, and nesting is bounded: hostile data costs no more than its own size.
 */
public final class AvroRecords implements Serializable {
  private static final long serialVersionUID = 1L;
  private static final int PREFIX = 5;
  private static final int DEPTH = 100;
  private static final int VALUES = 1_000_000;
  private static final JsonFactory JSON = new JsonFactory();

  /**
   * A raw column that becomes a field as it stands.
   *
   * @param isNeeded whether a record without it is broken
   */
  public record Wanted(DataType type, boolean isNeeded) implements Serializable {}

  /** A record that cannot be used, told as a reason. */
  static final class BrokenException extends Exception {
    private static final long serialVersionUID = 1L;
    final String field;
    final String rule;

    BrokenException(String field, String rule, String message) {
      super(message, null, false, false);
      this.field = field;
      this.rule = rule;
    }
  }

  /** What takes a record's fields, null for Avro's null. */
  @FunctionalInterface
  interface Sink {
    void field(String name, UTF8String value);
  }

  private final Map<Integer, String> schemas;
  private final Map<String, Wanted> wanted;
  private transient Map<Integer, Object> writers;

  /**
   * @param schemas the writers' schemas by number
   * @param wanted by name, the raw columns that become fields as they stand
   */
  public AvroRecords(Map<Integer, String> schemas, Map<String, Wanted> wanted) {
    this.schemas = new HashMap<>(schemas);
    this.wanted = new HashMap<>(wanted);
  }

  /** Gives a record's fields in the writer's order. */
  void read(byte[] raw, Sink sink) throws BrokenException {
    if (raw.length < PREFIX) {
      throw broken("has " + raw.length + " bytes; Avro data begins with a zero byte and a number");
    }
    if (raw[0] != 0) {
      throw broken("begins with byte " + raw[0] + "; Avro data begins with a zero byte");
    }
    Schema writer = writer(ByteBuffer.wrap(raw, 1, 4).getInt());
    Reading reading = new Reading(raw);
    try {
      for (Schema.Field field : writer.getFields()) {
        sink.field(field.name(), reading.text(field.schema()));
      }
      if (!reading.decoder.isEnd()) {
        throw broken("bytes follow its Avro data");
      }
    } catch (EOFException e) {
      throw broken("its Avro data is cut off");
    } catch (IOException | RuntimeException e) {
      // Avro tells bad data by exceptions of many kinds; their messages may quote the record, which
      // may hold protected values.
      throw broken("its Avro data does not fit its schema");
    }
  }

  private static BrokenException broken(String message) {
    return new BrokenException("", "record", message);
  }

  /** The schema of a number, if the contract can be read from it. */
  private Schema writer(int id) throws BrokenException {
    if (writers == null) {
      writers = new HashMap<>();
    }
    Object known = writers.get(id);
    if (known == null) {
      try {
        known = checked(id);
      } catch (BrokenException e) {
        known = e;
      }
      // Numbers are the sender's: made-up ones must not fill the memory.
      if (schemas.containsKey(id)) {
        writers.put(id, known);
      }
    }
    if (known instanceof BrokenException broken) {
      throw broken;
    }
    return (Schema) known;
  }

  private Schema checked(int id) throws BrokenException {
    String text = schemas.get(id);
    if (text == null) {
      throw broken("the registry has no Avro schema " + Integer.toUnsignedString(id));
    }
    Schema schema = new Schema.Parser().parse(text);
    if (schema.getType() != Schema.Type.RECORD) {
      throw broken("schema " + id + " is no record");
    }
    for (Map.Entry<String, Wanted> entry : wanted.entrySet()) {
      String name = entry.getKey();
      Schema.Field field = schema.getField(name);
      DataType type = entry.getValue().type;
      if (field == null) {
        if (entry.getValue().isNeeded) {
          throw new BrokenException(name, "missing", "schema " + id + " has no field " + name);
        }
      } else if (!fits(field.schema(), type)) {
        throw new BrokenException(
            name,
            "type",
            "schema " + id + " has " + named(field.schema()) + " where " + type.sql() + " is read");
      }
    }
    return schema;
  }

  private static String named(Schema schema) {
    LogicalType logical = schema.getLogicalType();
    return logical == null
        ? schema.isUnion()
            ? schema.getTypes().stream().map(AvroRecords::named).toList().toString()
            : schema.getType().getName()
        : logical.getName();
  }

  /** Whether values of a writer's type can become values of a field's. */
  private static boolean fits(Schema schema, DataType type) {
    if (schema.isUnion()) {
      return schema.getTypes().stream().allMatch(branch -> fits(branch, type));
    }
    Schema.Type from = schema.getType();
    if (from == Schema.Type.NULL || from == Schema.Type.STRING || type instanceof StringType) {
      return true;
    }
    if (type instanceof StructType) {
      return from == Schema.Type.RECORD || from == Schema.Type.MAP;
    }
    if (type instanceof ArrayType) {
      return from == Schema.Type.ARRAY;
    }
    String logical = schema.getLogicalType() == null ? "" : schema.getLogicalType().getName();
    if (type instanceof DateType || type instanceof TimestampType) {
      return logical.equals("date") || logical.contains("timestamp");
    }
    if (type.equals(DataTypes.BooleanType)) {
      return from == Schema.Type.BOOLEAN;
    }
    if (!logical.isEmpty()) {
      return logical.equals("decimal") && isFraction(type);
    }
    boolean whole = from == Schema.Type.INT || from == Schema.Type.LONG;
    return whole || (isFraction(type) && (from == Schema.Type.FLOAT || from == Schema.Type.DOUBLE));
  }

  private static boolean isFraction(DataType type) {
    String name = type.typeName().toLowerCase(Locale.ROOT);
    return name.startsWith("decimal") || Set.of("double", "float").contains(name);
  }

  /** The data of one record. */
  private static final class Reading {
    private final byte[] raw;
    private final BinaryDecoder decoder;
    private int values;

    Reading(byte[] raw) {
      this.raw = raw;
      this.decoder = DecoderFactory.get().binaryDecoder(raw, PREFIX, raw.length - PREFIX, null);
    }

    /** The next value as text. */
    UTF8String text(Schema schema) throws IOException, BrokenException {
      switch (schema.getType()) {
        case UNION:
          return text(branch(schema));
        case NULL:
          return null;
        case STRING:
          return UTF8String.fromBytes(utf8());
        case RECORD:
        case ARRAY:
        case MAP:
          ByteArrayOutputStream json = new ByteArrayOutputStream();
          try (JsonGenerator generator = JSON.createGenerator(json)) {
            write(schema, generator, 0);
          }
          return UTF8String.fromBytes(json.toByteArray());
        default:
          return UTF8String.fromString(plain(schema));
      }
    }

    private Schema branch(Schema union) throws IOException, BrokenException {
      int index = decoder.readIndex();
      if (index < 0 || index >= union.getTypes().size()) {
        throw broken("its Avro data does not fit its schema");
      }
      return union.getTypes().get(index);
    }

    /** A value that is neither text nor nested. */
    private String plain(Schema schema) throws IOException, BrokenException {
      LogicalType logical = schema.getLogicalType();
      String name = logical == null ? "" : logical.getName();
      switch (schema.getType()) {
        case BOOLEAN:
          return String.valueOf(decoder.readBoolean());
        case INT:
          int number = decoder.readInt();
          return switch (name) {
            case "date" -> LocalDate.ofEpochDay(number).toString();
            case "time-millis" -> LocalTime.ofNanoOfDay(number * 1_000_000L).toString();
            default -> String.valueOf(number);
          };
        case LONG:
          return wide(decoder.readLong(), name);
        case FLOAT:
          return String.valueOf(decoder.readFloat());
        case DOUBLE:
          return String.valueOf(decoder.readDouble());
        case ENUM:
          int symbol = decoder.readEnum();
          if (symbol < 0 || symbol >= schema.getEnumSymbols().size()) {
            throw broken("its Avro data does not fit its schema");
          }
          return schema.getEnumSymbols().get(symbol);
        case FIXED:
          return bytes(logical, bytes(schema.getFixedSize()));
        case BYTES:
          return bytes(logical, bytes(decoder.readLong()));
        default:
          throw new IllegalStateException("nested: " + schema.getType());
      }
    }

    private static String wide(long number, String logical) {
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
        case "time-micros" -> LocalTime.ofNanoOfDay(Math.multiplyExact(number, 1000L)).toString();
        default -> String.valueOf(number);
      };
    }

    private static String bytes(LogicalType logical, byte[] bytes) throws BrokenException {
      if (!(logical instanceof LogicalTypes.Decimal decimal)) {
        return Base64.getEncoder().encodeToString(bytes);
      }
      if (bytes.length == 0) {
        throw broken("its Avro data does not fit its schema");
      }
      return new BigDecimal(new BigInteger(bytes), decimal.getScale()).toPlainString();
    }

    private byte[] utf8() throws IOException, BrokenException {
      byte[] bytes = bytes(decoder.readLong());
      try {
        StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
      } catch (CharacterCodingException e) {
        throw broken("a text in it is not valid UTF-8");
      }
      return bytes;
    }

    private byte[] bytes(long length) throws IOException, BrokenException {
      if (length < 0 || length > raw.length) {
        throw broken("its Avro data is cut off");
      }
      byte[] bytes = new byte[(int) length];
      decoder.readFixed(bytes);
      return bytes;
    }

    /** The next value as JSON. */
    private void write(Schema schema, JsonGenerator json, int depth)
        throws IOException, BrokenException {
      if (depth > DEPTH || ++values > VALUES) {
        throw broken("nests deeper than " + DEPTH + " or holds more than " + VALUES + " values");
      }
      switch (schema.getType()) {
        case UNION -> write(branch(schema), json, depth);
        case NULL -> json.writeNull();
        case STRING -> {
          byte[] text = utf8();
          json.writeUTF8String(text, 0, text.length);
        }
        case RECORD -> {
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
          boolean isNumber =
              schema.getLogicalType() == null
                  ? schema.getType() != Schema.Type.ENUM
                      && schema.getType() != Schema.Type.BYTES
                      && schema.getType() != Schema.Type.FIXED
                      && !text.contains("N")
                      && !text.contains("I")
                  : schema.getLogicalType() instanceof LogicalTypes.Decimal;
          if (isNumber) {
            json.writeNumber(text);
          } else {
            json.writeString(text);
          }
        }
      }
    }
  }
}
