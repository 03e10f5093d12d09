package io.sluice.ingest.format;

import java.io.EOFException;
import java.io.IOException;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.apache.avro.Schema;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.DateType;
import org.apache.spark.sql.types.MapType;
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
  private final Map<String, WantedFields.Plain> plain;
  private final Function<Schema, Optional<Schema>> rows;
  private final ByWriter<Schema> writers;
  private final Map<Schema, String> meanings = new IdentityHashMap<>();

  /**
   * @param schemas the writers' schemas by number
   * @param plain by name, the raw columns that become fields as they stand
   */
  AvroRecords(Map<Integer, String> schemas, Map<String, WantedFields.Plain> plain) {
    this(schemas, plain, Optional::of);
  }

  /**
   * @param schemas the writers' schemas by number
   * @param plain by name, the raw columns of a row that become fields as they stand
   * @param rows where a row stands in records of a schema; empty if they hold none
   */
  AvroRecords(
      Map<Integer, String> schemas,
      Map<String, WantedFields.Plain> plain,
      Function<Schema, Optional<Schema>> rows) {
    this.plain = new HashMap<>(plain);
    this.rows = rows;
    this.writers = new ByWriter<>(schemas, "Avro", this::checked);
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
    decode(
        raw,
        (writer, datum) -> {
          for (Schema.Field field : writer.getFields()) {
            UTF8String value = datum.text(field.schema());
            (datum.isText() ? texts : sink).accept(field.name(), value);
          }
        });
  }

  /** A whole record as a JSON object. */
  UTF8String json(byte[] raw) throws BrokenRecordException {
    UTF8String[] json = new UTF8String[1];
    decode(raw, (writer, datum) -> json[0] = datum.json(writer));
    return json[0];
  }

  /** Reads a record's data to its end. */
  @FunctionalInterface
  private interface Decoding {
    void read(Schema writer, AvroDatum datum) throws IOException, BrokenRecordException;
  }

  private void decode(byte[] raw, Decoding decoding) throws BrokenRecordException {
    Schema writer = writers.get(RegistryFrame.schemaNumber(raw, "Avro"));
    AvroDatum datum = new AvroDatum(raw, meanings);
    try {
      decoding.read(writer, datum);
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
  private Schema checked(int id, String text) throws BrokenRecordException {
    Schema schema;
    try {
      schema = new Schema.Parser().parse(text);
    } catch (RuntimeException | StackOverflowError e) {
      throw BrokenRecordException.whole("schema " + id + " is no Avro schema");
    }
    if (schema.getType() != Schema.Type.RECORD) {
      throw BrokenRecordException.whole("schema " + id + " is no record");
    }
    Optional<Schema> row = rows.apply(schema);
    if (row.isPresent()) {
      Schema of = row.get();
      new WriterFields<Schema>(
              name -> of.getField(name) == null ? null : of.getField(name).schema(),
              AvroRecords::fits,
              AvroRecords::named)
          .check(id, plain);
    }
    return schema;
  }

  private static String named(Schema schema) {
    if (schema.isUnion()) {
      return schema.getTypes().stream().map(AvroRecords::named).toList().toString();
    }
    String meaning = AvroMeaning.of(schema);
    return meaning.isEmpty() ? schema.getType().getName() : meaning;
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
    if (type instanceof StructType || type instanceof MapType) {
      return from == Schema.Type.RECORD || from == Schema.Type.MAP;
    }
    if (type instanceof ArrayType) {
      return from == Schema.Type.ARRAY;
    }
    String logical = AvroMeaning.of(schema);
    if (type instanceof DateType || type instanceof TimestampType) {
      return logical.equals("date") || logical.contains("timestamp");
    }
    if (type.equals(DataTypes.BooleanType)) {
      return from == Schema.Type.BOOLEAN;
    }
    if (!logical.isEmpty()) {
      return logical.equals("decimal") && WriterFields.isFraction(type);
    }
    boolean whole = from == Schema.Type.INT || from == Schema.Type.LONG;
    return whole
        || (WriterFields.isFraction(type)
            && (from == Schema.Type.FLOAT || from == Schema.Type.DOUBLE));
  }
}
