package io.sluice.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sluice.demo.DemoLake;
import io.sluice.demo.transactions.TransactionGenerator;
import io.sluice.run.RunContext;
import io.sluice.stream.AlertBatch;
import io.sluice.testing.Lines;
import io.sluice.testing.Topics;
import io.sluice.transactions.SpendingByQuery;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** Holds the tables and topics that a stream has written against the truth about its events. */
final class StreamAccount {
  private static final String TOPIC = "transactions";
  private static final String ALERTS = "spending-alerts";

  private final Map<String, String> settings;
  private final Path dir;
  private final TransactionGenerator.StreamTruth truth;

  StreamAccount(Map<String, String> settings, Path dir, TransactionGenerator.StreamTruth truth) {
    this.settings = settings;
    this.dir = dir;
    this.truth = truth;
  }

  /**
   * What was found, as a sentence.
   *
   * @throws AssertionError naming the first that is not as it should be
   */
  String verified() throws Exception {
    try (RunContext context = DemoLake.open(settings, "chaos")) {
      Dataset<Row> silver = context.lake().silver(TOPIC).read();
      Dataset<Row> quarantine = context.lake().quarantine(TOPIC).read();
      same("bronze", truth.events, context.lake().bronze(TOPIC).read().count());
      same(
          "bronze, each offset once",
          truth.events,
          context.lake().bronze(TOPIC).read().select("file", "position").distinct().count());
      same("silver", truth.accepted, silver.count());
      same(
          "silver, each transaction once",
          truth.accepted,
          silver.select("transaction_id").distinct().count());
      same("quarantine", truth.quarantined, quarantine.count());
      same(
          "quarantine, each offset once",
          truth.quarantined,
          quarantine.select("file", "position").distinct().count());
      same(
          "duplicates in the commits",
          truth.duplicates,
          accounts("silver/transactions", "duplicate"));
      DrillLake.check(truth.late > 0, "no event was late");
      List<String> alerts =
          Lines.of(SpendingByQuery.comparable(context.lake().gold("transactions_alerts").read()));
      List<String> names =
          Lines.of(
              context
                  .lake()
                  .gold("transactions_alerts")
                  .read()
                  .selectExpr(
                      "alert", "key", "date_format(window_start, \"yyyy-MM-dd'T'HH:mm:ss'Z'\")"));
      DrillLake.check(names.equals(List.copyOf(truth.alerts)), "alerts differ from the truth");
      DrillLake.check(
          alerts.equals(Lines.of(SpendingByQuery.alerts(silver))),
          "alerts differ from those of one query");
      List<String> commanded =
          Lines.of(
              AlertBatch.of(context.contracts().get(TOPIC), silver)
                  .select("alert", "key", "window_start", "row_key"));
      DrillLake.check(
          commanded.equals(
              Lines.of(
                  context
                      .lake()
                      .gold("transactions_alerts")
                      .read()
                      .where("score is null")
                      .select("alert", "key", "window_start", "row_key"))),
          "alerts differ from those of the batch command");
      same("alerts on the topic", truth.alerts.size(), onTopic(ALERTS));
      same("dead letters", truth.quarantined, onTopic("transactions-dead"));
      long small = Topics.smallBatches(context, TOPIC);
      long commits = context.lake().silver(TOPIC).version() + 1;
      DrillLake.check(
          2 * small > commits, "only " + small + " of " + commits + " batches were small ones");
      return String.format(
          Locale.ROOT,
          "%,d events: %,d in silver, %,d in quarantine, %,d duplicates, %,d late; %,d alerts and"
              + " %,d dead letters, each once; as the batch command finds them; %,d of %,d batches"
              + " took no job",
          truth.events,
          truth.accepted,
          truth.quarantined,
          truth.duplicates,
          truth.late,
          truth.alerts.size(),
          truth.quarantined,
          small,
          commits);
    }
  }

  /** A number of the accounts that a table's commits carry, over all of them. */
  private long accounts(String table, String field) throws IOException {
    ObjectMapper json = new ObjectMapper();
    long sum = 0;
    try (Stream<Path> files = Files.list(log(table))) {
      for (Path file : files.filter(one -> one.toString().endsWith(".json")).toList()) {
        for (String line : Files.readAllLines(file)) {
          JsonNode rowCounts = json.readTree(line).path("commitInfo").path("userMetadata");
          if (rowCounts.asText().startsWith("{")) {
            sum += json.readTree(rowCounts.asText()).path(field).asLong();
          }
        }
      }
    }
    return sum;
  }

  /** A table's log, as the S3 server keeps it. */
  private Path log(String table) {
    return dir.resolve("data/lake/chaos").resolve(table).resolve("_delta_log");
  }

  private int onTopic(String topic) {
    Map<String, Object> client =
        Map.of(
            "bootstrap.servers",
            settings.get("kafka.servers"),
            "isolation.level",
            "read_committed");
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(client, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      TopicPartition all = new TopicPartition(topic, 0);
      consumer.assign(List.of(all));
      consumer.seekToBeginning(List.of(all));
      long end = consumer.endOffsets(List.of(all)).get(all);
      List<Object> found = new ArrayList<>();
      while (consumer.position(all) < end) {
        consumer.poll(Duration.ofMillis(200)).forEach(found::add);
      }
      return found.size();
    }
  }

  private static void same(String what, long expected, long found) {
    DrillLake.check(expected == found, what + ": " + found + " instead of " + expected);
  }
}
