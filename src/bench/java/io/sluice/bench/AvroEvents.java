package io.sluice.bench;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sluice.demo.server.RegisteredSchemas;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;

/** Makes Avro records, in the registry's wire format, of transactions in JSON. */
final class AvroEvents {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);

  private static final Schema SCHEMA =
      SchemaBuilder.record("transaction")
          .fields()
          .requiredString("transaction_id")
          .name("event_time")
          .type(LogicalTypes.timestampMicros().addToSchema(Schema.create(Schema.Type.LONG)))
          .noDefault()
          .requiredString("user_id")
          .name("amount")
          .type(LogicalTypes.decimal(12, 2).addToSchema(Schema.create(Schema.Type.BYTES)))
          .noDefault()
          .requiredString("merchant")
          .endRecord();

  private final int id;

  /**
   * Registers the schema.
   *
   * @param registry the URL of the registry's Confluent-compatible API
   */
  AvroEvents(String registry, String subject) throws IOException, InterruptedException {
    id = RegisteredSchemas.register(registry, subject, Map.of("schema", SCHEMA.toString()));
  }

  /** A transaction as Avro; what is no JSON stays as it is, and so is no Avro either. */
  byte[] of(byte[] value) throws IOException {
    JsonNode event;
    try {
      event = value == null ? null : JSON.readTree(value);
    } catch (IOException e) {
      return value;
    }
    if (event == null || !event.isObject()) {
      return value;
    }
    GenericRecord record = new GenericData.Record(SCHEMA);
    record.put("transaction_id", event.path("transaction_id").textValue());
    record.put(
        "event_time",
        ChronoUnit.MICROS.between(
            Instant.EPOCH, Instant.parse(event.path("event_time").textValue())));
    record.put("user_id", event.path("user_id").textValue());
    BigDecimal amount = event.path("amount").decimalValue().setScale(2);
    record.put("amount", ByteBuffer.wrap(amount.unscaledValue().toByteArray()));
    record.put("merchant", event.path("merchant").textValue());
    return RegisteredSchemas.avro(id, record);
  }
}
