package io.sluice.ingest.format;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import org.apache.avro.LogicalType;
import org.apache.avro.Schema;
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
final class AvroRecords implements FieldReader {
  private static final int PREFIX = AvroFormat.PREFIX;

  private final Map<Integer, String> schemas;
  private final Map<String, WantedFields.Plain> plain;
  private final Map<Integer, Object> writers = new HashMap<>();

  /**
   * @param schemas the writers' schemas by number
   * @param plain by name, the raw columns that become fields as they stand
   */
  AvroRecords(Map<Integer, String> schemas, Map<String, WantedFields.Plain> plain) {
    this.schemas = new HashMap<>(schemas);
    this.plain = new HashMap<>(plain);
  }

  @Override
  public void read(byte[] record, UTF8String header, FieldSink sink) throws BrokenRecordException {
    read(record, sink::put, sink::putQuoted);
  }

  /**
   * Gives a record's fields in the writer's order, null for Avro's null.
   *
   * @param texts takes those that are text to Avro too
   */
  void read(byte[] raw, BiConsumer<String, UTF8String> sink, BiConsumer<String, UTF8String> texts)
      throws BrokenRecordException {
    if (raw.length < PREFIX) {
      throw BrokenRecordException.whole(
          "has " + raw.length + " bytes; Avro data begins with a zero byte and a number");
    }
    if (raw[0] != 0) {
      throw BrokenRecordException.whole(
          "begins with byte " + raw[0] + "; Avro data begins with a zero byte");
    }
    Schema writer = writer(ByteBuffer.wrap(raw, 1, 4).getInt());
    AvroDatum datum = new AvroDatum(raw);
    try {
      for (Schema.Field field : writer.getFields()) {
        UTF8String value = datum.text(field.schema());
        (datum.isText() ? texts : sink).accept(field.name(), value);
      }
      if (!datum.isEnd()) {
        throw BrokenRecordException.whole("bytes follow its Avro data");
      }
    } catch (EOFException e) {
      throw BrokenRecordException.whole("its Avro data is cut off");
    } catch (IOException | RuntimeException e) {
      // Avro tells bad data by exceptions of many kinds; their messages may quote the record, which
      // may hold protected values.
      throw BrokenRecordException.whole("its Avro data does not fit its schema");
    }
  }

  /** The schema of a number, if the contract can be read from it. */
  private Schema writer(int id) throws BrokenRecordException {
    Object known = writers.get(id);
    if (known == null) {
      try {
        known = checked(id);
      } catch (BrokenRecordException e) {
        known = e;
      }
      // Numbers are the sender's: made-up ones must not fill the memory.
      if (schemas.containsKey(id)) {
        writers.put(id, known);
      }
    }
    if (known instanceof BrokenRecordException broken) {
      throw broken;
    }
    return (Schema) known;
  }

  private Schema checked(int id) throws BrokenRecordException {
    String text = schemas.get(id);
    if (text == null) {
      throw BrokenRecordException.whole(
          "the registry has no Avro schema " + Integer.toUnsignedString(id));
    }
    Schema schema;
    try {
      schema = new Schema.Parser().parse(text);
    } catch (RuntimeException | StackOverflowError e) {
      throw BrokenRecordException.whole("schema " + id + " is no Avro schema");
    }
    if (schema.getType() != Schema.Type.RECORD) {
      throw BrokenRecordException.whole("schema " + id + " is no record");
    }
    requireFields(schema, id);
    requireTypes(schema, id);
    return schema;
  }

  private void requireFields(Schema schema, int id) throws BrokenRecordException {
    List<String> missing =
        plain.keySet().stream()
            .filter(name -> plain.get(name).isNeeded() && schema.getField(name) == null)
            .sorted()
            .toList();
    if (!missing.isEmpty()) {
      throw new BrokenRecordException(
          one(missing), "missing", "schema " + id + " has no field " + String.join(", ", missing));
    }
  }

  private void requireTypes(Schema schema, int id) throws BrokenRecordException {
    List<String> misfits =
        plain.keySet().stream()
            .filter(name -> schema.getField(name) != null)
            .filter(name -> !fits(schema.getField(name).schema(), plain.get(name).type()))
            .sorted()
            .toList();
    if (!misfits.isEmpty()) {
      throw new BrokenRecordException(
          one(misfits),
          "type",
          "schema "
              + id
              + " has "
              + misfits.stream()
                  .map(
                      name ->
                          (misfits.size() == 1 ? "" : name + " as ")
                              + named(schema.getField(name).schema())
                              + " where "
                              + plain.get(name).type().sql()
                              + " is read")
                  .collect(Collectors.joining(", ")));
    }
  }

  /** The only one of some fields; no name for several. */
  private static String one(List<String> fields) {
    return fields.size() == 1 ? fields.get(0) : "";
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
}
