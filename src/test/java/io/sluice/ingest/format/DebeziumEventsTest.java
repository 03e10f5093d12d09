package io.sluice.ingest.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.ingest.Bronze;
import io.sluice.privacy.Cipher;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;
import org.apache.spark.unsafe.types.UTF8String;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The events of each connector that its page documents: src/test/resources/debezium. */
class DebeziumEventsTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final List<String> COLUMNS =
      List.of("ID", "EMAIL", "_id", "email", "first_name", "id", "__op", "__position", "__ts_ms");

  /** What bronze keeps beside a record of a topic. */
  static UTF8String header(JsonNode key) throws IOException {
    ObjectNode header = JSON.createObjectNode().put("timestamp", "2026-03-01T10:00:00.000Z");
    if (!key.isNull()) {
      header.put("key", JSON.writeValueAsBytes(key));
    }
    return UTF8String.fromString(header.toString());
  }

  private static JsonNode withSchema(JsonNode payload) {
    ObjectNode around = JSON.createObjectNode();
    around
        .putObject("schema")
        .put("type", "struct")
        .put("optional", false)
        .put("name", "shop.public.customers.Envelope")
        .putArray("fields")
        .addObject()
        .put("type", "string")
        .put("field", "op");
    around.set("payload", payload);
    return around;
  }

  @ParameterizedTest
  @ValueSource(strings = {"postgresql", "mysql", "sqlserver", "oracle", "mongodb"})
  void eachEventIsReadAsItsPageSays(String connector) throws IOException {
    check(connector, UnaryOperator.identity(), null);
    check(connector, DebeziumEventsTest::withSchema, null);
  }

  @ParameterizedTest
  @ValueSource(strings = {"postgresql", "mongodb"})
  void soAreThoseThatAreKeptEncrypted(String connector) throws IOException {
    check(connector, UnaryOperator.identity(), Cipher.of(new byte[32], "customers"));
  }

  private void check(String connector, UnaryOperator<JsonNode> around, Cipher cipher)
      throws IOException {
    RecordParser parser = ChangeEvents.parser(COLUMNS, cipher);
    BigInteger last = BigInteger.ZERO;
    for (JsonNode event :
        JSON.readTree(Path.of("src/test/resources/debezium", connector + ".json").toFile())) {
      String about = connector + ": " + event.path("about").asText();
      RawRecord record = read(parser, event, around, cipher);
      if (event.has("reason")) {
        assertNotNull(record.problem(), about);
        assertEquals(
            event.path("reason").asText(),
            record.problem().field()
                + "/"
                + record.problem().rule()
                + ": "
                + record.problem().getMessage(),
            about);
        continue;
      }
      if (event.has("nothing")) {
        assertTrue(record.problem().tellsOfNoRow(), about);
        continue;
      }
      assertNull(record.problem(), about);
      event
          .path("columns")
          .fields()
          .forEachRemaining(
              column ->
                  assertEquals(
                      column.getValue().isNull() ? null : column.getValue().asText(),
                      value(record, column.getKey()),
                      about + ", " + column.getKey()));
      BigInteger position = new BigInteger(value(record, "__position"));
      assertTrue(position.toString().length() <= 38, about);
      assertEquals(
          event.path("again").asBoolean() ? 0 : 1, position.compareTo(last), about + ": position");
      last = position;
    }
  }

  private static RawRecord read(
      RecordParser parser, JsonNode event, UnaryOperator<JsonNode> around, Cipher cipher)
      throws IOException {
    JsonNode key = event.path("key");
    JsonNode value = event.path("value");
    UTF8String header = header(key.isNull() ? key : around.apply(key));
    if (value.isNull()) {
      return parser.parse(null, header, UTF8String.fromString(Bronze.NO_VALUE));
    }
    byte[] record = around.apply(value).toString().getBytes(StandardCharsets.UTF_8);
    return cipher == null
        ? parser.parse(record, header, null)
        : parser.parse(
            cipher.seal(record), UTF8String.fromString(cipher.encrypt(header.toString())), null);
  }

  private static String value(RawRecord record, String column) {
    UTF8String value = record.values()[COLUMNS.indexOf(column)];
    return value == null ? null : value.toString();
  }
}
