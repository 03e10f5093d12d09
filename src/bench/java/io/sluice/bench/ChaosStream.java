package io.sluice.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sluice.demo.Demo;
import io.sluice.demo.DemoLake;
import io.sluice.demo.server.KafkaServer;
import io.sluice.demo.transactions.TransactionGenerator;
import io.sluice.run.RunContext;
import io.sluice.testing.Lines;
import io.sluice.testing.Topics;
import io.sluice.transactions.SpendingByQuery;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * Kills the stream's driver again and again while events arrive, and then holds tables and topics
 * against the truth about the events: each one once in silver, in quarantine, or counted as
 * duplicate or late; each alert and dead letter once. Most batches must have been small ones.
 *
 * <p>The driver is a JVM of its own that is killed with SIGKILL at seeded moments and started
 * again, as an operator would.
 */
final class ChaosStream {
  private static final int PARTITIONS = 4;
  private static final String TOPIC = "transactions";
  private static final String ALERTS = "spending-alerts";

  private final Map<String, String> settings;
  private final Path dir;
  private final Random random;
  private final TransactionGenerator generator;

  private ChaosStream(Map<String, String> settings, Path dir, int events, long seed) {
    this.settings = settings;
    this.dir = dir;
    this.random = new Random(seed);
    this.generator =
        new TransactionGenerator(
            seed,
            Instant.now().minusSeconds(7200),
            PARTITIONS,
            3000,
            1_800_000_000L * PARTITIONS / events);
  }

  /** Folder, events, kills, seed. */
  public static void main(String[] arguments) throws Exception {
    if (arguments[0].equals("stream")) {
      stream(OwnJvm.settings(arguments[1]), arguments[2]);
      System.exit(0);
    }
    Path dir = Path.of(arguments[0]);
    Demo.clear(dir);
    Map<String, String> settings = new LinkedHashMap<>(DemoLake.serve(dir, 0));
    Path jars = Path.of(System.getProperty("sluice.servers", "target/servers"), "kafka");
    try (KafkaServer kafka = KafkaServer.start(jars, dir, 0)) {
      settings.put("kafka.servers", kafka.servers());
      settings.put("lineage.transport", "none");
      settings.put("lake.root", "s3a://lake/chaos");
      settings.put("landing.root", "s3a://landing/chaos");
      settings.put("contracts", "src/demo/stream/contracts");
      new ChaosStream(settings, dir, Integer.parseInt(arguments[1]), Long.parseLong(arguments[3]))
          .drill(Integer.parseInt(arguments[1]), Integer.parseInt(arguments[2]));
    }
    System.exit(0);
  }

  /** The driver: says when it begins. */
  private static void stream(Map<String, String> settings, String until) {
    try (RunContext context = DemoLake.open(settings, "stream")) {
      System.out.println("ready");
      new io.sluice.stream.TopicStream(context, List.of(), 10)
          .run(io.sluice.stream.TopicStream.Until.valueOf(until));
    }
  }

  private void drill(int events, int kills) throws Exception {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", settings.get("kafka.servers")))) {
      admin
          .createTopics(
              List.of(
                  new NewTopic(TOPIC, PARTITIONS, (short) 1),
                  new NewTopic("transactions-dead", 1, (short) 1),
                  new NewTopic(ALERTS, 1, (short) 1)))
          .all()
          .get();
    }
    long began = System.nanoTime();
    int killed = 0;
    int sent = 0;
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", settings.get("kafka.servers"), "linger.ms", 5),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      while (killed < kills) {
        Process process = start("STOPPED");
        // While it lives its share of the events arrives, bit by bit; it dies at some moment: every
        // other life counts from its first commit, so that it dies among small batches.
        boolean isLong = killed % 2 == 1;
        int share = events / kills * (killed + 1) - sent;
        int early = isLong ? share / 4 : share;
        long lives = 4000 + random.nextInt(26_000);
        long commits = commits();
        long from = System.nanoTime();
        int made = 0;
        while (process.isAlive()) {
          double elapsed = Math.min(1, (System.nanoTime() - from) / 1e6 / lives);
          for (; made < early * elapsed; made++) {
            send(producer);
          }
          if (elapsed == 1 && !isLong) {
            process.destroyForcibly();
          } else if (isLong && commits() > commits) {
            isLong = false;
            early = share;
            from = System.nanoTime();
          }
          Thread.sleep(20);
        }
        check(process.waitFor() == 137, "the driver ended by itself; see " + log());
        for (; made < share; made++) {
          send(producer);
        }
        sent += share;
        killed++;
        System.out.printf(
            Locale.ROOT, "killed %d times, %,d events sent%n", killed, generator.truth().events);
      }
      for (; sent < events; sent++) {
        send(producer);
      }
    }
    Process last = start("CAUGHT_UP");
    check(last.waitFor(30, TimeUnit.MINUTES) && last.exitValue() == 0, "see " + log());
    verify(killed, (System.nanoTime() - began) / 1_000_000_000);
  }

  private long commits() throws IOException {
    try (Stream<Path> files = Files.list(log("silver/transactions"))) {
      return files.filter(one -> one.toString().endsWith(".json")).count();
    } catch (NoSuchFileException e) {
      return 0;
    }
  }

  /** A table's log, as the S3 server keeps it. */
  private Path log(String table) {
    return dir.resolve("data/lake/chaos").resolve(table).resolve("_delta_log");
  }

  private Path log() {
    return dir.resolve("stream.log");
  }

  private Process start(String until) throws IOException {
    Process process =
        OwnJvm.start(
            ChaosStream.class, "2g", log(), List.of("stream", OwnJvm.text(settings), until));
    BufferedReader out =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    String line;
    while ((line = out.readLine()) != null && !line.equals("ready")) {
      continue;
    }
    return process;
  }

  private void send(KafkaProducer<byte[], byte[]> producer) {
    TransactionGenerator.Event event = generator.next();
    producer.send(new ProducerRecord<>(TOPIC, event.partition(), event.key(), event.value()));
  }

  private void verify(int killed, long seconds) throws Exception {
    TransactionGenerator.StreamTruth truth = generator.truth();
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
      check(truth.late > 0, "no event was late");
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
      check(names.equals(List.copyOf(truth.alerts)), "alerts differ from the truth");
      check(
          alerts.equals(Lines.of(SpendingByQuery.alerts(silver))),
          "alerts differ from those of one batch");
      same("alerts on the topic", truth.alerts.size(), onTopic(ALERTS));
      same("dead letters", truth.quarantined, onTopic("transactions-dead"));
      long small = Topics.smallBatches(context, TOPIC);
      long commits = context.lake().silver(TOPIC).version() + 1;
      check(2 * small > commits, "only " + small + " of " + commits + " batches were small ones");
      System.out.printf(
          Locale.ROOT,
          "%,d events, driver killed %d times: %,d in silver, %,d in quarantine, %,d duplicates,"
              + " %,d late; %,d alerts and %,d dead letters, each once; as one batch finds them;"
              + " %,d of %,d batches took no job (%d s)%n",
          truth.events,
          killed,
          truth.accepted,
          truth.quarantined,
          truth.duplicates,
          truth.late,
          truth.alerts.size(),
          truth.quarantined,
          small,
          commits,
          seconds);
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
    check(expected == found, what + ": " + found + " instead of " + expected);
  }

  private static void check(boolean holds, String what) {
    if (!holds) {
      throw new AssertionError(what);
    }
  }
}
