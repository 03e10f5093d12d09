package io.sluice.ingest.format.protobuf;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.CodedOutputStream;
import io.sluice.ingest.format.BrokenRecordException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.apache.spark.unsafe.types.UTF8String;

/** What tests of Protobuf share: schemas and records as registries and serializers have them. */
final class Protobufs {
  private Protobufs() {}

  /** Writes a message with Protobuf's own library. */
  interface Content {
    void write(CodedOutputStream out) throws IOException;
  }

  static byte[] bytes(Content content) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    try {
      content.write(out);
      out.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  /** A schema as it is kept, with the files that it refers to. */
  static String schema(String text, Map<String, String> references) {
    ObjectNode schema = new ObjectMapper().createObjectNode();
    schema.put("schemaType", "PROTOBUF").put("schema", text);
    ArrayNode all = schema.putArray("references");
    new TreeMap<>(references)
        .forEach((name, file) -> all.addObject().put("name", name).put("schema", file));
    return schema.toString();
  }

  /** A record as Confluent's serializers write it; no index stands for the first message. */
  static byte[] record(int id, List<Integer> indexes, byte[] data) {
    return bytes(
        out -> {
          out.writeRawByte(0);
          out.writeRawBytes(ByteBuffer.allocate(4).putInt(id).array());
          if (!indexes.isEmpty()) {
            out.writeSInt32NoTag(indexes.size());
            for (int index : indexes) {
              out.writeSInt32NoTag(index);
            }
          } else {
            out.writeRawByte(0);
          }
          out.writeRawBytes(data);
        });
  }

  /** A record's fields, in their order. */
  static Map<String, String> read(ProtobufRecords records, byte[] record)
      throws BrokenRecordException {
    Map<String, String> fields = new LinkedHashMap<>();
    BiConsumer<String, UTF8String> sink =
        (name, value) -> fields.put(name, value == null ? null : value.toString());
    records.read(record, sink, sink);
    return fields;
  }

  /** The same of a message that is the first of a schema. */
  static Map<String, String> read(String schema, Content content) throws BrokenRecordException {
    ProtobufRecords records = new ProtobufRecords(Map.of(1, schema(schema, Map.of())), Map.of());
    return read(records, record(1, List.of(), bytes(content)));
  }
}
