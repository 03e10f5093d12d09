package io.sluice.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.sluice.demo.transactions.TransactionGenerator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * One side of the comparison, seen from outside: starts its JVM, sends it events at a steady rate,
 * then a burst, then growing rates, and reads from logs and topics what became of them.
 */
final class StreamRun {
  static final int PARTITIONS = 4;
  private static final int USERS = 10_000;

  /** At a quarter of the rate: a cold JVM would fall far behind, and get warm at other work. */
  private static final int SLOW_SECONDS = 60;

  private static final int WARM_SECONDS = 90;

  /** So long it may take at the full rate until it has caught up. */
  private static final int MOST_WARM_SECONDS = 480;

  private static final int STEP_SECONDS = 20;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path dir;
  private final Map<String, String> settings;
  private final StreamSide side;

  /** The side and the pair that it is run in. */
  private final String name;

  private final String topic;
  private final AvroEvents avro;
  private final int rate;
  private final int seconds;
  private final SentEvents sent = new SentEvents();
  private final SideCommits commits;
  private final List<long[]> alerts = new ArrayList<>();
  private final TransactionGenerator generator;
  private long began;
  private long ended;
  private volatile boolean done;

  StreamRun(Path dir, Map<String, String> served, StreamSide side, int pair, int rate, int seconds)
      throws Exception {
    this.dir = dir;
    this.side = side;
    this.name = side.label() + "-" + pair;
    this.rate = rate;
    this.seconds = seconds;
    this.topic = "transactions-" + name;
    this.commits = new SideCommits(dir, name, side == StreamSide.BARE, topic);
    this.settings = new LinkedHashMap<>(served);
    settings.put("lake.root", "s3a://lake/" + name);
    settings.put("landing.root", "s3a://landing/" + name);
    settings.put("bench.topic", topic);
    Path folder = Files.createDirectories(dir.resolve("contracts-" + name));
    side.contracts(folder, topic);
    settings.put("contracts", folder.toString());
    this.avro =
        side == StreamSide.AVRO
            ? new AvroEvents(served.get("registry.url"), topic + "-value")
            : null;
    this.generator =
        new TransactionGenerator(
            11,
            Instant.now().minusSeconds(3600),
            PARTITIONS,
            USERS,
            1_000_000L * PARTITIONS / rate);
    EventTopics.create(servers(), topic, PARTITIONS, topic + "-dead", topic + "-alerts");
  }

  private String servers() {
    return settings.get("kafka.servers");
  }

  Map<String, Double> figures() throws Exception {
    Process jvm =
        OwnJvm.start(
            BenchStream.class,
            "3g",
            log(),
            List.of("side", side.label(), OwnJvm.text(settings), String.valueOf(USERS)));
    SideProcess process = new SideProcess(name, jvm);
    OwnJvm.awaitReady(jvm);
    Thread reader = new Thread(this::readAlerts, "alerts");
    reader.start();
    Map<String, Double> figures = new LinkedHashMap<>();
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", servers(), "linger.ms", 5, "acks", "1"),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      pace(producer, SLOW_SECONDS, rate / 4, process, "slow");
      pace(producer, WARM_SECONDS, rate, process, "warm");
      figures.put("live heap before, MB", process.liveHeap());
      pace(producer, 10, rate, process, "warm");
      began = System.currentTimeMillis();
      Map<String, Double> cpuBefore = process.cpu();
      pace(producer, seconds, rate, process, "steady");
      ended = System.currentTimeMillis();
      Map<String, Double> cpuAfter = process.cpu();
      cpuAfter.forEach(
          (who, spent) ->
              figures.put(
                  "CPU seconds a second: " + who,
                  (spent - cpuBefore.getOrDefault(who, 0.0)) / seconds));
      awaitAll(process);
      figures.put("live heap after, MB", process.liveHeap());
      long burst = System.currentTimeMillis();
      Map<String, Double> burstBefore = process.cpu();
      int events = rate * 20;
      for (int i = 0; i < events; i++) {
        send(producer);
      }
      producer.flush();
      awaitAll(process);
      long last = lastVisible();
      figures.put("burst: events a second", events * 1000.0 / (last - burst));
      figures.put(
          "burst: events a CPU second",
          events / (process.cpu().get("driver") - burstBefore.get("driver")));
      figures.put("highest rate with stable lag", sustained(producer, process));
      awaitAll(process);
    }
    figures.put("events", (double) sent.total());
    jvm.getOutputStream().close();
    if (!jvm.waitFor(2, TimeUnit.MINUTES)) {
      jvm.destroyForcibly();
    }
    done = true;
    reader.join();
    commits.check(generator.truth());
    List<SideCommits.Commit> visible = commits.visible();
    latencies("produced -> row in Delta", visible, figures);
    if (side != StreamSide.BARE) {
      latencies("produced -> row in bronze", commits.commits("bronze"), figures);
    }
    if (side == StreamSide.ALERTS) {
      List<Long> millis = new ArrayList<>();
      synchronized (alerts) {
        for (long[] alert : alerts) {
          long at = sent.byNumber((int) alert[0]);
          if (at >= began && at < ended) {
            millis.add(alert[1] - at);
          }
        }
      }
      figures.put("alerts", (double) millis.size());
      quantiles(
          "produced -> alert on the topic", millis.stream().mapToLong(m -> m).toArray(), figures);
    }
    figures.put(
        "commits a second",
        visible.stream().filter(c -> c.millis() >= began && c.millis() < ended).count()
            / (double) seconds);
    return figures;
  }

  private Path log() {
    return dir.resolve(name + ".log");
  }

  private void send(KafkaProducer<byte[], byte[]> producer) throws IOException {
    TransactionGenerator.Event event = generator.next();
    long now = System.currentTimeMillis();
    int number = number(event.value());
    if (number >= 0) {
      sent.number(number, now);
    }
    producer.send(
        new ProducerRecord<>(
            topic,
            event.partition(),
            event.key(),
            avro == null ? event.value() : avro.of(event.value())),
        (metadata, failure) -> {
          if (failure == null) {
            sent.at(metadata.partition(), metadata.offset(), now);
          } else {
            failure.printStackTrace();
          }
        });
  }

  /** The number in {@code {"transaction_id":"T-…"}; -1 if there is none. */
  private static int number(byte[] value) {
    int begin = "{\"transaction_id\":\"T-".length();
    if (value == null || value.length < begin + 60) {
      return -1;
    }
    int number = 0;
    for (int i = begin; i < value.length && value[i] >= '0' && value[i] <= '9'; i++) {
      number = number * 10 + value[i] - '0';
    }
    return number;
  }

  /**
   * The highest of some growing rates at whose end no more than two seconds of events are behind;
   * no higher than what the producer can send beside it.
   */
  private double sustained(KafkaProducer<byte[], byte[]> producer, SideProcess process)
      throws Exception {
    int highest = rate;
    while (true) {
      int next = highest * 5 / 4;
      long began = System.nanoTime();
      long before = sent.total();
      pace(producer, STEP_SECONDS, next, process, "step");
      double reached = (sent.total() - before) * 1e9 / (System.nanoTime() - began);
      if (behind() > 2L * next) {
        return highest;
      }
      if (reached < 0.95 * next) {
        return Math.max(highest, reached);
      }
      highest = next;
    }
  }

  private void pace(
      KafkaProducer<byte[], byte[]> producer,
      int atLeast,
      int rate,
      SideProcess process,
      String phase)
      throws Exception {
    int forSeconds = atLeast;
    long start = System.nanoTime();
    long made = 0;
    long next = 10;
    while (true) {
      double elapsed = (System.nanoTime() - start) / 1e9;
      if (elapsed >= next || elapsed >= forSeconds) {
        System.out.printf(
            Locale.ROOT,
            "%s %s %4.0f s: %,d sent, %,d behind, RSS %,d MB, CPU %s%n",
            name,
            phase,
            elapsed,
            sent.total(),
            behind(),
            process.rss(),
            process.cpu());
        next += 10;
      }
      if (elapsed >= forSeconds) {
        // A cold JVM falls behind at first; what is measured begins when it has caught up.
        if (!phase.equals("warm") || elapsed > MOST_WARM_SECONDS || behind() <= 2L * rate) {
          return;
        }
        forSeconds += 5;
      }
      // Not all that is due, if the producer has fallen behind: the step is to end in its time.
      long due = Math.min((long) (elapsed * rate), made + rate / 10);
      for (; made < due; made++) {
        send(producer);
      }
      Thread.sleep(5);
    }
  }

  private long behind() throws IOException {
    List<SideCommits.Commit> visible = commits.visible();
    long seen =
        visible.isEmpty()
            ? 0
            : visible.get(visible.size() - 1).until().values().stream().mapToLong(v -> v).sum();
    return sent.total() - seen;
  }

  private long lastVisible() throws IOException {
    List<SideCommits.Commit> visible = commits.visible();
    return visible.get(visible.size() - 1).millis();
  }

  private void awaitAll(SideProcess process) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(15);
    while (behind() > 0) {
      if (!process.process().isAlive() || System.nanoTime() > deadline) {
        throw new IllegalStateException(name + " is " + behind() + " events behind; see " + log());
      }
      Thread.sleep(50);
    }
  }

  private void readAlerts() {
    Map<String, Object> client = new HashMap<>();
    client.put("bootstrap.servers", servers());
    client.put("isolation.level", "read_committed");
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(client, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      consumer.assign(List.of(new TopicPartition(topic + "-alerts", 0)));
      consumer.seekToBeginning(consumer.assignment());
      while (!done) {
        var records = consumer.poll(Duration.ofMillis(100));
        long now = System.currentTimeMillis();
        for (var record : records) {
          String key = JSON.readTree(record.value()).path("row_key").asText();
          String id = JSON.readTree(key).path("transaction_id").asText();
          synchronized (alerts) {
            alerts.add(new long[] {Long.parseLong(id.substring(2)), now});
          }
        }
      }
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private void latencies(
      String name, List<SideCommits.Commit> commits, Map<String, Double> figures) {
    long[] all = new long[(int) sent.total()];
    int found = 0;
    Map<Integer, Long> from = new HashMap<>();
    for (SideCommits.Commit commit : commits) {
      for (Map.Entry<Integer, Long> one : commit.until().entrySet()) {
        long begin = from.getOrDefault(one.getKey(), 0L);
        for (long offset = begin; offset < one.getValue(); offset++) {
          long at = sent.at(one.getKey(), offset);
          if (at >= began && at < ended) {
            all[found++] = commit.millis() - at;
          }
        }
        from.put(one.getKey(), one.getValue());
      }
    }
    quantiles(name, Arrays.copyOf(all, found), figures);
  }

  private static void quantiles(String name, long[] millis, Map<String, Double> figures) {
    if (millis.length == 0) {
      return;
    }
    Arrays.sort(millis);
    figures.put(name + ", p50 s", millis[millis.length / 2] / 1000.0);
    figures.put(name + ", p99 s", millis[(int) (millis.length * 0.99)] / 1000.0);
    figures.put(name + ", max s", millis[millis.length - 1] / 1000.0);
  }
}
