package io.sluice.demo.stream;

import io.sluice.demo.server.RegisteredSchemas;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;

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
    int id = RegisteredSchemas.register(registry, subject, Map.of("schema", schema.toString()));
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
    return RegisteredSchemas.avro(id, record);
  }
}
