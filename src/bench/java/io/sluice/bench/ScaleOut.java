package io.sluice.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sluice.demo.Demo;
import io.sluice.demo.DemoLake;
import io.sluice.demo.server.KafkaServer;
import io.sluice.demo.server.ServerJvm;
import io.sluice.run.RunContext;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * Holds very many users in open windows: the state lies on two executors in JVMs of their own,
 * beside a driver of 1 GiB. Each user pays once; an executor is killed; every hundredth user pays
 * twice more, which passes the limit only together with the first. So an alert tells that the state
 * of its user was still there.
 */
final class ScaleOut {
  private static final int PARTITIONS = 4;
  private static final int EACH = 100;
  private static final String TOPIC = "transactions-scale";
  private static final Pattern STATE_ROWS =
      Pattern.compile("sluice_stream_state_rows\\{.*} (\\S+)");
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Map<String, String> settings;
  private final Path dir;
  private final int users;
  private final int metrics;
  private final int pages;
  private final Instant minute =
      Instant.now().minus(10, ChronoUnit.MINUTES).truncatedTo(ChronoUnit.MINUTES);
  private long number;

  private ScaleOut(Map<String, String> served, Path dir, int users) throws IOException {
    this.dir = dir;
    this.users = users;
    this.metrics = ServerJvm.freePort();
    this.pages = ServerJvm.freePort();
    Path folder = Files.createDirectories(dir.resolve("contracts"));
    StreamSide.ALERTS.contracts(folder, TOPIC);
    this.settings = new LinkedHashMap<>(served);
    settings.put("lineage.transport", "none");
    settings.put("lake.root", "s3a://lake/scale");
    settings.put("landing.root", "s3a://landing/scale");
    settings.put("contracts", folder.toString());
  }

  /** Folder, users. */
  public static void main(String[] arguments) throws Exception {
    Path dir = Path.of(arguments[0]);
    Demo.clear(dir);
    Map<String, String> served = new LinkedHashMap<>(DemoLake.serve(dir, 0));
    Path jars = Path.of(System.getProperty("sluice.servers", "target/servers"), "kafka");
    try (KafkaServer kafka = KafkaServer.start(jars, dir, 0)) {
      served.put("kafka.servers", kafka.servers());
      new ScaleOut(served, dir, Integer.parseInt(arguments[1])).drill();
    } catch (Exception | AssertionError e) {
      // Threads that read topics would wait for the broker for ever.
      e.printStackTrace();
      System.exit(1);
    }
    System.exit(0);
  }

  private void drill() throws Exception {
    EventTopics.create(
        settings.get("kafka.servers"), TOPIC, PARTITIONS, TOPIC + "-dead", TOPIC + "-alerts");
    Map<String, String> own = new LinkedHashMap<>(settings);
    own.putAll(LocalCluster.settings());
    own.put("metrics.port", String.valueOf(metrics));
    own.put("spark.ui.enabled", "true");
    own.put("spark.ui.port", String.valueOf(pages));
    Process driver =
        OwnJvm.start(
            ChaosStream.class,
            "1g",
            dir.resolve("stream.log"),
            List.of("stream", OwnJvm.text(own), "STOPPED"),
            LocalCluster.environment(dir));
    OwnJvm.awaitReady(driver);
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", settings.get("kafka.servers"), "linger.ms", 5),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      long began = System.nanoTime();
      for (int user = 0; user < users; user++) {
        send(producer, user);
      }
      await(driver, () -> stateRows() == users, "state of " + users + " users");
      System.out.printf(
          Locale.ROOT,
          "%,d users in open windows after %d s; live heap of the driver, which may have 1,024 MB:"
              + " %,.0f MB%n",
          users,
          (System.nanoTime() - began) / 1_000_000_000,
          new SideProcess("driver", driver).liveHeap());
      executors();
      LocalCluster.executors(driver).get(0).destroyForcibly();
      System.out.println("killed an executor");
      for (int twice = 0; twice < 2; twice++) {
        for (int user = 0; user < users; user += EACH) {
          send(producer, user);
        }
      }
      producer.flush();
      int expected = (users + EACH - 1) / EACH;
      try (RunContext context = DemoLake.open(settings, "scale")) {
        await(driver, () -> alerts(context).count() >= expected, expected + " alerts");
        long exact =
            alerts(context)
                .where("counted['count(*)'] = 3 and counted['sum(amount)'] = 1200.00")
                .select("key")
                .distinct()
                .count();
        DrillLake.check(
            exact == expected && alerts(context).count() == expected,
            exact + " alerts of " + expected + " count three payments");
      }
      executors();
      System.out.printf(
          Locale.ROOT, "%,d alerts, one a user, each over all three of its payments%n", expected);
    }
    driver.destroyForcibly();
  }

  private interface Condition {
    boolean holds() throws Exception;
  }

  private void await(Process driver, Condition condition, String what) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(15);
    while (!condition.holds()) {
      DrillLake.check(
          driver.isAlive() && System.nanoTime() < deadline,
          what + ": not there; see " + dir.resolve("stream.log"));
      Thread.sleep(1000);
    }
  }

  private static Dataset<Row> alerts(RunContext context) {
    return context.lake().gold("transactions_alerts").read();
  }

  private void send(KafkaProducer<byte[], byte[]> producer, int user) {
    String name = String.format(Locale.ROOT, "U-%07d", user);
    String event =
        String.format(
            Locale.ROOT,
            "{\"transaction_id\":\"T-%d\",\"event_time\":\"%s\",\"user_id\":\"%s\",\"amount\":400.00,"
                + "\"merchant\":\"M-1\"}",
            number++,
            minute.plusMillis(number * 20_000 / users),
            name);
    producer.send(
        new ProducerRecord<>(
            TOPIC,
            user % PARTITIONS,
            name.getBytes(StandardCharsets.UTF_8),
            event.getBytes(StandardCharsets.UTF_8)));
  }

  private double stateRows() throws IOException, InterruptedException {
    Matcher found = STATE_ROWS.matcher(get("http://127.0.0.1:" + metrics + "/metrics"));
    return found.find() ? Double.parseDouble(found.group(1)) : 0;
  }

  /** Prints which JVM has run which share of the tasks. */
  private void executors() throws IOException, InterruptedException {
    String api = "http://127.0.0.1:" + pages + "/api/v1/applications";
    String application = JSON.readTree(get(api)).path(0).path("id").asText();
    for (JsonNode one : JSON.readTree(get(api + "/" + application + "/allexecutors"))) {
      System.out.printf(
          Locale.ROOT,
          "  %-8s %s: %,d tasks, %,d s, %,d MB of shuffle read%n",
          one.path("id").asText().equals("driver")
              ? "driver"
              : "executor " + one.path("id").asText(),
          one.path("isActive").asBoolean() ? "alive" : "dead",
          one.path("totalTasks").asLong(),
          one.path("totalDuration").asLong() / 1000,
          one.path("totalShuffleRead").asLong() / 1_000_000);
    }
  }

  private static String get(String url) throws IOException, InterruptedException {
    return HttpClient.newHttpClient()
        .send(HttpRequest.newBuilder(URI.create(url)).build(), HttpResponse.BodyHandlers.ofString())
        .body();
  }
}
