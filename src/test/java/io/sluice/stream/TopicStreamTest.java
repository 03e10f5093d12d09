package io.sluice.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sluice.bench.CrashingS3A;
import io.sluice.demo.transactions.TransactionGenerator;
import io.sluice.run.RunContext;
import io.sluice.run.StreamStatus;
import io.sluice.settings.ValidationErrors;
import io.sluice.testing.Lines;
import io.sluice.testing.LocalKafka;
import io.sluice.testing.NeedsServers;
import io.sluice.testing.Readings;
import io.sluice.testing.TestLake;
import io.sluice.testing.Topics;
import io.sluice.transactions.SpendingByQuery;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.delta.DeltaLog;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The stream held against the truth about its events: undisturbed, stopped, and killed. */
@NeedsServers
class TopicStreamTest {
  private static final Path CONTRACTS = Path.of("src/demo/stream/contracts");
  private static final List<String> SOURCES = List.of("transactions");

  /**
   * How many writes each life makes before it dies: over the lives death strikes at every kind of
   * write, of the first batch, which takes jobs, and of the small ones behind it.
   */
  private static final int[] DEATHS = {3, 9, 15, 20, 23, 26, 29};

  @AfterEach
  void live() {
    CrashingS3A.live();
  }

  private static RunContext open(String name, Map<String, String> overrides) {
    Map<String, String> all = new TreeMap<>(overrides);
    all.put("kafka.servers", LocalKafka.server().servers());
    return TestLake.open(name, Topics.contracts(CONTRACTS, "transactions", name), all);
  }

  private static void topics(String name) throws Exception {
    LocalKafka.topic(name, 2);
    LocalKafka.topic(name + "-dead", 1);
    LocalKafka.topic(name + "-alerts", 2);
  }

  private static TransactionGenerator generator() {
    return new TransactionGenerator(3, Instant.now().minus(3, ChronoUnit.DAYS), 2, 60);
  }

  private static void send(String topic, TransactionGenerator generator, int events) {
    for (int i = 0; i < events; i++) {
      TransactionGenerator.Event event = generator.next();
      LocalKafka.add(new ProducerRecord<>(topic, event.partition(), event.key(), event.value()));
    }
    LocalKafka.flush();
  }

  private static List<String> alerts(Dataset<Row> rows) {
    return Lines.of(
        rows.selectExpr("alert", "key", "date_format(window_start, \"yyyy-MM-dd'T'HH:mm:ss'Z'\")"));
  }

  /** Every event in one place, every alert once in table and topic, every dead letter once. */
  private static void holds(RunContext context, String name, TransactionGenerator.StreamTruth truth)
      throws Exception {
    Dataset<Row> silver = context.lake().silver("transactions").read();
    assertEquals(truth.accepted, silver.count());
    assertEquals(truth.events, context.lake().bronze("transactions").read().count());
    Dataset<Row> quarantine = context.lake().quarantine("transactions").read();
    assertEquals(truth.quarantined, quarantine.count());
    assertEquals(truth.quarantined, quarantine.select("file", "position").distinct().count());

    List<String> expected = List.copyOf(truth.alerts);
    assertTrue(expected.size() > 20, "only " + expected.size() + " alerts");
    assertEquals(expected, alerts(context.lake().gold("transactions_alerts").read()));
    ObjectMapper json = new ObjectMapper();
    List<String> sent = new ArrayList<>();
    for (var record : LocalKafka.read(name + "-alerts")) {
      JsonNode alert = json.readTree(record.value());
      sent.add(
          String.join(
              "|",
              alert.path("alert").asText(),
              alert.path("key").asText(),
              Instant.parse(alert.path("window_start").asText()).toString()));
    }
    sent.sort(null);
    assertEquals(expected, sent);
    assertEquals(truth.quarantined, LocalKafka.read(name + "-dead").size());

    // The same events in one batch: the alerts are the same to the last column.
    assertEquals(
        Lines.of(SpendingByQuery.alerts(silver)),
        Lines.of(SpendingByQuery.comparable(context.lake().gold("transactions_alerts").read())));
  }

  @Test
  void theTruthInSmallBatches() throws Exception {
    topics("stream");
    RunContext context =
        open("stream", Map.of("kafka.records-per-commit", "300", "stream.small-batch", "200"));
    TransactionGenerator generator = generator();
    send("stream", generator, 1500);
    assertEquals(
        1500,
        new TopicStream(context, SOURCES, 1)
            .run(TopicStream.Until.CAUGHT_UP)
            .rowCounts()
            .accepted());
    // The first batch takes jobs; the other 1,200 come as small ones, of less than 400 each.
    assertTrue(
        Topics.smallBatches(context, "transactions") >= 3,
        "only " + Topics.smallBatches(context, "transactions") + " small batches");
    send("stream", generator, 500);

    // Now without an end, until it is told to stop.
    TopicStream endless = new TopicStream(context, List.of(), 1);
    Thread stopper =
        new Thread(
            () -> {
              try {
                while (context.lake().bronze("transactions").read().count() < 2000) {
                  Thread.sleep(200);
                }
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
              endless.stop();
            });
    stopper.start();
    assertEquals(500, endless.run(TopicStream.Until.STOPPED).rowCounts().accepted());
    stopper.join();
    TransactionGenerator.StreamTruth truth = generator.truth();
    assertTrue(truth.late > 0 && truth.duplicates > 0, "late or duplicate events are missing");
    holds(context, "stream", truth);
    // The stream's own account of itself says the same.
    Row told =
        context
            .lake()
            .ops("streams")
            .read()
            .selectExpr(
                "sum(rows) FILTER (WHERE query = 'source')", "sum(alerts)", "sum(dead_letters)")
            .first();
    assertEquals(
        List.of(truth.events, (long) truth.alerts.size(), truth.quarantined),
        List.of(told.getLong(0), told.getLong(1), told.getLong(2)));
    List<StreamStatus> newest = StreamStatus.newest(context.lake(), Instant.now());
    assertEquals(
        List.of("source", "alerts by user_id"), newest.stream().map(StreamStatus::query).toList());
    for (StreamStatus one : newest) {
      assertEquals(StreamStatus.State.ENDED, one.state());
      assertNull(one.message());
    }
    assertEquals(0, newest.get(0).lagRecords());
    assertTrue(newest.get(1).stateRows() > 0);
    assertEquals(
        truth.duplicates,
        context
            .lake()
            .ops("runs")
            .read()
            .where("command = 'refine'")
            .selectExpr("sum(rows_duplicate)")
            .first()
            .getLong(0));
  }

  @Test
  void killedAgainAndAgain() throws Exception {
    topics("killed-stream");
    TransactionGenerator generator = generator();
    int deaths = 0;
    for (int life = 0; ; life++) {
      send("killed-stream", generator, life < DEATHS.length ? 200 : 0);
      // A new driver knows nothing of the old one's.
      DeltaLog.clearCache();
      RunContext context =
          open(
              "killed-stream",
              Map.of("kafka.records-per-commit", "60", "stream.small-batch", "40"));
      boolean dies = life < DEATHS.length;
      CrashingS3A.dieAfter(dies ? DEATHS[life] : Integer.MAX_VALUE, context.lake().root());
      try {
        new TopicStream(context, SOURCES, 1).run(TopicStream.Until.CAUGHT_UP);
        if (!dies) {
          break;
        }
      } catch (Exception e) {
        // Spark throws checked exceptions that its methods do not declare.
        if (!dies) {
          throw e;
        }
        deaths++;
      } finally {
        CrashingS3A.live();
      }
    }
    assertEquals(DEATHS.length, deaths);
    RunContext context = open("killed-stream", Map.of());
    assertTrue(
        Topics.smallBatches(context, "transactions") >= 4,
        "only " + Topics.smallBatches(context, "transactions") + " small batches");
    holds(context, "killed-stream", generator.truth());
  }

  @Test
  void aSourceWithoutTopicIsRefused() {
    RunContext context = TestLake.open("no-stream", Readings.CONTRACTS);
    assertTrue(
        assertThrows(
                ValidationErrors.ValidationException.class,
                () -> new TopicStream(context, List.of("readings"), 1))
            .getMessage()
            .contains("source readings: does not arrive on a topic"));
    assertTrue(
        assertThrows(
                ValidationErrors.ValidationException.class,
                () -> new TopicStream(context, List.of(), 1))
            .getMessage()
            .contains("no source arrives on a topic"));
  }
}
