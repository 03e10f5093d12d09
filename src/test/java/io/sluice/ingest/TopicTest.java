package io.sluice.ingest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.contract.Contracts;
import io.sluice.kafka.Brokers;
import io.sluice.kafka.KafkaFailedException;
import io.sluice.kafka.TransactionalPublisher;
import io.sluice.refine.Refine;
import io.sluice.run.RunContext;
import io.sluice.run.StoppedException;
import io.sluice.settings.ValidationErrors;
import io.sluice.stream.DeadLetters;
import io.sluice.testing.Lines;
import io.sluice.testing.LocalKafka;
import io.sluice.testing.LocalSpark;
import io.sluice.testing.NeedsServers;
import io.sluice.testing.TestLake;
import io.sluice.testing.Topics;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

/** Records of a topic reach bronze and silver once each, and none is lost in silence. */
@NeedsServers
class TopicTest {
  private static final Path CONTRACTS = Path.of("src/test/resources/contracts/clicks");

  private static RunContext open(String name, Map<String, String> overrides) {
    Map<String, String> all = new TreeMap<>(overrides);
    all.put("kafka.servers", LocalKafka.server().servers());
    return TestLake.open(name, Topics.contracts(CONTRACTS, "clicks", name), all);
  }

  private static String click(String id, int second) {
    return String.format(
        "{\"click\":\"%s\",\"at\":\"2026-03-01T10:00:%02dZ\",\"page\":\"/\"}", id, second);
  }

  private static List<String> silver(RunContext context) {
    return Lines.of(
        context.lake().silver("clicks").read().selectExpr("click", "_file", "_position"));
  }

  @Test
  void eachRecordOnceWithWhereItStood() throws Exception {
    LocalKafka.topic("each-once", 2);
    RunContext context = open("each-once", Map.of("kafka.records-per-commit", "3"));
    LocalKafka.send("each-once", 0, LocalKafka.bytes(click("a", 1), click("b", 2), click("a", 1)));
    LocalKafka.send("each-once", 1, LocalKafka.bytes(click("c", 1), click("d", 2)));
    ProducerRecord<byte[], byte[]> keyed =
        new ProducerRecord<>(
            "each-once", 1, 1_700_000_000_000L, LocalKafka.bytes("K")[0], new byte[] {'{'});
    keyed.headers().add("trace", LocalKafka.bytes("t1")[0]);
    LocalKafka.send(keyed);
    LocalKafka.send("each-once", 1, (byte[]) null);
    LocalKafka.send("each-once", 1, "x".repeat(1001).getBytes(StandardCharsets.UTF_8));
    TestLake.land(context, "clicks/a.json", click("e", 1) + "\n" + click("a", 1) + "\n");

    assertEquals(10, new Ingest(context, "clicks").run().rowCounts().accepted());
    assertEquals(0, new Ingest(context, "clicks").run().rowCounts().accepted());
    assertEquals(
        "10 read = 5 accepted + 3 quarantined + 2 duplicate + 0 superseded",
        new Refine(context, "clicks").run().rowCounts().toString());

    // Which of the two equal records of click a comes first is resolved by when they arrived.
    assertEquals(
        List.of("a", "b|each-once/0|1", "c|each-once/1|0", "d|each-once/1|1", "e|clicks/a.json|1"),
        silver(context).stream().map(line -> line.startsWith("a|") ? "a" : line).toList());
    assertEquals(
        List.of(
            "2|not valid JSON at character 2: it ends inside of a value|{\"timestamp\":\"2023-11-14T22:13:20.000Z\",\"key\":\"Sw==\","
                + "\"headers\":[{\"key\":\"trace\",\"value\":\"dDE=\"}]}|1",
            "3|has no value (a tombstone)|null",
            "4|a record of 1001 bytes is longer than maxRecordBytes; its beginning is kept|1000"),
        Lines.of(
            context
                .lake()
                .quarantine("clicks")
                .read()
                .selectExpr(
                    "concat_ws('|', position, reasons[0].message, if(position = 2, header, null),"
                        + " nvl(string(length(raw)), 'null'))")));
    LocalKafka.send("each-once", 0, LocalKafka.bytes(click("f", 3)));
    assertEquals(1, new Ingest(context, "clicks").run().rowCounts().accepted());
  }

  @Test
  void eachDeadLetterOnceWithItsReasons() throws Exception {
    LocalKafka.topic("dead", 1);
    LocalKafka.topic("dead-dead", 1);
    RunContext context = open("dead", Map.of());
    LocalKafka.send("dead", 0, LocalKafka.bytes(click("a", 1), "{", "{\"click\":\"b\"}"));
    LocalKafka.send("dead", 0, (byte[]) null);
    new Ingest(context, "clicks").run();
    new Refine(context, "clicks").run();
    for (int i = 0; i < 2; i++) {
      DeadLetters.send(context, context.contracts().get("clicks"));
    }
    LocalKafka.send("dead", 0, LocalKafka.bytes("[]"));
    new Ingest(context, "clicks").run();
    new Refine(context, "clicks").run();
    DeadLetters.send(context, context.contracts().get("clicks"));
    assertEquals(
        List.of(
            "1 { record",
            "2 {\"click\":\"b\"} required,required,required",
            "3 null record",
            "4 [] record"),
        LocalKafka.read("dead-dead").stream().map(TopicTest::letter).toList());

    // The broker has forgotten how far the outbox came; the topic itself knows.
    try (Admin admin = LocalKafka.admin()) {
      admin.deleteConsumerGroups(List.of("sluice-dead-clicks-events-dead")).all().get();
    }
    DeadLetters.send(context, context.contracts().get("clicks"));
    assertEquals(4, LocalKafka.read("dead-dead").size());
  }

  private static String letter(ConsumerRecord<byte[], byte[]> record) {
    assertEquals("dead", header(record, "topic"));
    assertEquals("0", header(record, "partition"));
    assertEquals("refine", header(record, "step"));
    assertTrue(header(record, "header").startsWith("{\"timestamp\":"));
    String value =
        record.value() == null ? "null" : new String(record.value(), StandardCharsets.UTF_8);
    String rules =
        Stream.of(header(record, "reasons").split("\"rule\":\""))
            .skip(1)
            .map(text -> text.substring(0, text.indexOf('"')))
            .collect(Collectors.joining(","));
    return header(record, "offset") + " " + value + " " + rules;
  }

  private static String header(ConsumerRecord<byte[], byte[]> record, String name) {
    return new String(
        record.headers().lastHeader("sluice." + name).value(), StandardCharsets.UTF_8);
  }

  @Test
  void whoeverOpensAnOutboxFencesTheOneBefore() throws Exception {
    LocalKafka.topic("challenger", 1);
    Brokers brokers =
        Brokers.of(LocalSpark.settings(Map.of("kafka.servers", LocalKafka.server().servers())));
    try (TransactionalPublisher first =
            TransactionalPublisher.open(brokers, "challenger", "challenger");
        TransactionalPublisher idle =
            TransactionalPublisher.open(brokers, "challenger", "another")) {
      assertEquals(-1, first.sent());
      assertEquals(2, first.send(messages("a", "b"), Function.identity(), 7));
      assertEquals(0, first.send(messages(), Function.identity(), 8));
      try (TransactionalPublisher second =
          TransactionalPublisher.open(brokers, "challenger", "challenger")) {
        assertEquals(7, second.sent());
        assertThrows(
            KafkaFailedException.class, () -> first.send(messages("lost"), Function.identity(), 9));
        assertEquals(1, second.send(messages("c"), Function.identity(), 9));
      }
      assertEquals(-1, idle.sent());
    }
    assertEquals(
        List.of("a", "b", "c"),
        LocalKafka.read("challenger").stream()
            .map(record -> new String(record.value(), StandardCharsets.UTF_8))
            .toList());
  }

  private static Iterator<TransactionalPublisher.Message> messages(String... values) {
    return Stream.of(values)
        .map(
            value -> new TransactionalPublisher.Message(null, LocalKafka.bytes(value)[0], Map.of()))
        .iterator();
  }

  @Test
  void topicsNeedBrokersAndSomeFormatsARegistry() {
    for (Map.Entry<String, String> one :
        Map.of(
                "clicks", "kafka.servers: clicks arrives on a topic; it must be set",
                "payments", "registry.url: payments arrives as avro; it must be set",
                "parcels", "registry.url: parcels arrives as protobuf; it must be set")
            .entrySet()) {
      Contracts contracts =
          Contracts.read(Path.of("src/test/resources/contracts").resolve(one.getKey()));
      String errors =
          assertThrows(
                  ValidationErrors.ValidationException.class,
                  () -> RunContext.checkSettings(LocalSpark.settings(Map.of()), contracts))
              .getMessage();
      assertTrue(errors.contains(one.getValue()), errors);
    }
  }

  @Test
  void lostRecordsStopTheRunUntilTheyAreLetGo() throws Exception {
    LocalKafka.topic("lost", 1);
    RunContext context = open("lost", Map.of());
    LocalKafka.send("lost", 0, LocalKafka.bytes(click("a", 1)));
    new Ingest(context, "clicks").run();
    LocalKafka.send("lost", 0, LocalKafka.bytes(click("b", 1), click("c", 1), click("d", 1)));
    try (Admin admin = LocalKafka.admin()) {
      admin
          .deleteRecords(Map.of(new TopicPartition("lost", 0), RecordsToDelete.beforeOffset(3)))
          .all()
          .get();
    }
    StoppedException stopped =
        assertThrows(StoppedException.class, () -> new Ingest(context, "clicks").run());
    assertTrue(
        stopped.getMessage().contains("lost/0: offsets 1 to 2 are gone"), stopped.getMessage());
    assertEquals(1, context.lake().bronze("clicks").read().count());

    RunContext skipping = open("lost", Map.of("kafka.lost-offsets", "skip"));
    assertEquals(1, new Ingest(skipping, "clicks").run().rowCounts().accepted());
    assertEquals(
        List.of("error|failed|2.0", "warning|failed|2.0"),
        Lines.of(
            context.lake().ops("check_results").read().selectExpr("severity", "outcome", "value")));
  }

  @Test
  void aTopicMadeAnewIsNotTakenForTheOldOne() throws Exception {
    LocalKafka.topic("anew", 1);
    RunContext context = open("anew", Map.of());
    LocalKafka.send("anew", 0, LocalKafka.bytes(click("a", 1)));
    new Ingest(context, "clicks").run();
    try (Admin admin = LocalKafka.admin()) {
      admin.deleteTopics(List.of("anew")).all().get();
    }
    LocalKafka.topic("anew", 1);
    LocalKafka.send("anew", 0, LocalKafka.bytes(click("b", 1), click("c", 1)));
    StoppedException stopped =
        assertThrows(StoppedException.class, () -> new Ingest(context, "clicks").run());
    assertTrue(stopped.getMessage().contains("deleted and made anew"), stopped.getMessage());
    RunContext skipping = open("anew", Map.of("kafka.lost-offsets", "skip"));
    assertEquals(2, new Ingest(skipping, "clicks").run().rowCounts().accepted());
    new Refine(skipping, "clicks").run();
    assertEquals(3, silver(context).size());
  }
}
