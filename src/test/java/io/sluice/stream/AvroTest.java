package io.sluice.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.sluice.demo.server.RegisteredSchemas;
import io.sluice.demo.server.RegistryServer;
import io.sluice.ingest.Ingest;
import io.sluice.ingest.WriterSchemas;
import io.sluice.kafka.SchemaRegistry;
import io.sluice.refine.Refine;
import io.sluice.run.RunContext;
import io.sluice.testing.Lines;
import io.sluice.testing.LocalKafka;
import io.sluice.testing.NeedsServers;
import io.sluice.testing.TestLake;
import io.sluice.testing.Topics;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.junit.jupiter.api.Test;

/** Avro records of several schemas, against a real registry: up, down, and ignorant. */
@NeedsServers
class AvroTest {
  private static final Path CONTRACTS = Path.of("src/test/resources/contracts/payments");
  private static final String AT = "{\"type\":\"long\",\"logicalType\":\"timestamp-millis\"}";
  private static final String FIRST =
      schema("{\"name\":\"amount\",\"type\":\"int\"},{\"name\":\"card\",\"type\":\"string\"}");
  private static final String SECOND =
      schema(
          "{\"name\":\"channel\",\"type\":[\"null\",\"string\"],\"default\":null},"
              + "{\"name\":\"amount\",\"type\":\"double\"},{\"name\":\"colour\",\"type\":\"string\"}");
  private static final String INCOMPATIBLE =
      schema("{\"name\":\"amount\",\"type\":{\"type\":\"array\",\"items\":\"int\"}}");

  private static String schema(String fields) {
    return "{\"type\":\"record\",\"name\":\"payment\",\"fields\":[{\"name\":\"payment\",\"type\":\"string\"},"
        + "{\"name\":\"at\",\"type\":"
        + AT
        + "},"
        + fields
        + "]}";
  }

  /** Registers a schema and gives its number. */
  private static int register(String url, String subject, String schema) throws Exception {
    return RegisteredSchemas.register(url, subject, Map.of("schema", schema));
  }

  private static byte[] payment(int id, String schema, String name, Object amount)
      throws Exception {
    Schema writer = new Schema.Parser().parse(schema);
    GenericRecord record = new GenericData.Record(writer);
    record.put("payment", name);
    record.put("at", 1_772_359_200_000L);
    record.put("amount", amount);
    for (String text : List.of("card", "colour", "channel")) {
      if (writer.getField(text) != null) {
        record.put(text, text + " of " + name);
      }
    }
    return RegisteredSchemas.avro(id, record);
  }

  private static RunContext open(String name, String registry, Map<String, String> overrides) {
    Map<String, String> all = new java.util.TreeMap<>(overrides);
    all.put("kafka.servers", LocalKafka.server().servers());
    all.put("registry.url", registry);
    return TestLake.open(name, Topics.contracts(CONTRACTS, "payments", name), all);
  }

  @Test
  void severalSchemasInOneBatchAndPoisonBetweenThem() throws Exception {
    String url = LocalKafka.registry().url();
    int first = register(url, "several-value", FIRST);
    int second = register(url, "several-2-value", SECOND);
    int incompatible = register(url, "several-3-value", INCOMPATIBLE);
    LocalKafka.topic("several", 1);
    RunContext context = open("several", url, Map.of());
    byte[] valid = payment(first, FIRST, "p1", 12);
    LocalKafka.send(
        "several",
        0,
        valid,
        payment(second, SECOND, "p2", 12.5),
        payment(incompatible, INCOMPATIBLE, "p3", List.of(1)),
        "{\"payment\":\"p4\"}".getBytes(StandardCharsets.UTF_8),
        Arrays.copyOf(valid, valid.length - 3),
        new byte[] {0, 1, 2, 3, 4, 5},
        payment(first, FIRST, "p5", 13));

    assertEquals(7, new Ingest(context, "payments").run().rowCounts().accepted());
    assertEquals(
        "7 read = 3 accepted + 4 quarantined + 0 duplicate + 0 superseded",
        new Refine(context, "payments").run().rowCounts().toString());
    List<String> silver =
        Lines.of(
            context
                .lake()
                .silver("payments")
                .read()
                .selectExpr("payment", "amount", "channel", "map_keys(_extra)[0]", "length(card)"));
    assertEquals(
        List.of(
            "p1|12.00|null|null|32", "p2|12.50|channel of p2|colour|null", "p5|13.00|null|null|32"),
        silver);
    assertEquals(
        List.of(
            "2|amount/type: schema " + incompatible + " has array where DECIMAL(12,2) is read",
            "3|/record: begins with byte 123; Avro data begins with a zero byte",
            "4|/record: its Avro data is cut off",
            "5|/record: the registry has no Avro schema 16909060"),
        Lines.of(
            context
                .lake()
                .quarantine("payments")
                .read()
                .selectExpr(
                    "position",
                    "reasons[0].field || '/' || reasons[0].rule || ': ' || reasons[0].message")));
    // The source is protected: no table holds a card's number as it stands.
    for (String layer : List.of("bronze", "silver", "quarantine")) {
      assertFalse(
          context.lake().table(layer, "payments").read().toJSON().collectAsList().stream()
              .anyMatch(row -> row.contains("card of") || row.contains("Y2FyZCBvZ")),
          layer);
    }
  }

  @Test
  void whileTheRegistryIsDownKnownSchemasGoOnAndOthersWaitOrAreQuarantined() throws Exception {
    Path jars = Path.of(System.getProperty("sluice.servers", "target/servers"), "registry");
    RegistryServer registry = RegistryServer.start(jars, LocalKafka.server().folder(), 0);
    String url = registry.url();
    int port = URI.create(url).getPort();
    int first = register(url, "down-value", FIRST);
    LocalKafka.topic("down", 1);
    RunContext context = open("down", url, Map.of());
    LocalKafka.send("down", 0, payment(first, FIRST, "p1", 1));
    new Ingest(context, "payments").run();
    registry.close();

    // A new command knows what an earlier one has learnt.
    LocalKafka.send("down", 0, payment(first, FIRST, "p2", 2));
    assertEquals(1, new Ingest(context, "payments").run().rowCounts().accepted());
    LocalKafka.send("down", 0, payment(first + 1, SECOND, "p3", 3.0));
    assertThrows(SchemaRegistry.DownException.class, () -> new Ingest(context, "payments").run());
    assertEquals(2, context.lake().bronze("payments").read().count());

    RunContext impatient = open("down", url, Map.of("registry.down", "quarantine"));
    assertEquals(1, new Ingest(impatient, "payments").run().rowCounts().accepted());
    assertEquals(
        "3 read = 2 accepted + 1 quarantined + 0 duplicate + 0 superseded",
        new Refine(impatient, "payments").run().rowCounts().toString());

    try (RegistryServer again = RegistryServer.start(jars, LocalKafka.server().folder(), port)) {
      assertEquals(first, register(url, "down-value", FIRST));
      assertEquals(first + 1, register(url, "down-2-value", SECOND));
      List<Integer> known = new ArrayList<>(new WriterSchemas(context).known().keySet());
      assertEquals(List.of(first, first + 1), known, again.url());
    }
  }
}
