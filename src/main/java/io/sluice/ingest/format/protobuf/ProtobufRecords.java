package io.sluice.ingest.format.protobuf;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sluice.ingest.format.BrokenRecordException;
import io.sluice.ingest.format.ByWriter;
import io.sluice.ingest.format.FieldReader;
import io.sluice.ingest.format.FieldSink;
import io.sluice.ingest.format.RegistryFrame;
import io.sluice.ingest.format.WantedFields;
import io.sluice.ingest.format.WriterFields;
import io.sluice.ingest.format.protobuf.MessageReader.Node;
import io.sluice.ingest.format.protobuf.MessageType.Field;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.BooleanType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DateType;
import org.apache.spark.sql.types.MapType;
import org.apache.spark.sql.types.StringType;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.types.TimestampType;
import org.apache.spark.unsafe.types.UTF8String;

/**
 * Takes Protobuf records apart into their top-level fields, each as text, by the schema that each
 * was written by.
 *
 * <p>A record is as Confluent's serializers write it: a zero byte, four bytes of its schema's
 * number, the indexes of its message in the schema, data. The contract is the reader's schema: a
 * field it does not name is unknown, one that the writer does not have is null. Fields that the
 * writer's schema does not have either are given as {@code _field_N}, the bytes that they stand in
 * in Base64.
 *
 * <p>Cost: a schema is read once, records by their size; hostile ones cost no more than that.
 */
public final class ProtobufRecords implements FieldReader {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int MOST_INDEXES = 100;
  private static final List<Integer> FIRST = List.of(0);

  private final Map<String, WantedFields.Plain> plain;
  private final ByWriter<Writer> writers;

  /**
   * @param schemas the writers' schemas by number: what the registry answers, with the schemas that
   *     it refers to written into it
   * @param plain by name, the raw columns that become fields as they stand
   */
  public ProtobufRecords(Map<Integer, String> schemas, Map<String, WantedFields.Plain> plain) {
    this.plain = new HashMap<>(plain);
    this.writers = new ByWriter<>(schemas, "Protobuf", this::writer);
  }

  @Override
  public void read(byte[] record, UTF8String header, FieldSink sink) throws BrokenRecordException {
    read(record, sink::put, sink::putQuoted);
  }

  /**
   * Gives a record's fields in the writer's order, null for those that are absent.
   *
   * @param texts takes those that are text to Protobuf too
   */
  void read(byte[] raw, BiConsumer<String, UTF8String> sink, BiConsumer<String, UTF8String> texts)
      throws BrokenRecordException {
    Writer writer = writers.get(RegistryFrame.schemaNumber(raw, "Protobuf"));
    Wire in = new Wire(raw, RegistryFrame.LENGTH, raw.length);
    Node node = new MessageReader().read(writer.message(indexes(in)), in);
    ValueText values = new ValueText();
    for (Field field : node.type().fields()) {
      UTF8String value = values.text(field, node);
      (values.isText() ? texts : sink).accept(field.name(), value);
    }
    for (Map.Entry<Integer, ByteArrayOutputStream> unknown : node.unknown().entrySet()) {
      sink.accept(
          ValueText.unknownName(node.type(), unknown.getKey()),
          UTF8String.fromBytes(Base64.getEncoder().encode(unknown.getValue().toByteArray())));
    }
  }

  /** A list's length and its numbers; a length of zero stands for the first message. */
  private static List<Integer> indexes(Wire in) throws BrokenRecordException {
    long count = in.zigzag();
    if (count == 0) {
      return FIRST;
    }
    if (count < 0 || count > MOST_INDEXES) {
      throw BrokenRecordException.whole("its message indexes are damaged");
    }
    List<Integer> indexes = new ArrayList<>();
    for (long i = 0; i < count; i++) {
      long index = in.zigzag();
      if (index != (int) index) {
        throw BrokenRecordException.whole("its message indexes are damaged");
      }
      indexes.add((int) index);
    }
    return indexes;
  }

  private Writer writer(int id, String answer) throws BrokenRecordException {
    JsonNode schema;
    try {
      schema = JSON.readTree(answer);
    } catch (JsonProcessingException e) {
      schema = JSON.missingNode();
    }
    if (!schema.path("schemaType").asText().equals("PROTOBUF")) {
      throw BrokenRecordException.whole("schema " + id + " is no Protobuf schema");
    }
    Map<String, String> references = new HashMap<>();
    for (JsonNode reference : schema.path("references")) {
      references.put(reference.path("name").asText(), reference.path("schema").asText());
    }
    try {
      return new Writer(id, ProtoSchema.of(schema.path("schema").asText(), references));
    } catch (UnusableSchemaException e) {
      throw unusable(id, e);
    }
  }

  private static BrokenRecordException unusable(int id, UnusableSchemaException e) {
    return BrokenRecordException.whole("schema " + id + " cannot be used: " + e.getMessage());
  }

  /** A writer's schema, and those of its messages that records have been written by. */
  private final class Writer {
    private final int id;
    private final ProtoSchema schema;
    private final Map<List<Integer>, MessageType> messages = new HashMap<>();
    private final Map<List<Integer>, BrokenRecordException> refused = new HashMap<>();

    Writer(int id, ProtoSchema schema) {
      this.id = id;
      this.schema = schema;
    }

    /** The message of some indexes, if the contract can be read from it. */
    MessageType message(List<Integer> indexes) throws BrokenRecordException {
      MessageType known = messages.get(indexes);
      if (known != null) {
        return known;
      }
      BrokenRecordException broken = refused.get(indexes);
      if (broken != null) {
        throw broken;
      }
      Optional<MessageType> found;
      try {
        found = schema.message(indexes);
        if (found.isPresent()) {
          checked(found.get());
          messages.put(indexes, found.get());
          return found.get();
        }
      } catch (UnusableSchemaException e) {
        refused.put(indexes, unusable(id, e));
        throw refused.get(indexes);
      } catch (BrokenRecordException e) {
        refused.put(indexes, e);
        throw e;
      }
      // Is not kept: indexes are the sender's.
      throw BrokenRecordException.whole(
          "schema " + id + " has no message at its message indexes " + indexes);
    }

    private void checked(MessageType message) throws BrokenRecordException {
      new WriterFields<Field>(message::field, ProtobufRecords::fits, Field::typeName)
          .check(id, plain);
    }
  }

  /** Whether values of a writer's field can become values of a contract's. */
  private static boolean fits(Field field, DataType type) {
    if (type instanceof StringType) {
      return true;
    }
    if (field.isMap()) {
      return isObject(type);
    }
    if (field.isRepeated()) {
      return type instanceof ArrayType;
    }
    boolean isTime = type instanceof DateType || type instanceof TimestampType;
    return switch (field.kind()) {
      case STRING -> true;
      case BYTES, ENUM -> false;
      case BOOL -> type instanceof BooleanType;
      case MESSAGE, GROUP ->
          switch (field.message().meaning()) {
            case TIMESTAMP -> isTime;
            case DURATION -> WriterFields.isFraction(type);
            case WRAPPER -> fits(field.message().fields().get(0), type);
            case VALUE -> true;
            case LIST -> type instanceof ArrayType;
            case STRUCT, NONE -> isObject(type);
          };
      default ->
          WriterFields.isFraction(type)
              || (field.kind().isWhole()
                  && !isTime
                  && !isObject(type)
                  && !(type instanceof ArrayType)
                  && !(type instanceof BooleanType));
    };
  }

  private static boolean isObject(DataType type) {
    return type instanceof StructType || type instanceof MapType;
  }
}
