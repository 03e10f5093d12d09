package io.sluice.demo.stream;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;

/**
 * Makes Avro records, in the registry's wire format, of rows of CSV files: every field a text, as
 * the files have it. A row whose fields are too many or too few becomes bytes that are no Avro.
 */
final class AvroOrders {
  private final String registry;
  private final String subject;

  /**
   * @param registry the URL of the registry's Confluent-compatible API
   */
  AvroOrders(String registry, String subject) {
    this.registry = registry;
    this.subject = subject;
  }

  /** The records of a file; registers the schema that its header makes. */
  List<byte[]> records(List<List<String>> table) throws IOException, InterruptedException {
    List<byte[]> records = new ArrayList<>();
    if (table.size() < 2) {
      return records;
    }
    List<String> header = table.get(0);
    SchemaBuilder.FieldAssembler<Schema> fields = SchemaBuilder.record("purchase_order").fields();
    header.forEach(name -> fields.optionalString(name));
    Schema schema = fields.endRecord();
    int id = register(schema);
    for (List<String> row : table.subList(1, table.size())) {
      records.add(
          row.size() == header.size()
              ? record(id, schema, row)
              : String.join(",", row).getBytes(StandardCharsets.UTF_8));
    }
    return records;
  }

  private static byte[] record(int id, Schema schema, List<String> row) throws IOException {
    GenericRecord record = new GenericData.Record(schema);
    for (int i = 0; i < row.size(); i++) {
      record.put(i, row.get(i).isEmpty() ? null : row.get(i));
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.write(0);
    bytes.write(ByteBuffer.allocate(4).putInt(id).array());
    BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(bytes, null);
    new GenericDatumWriter<GenericRecord>(schema).write(record, encoder);
    encoder.flush();
    return bytes.toByteArray();
  }

  private int register(Schema schema) throws IOException, InterruptedException {
    ObjectMapper json = new ObjectMapper();
    HttpResponse<String> answer =
        HttpClient.newHttpClient()
            .send(
                HttpRequest.newBuilder(URI.create(registry + "/subjects/" + subject + "/versions"))
                    .header("Content-Type", "application/vnd.schemaregistry.v1+json")
                    .POST(
                        HttpRequest.BodyPublishers.ofString(
                            json.writeValueAsString(Map.of("schema", schema.toString()))))
                    .build(),
                HttpResponse.BodyHandlers.ofString());
    if (answer.statusCode() != 200) {
      throw new IOException("the registry refuses a schema: " + answer.body());
    }
    return json.readTree(answer.body()).path("id").asInt();
  }
}
