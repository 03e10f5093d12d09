package io.sluice.bench;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.from_json;
import static org.apache.spark.sql.functions.to_date;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sluice.demo.Demo;
import io.sluice.demo.DemoLake;
import io.sluice.demo.server.KafkaServer;
import io.sluice.demo.transactions.TransactionGenerator;
import io.sluice.run.RunContext;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
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
import java.util.TreeMap;
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
import org.apache.spark.sql.streaming.StreamingQuery;
import org.apache.spark.sql.streaming.Trigger;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * Measures the stream beside bare Spark: transactions at a steady rate through {@code stream}, and
 * through one Structured Streaming query that reads the topic, takes the records apart with {@code
 * from_json} and appends them to a Delta table.
 *
 * <p>The bare query has no rules, no quarantine, no keys, no bronze and no alerts. Each side is a
 * JVM of its own; producer, broker and S3 server share the machine with it. An event's latency
 * begins when the producer is given it and ends when the Delta commit that holds its row stands in
 * the store (its log file's time), or when a consumer of committed records has its alert. After the
 * steady minutes a burst tells how many events a second each side handles when it is behind, and
 * growing rates which of them it keeps up with.
 */
final class BenchStream {
  private static final int PARTITIONS = 4;
  private static final int USERS = 10_000;
  private static final int WARM_SECONDS = 90;
  private static final int STEP_SECONDS = 20;
  private static final ObjectMapper JSON = new ObjectMapper();

  private BenchStream() {}

  /** Folder, events a second, minutes, and optionally the sides to run. */
  public static void main(String[] arguments) throws Exception {
    if (arguments[0].equals("sluice") || arguments[0].equals("bare")) {
      side(arguments[0], OwnJvm.settings(arguments[1]));
      System.exit(0);
    }
    Path dir = Path.of(arguments[0]);
    int rate = Integer.parseInt(arguments[1]);
    int seconds = (int) Math.round(60 * Double.parseDouble(arguments[2]));
    List<String> sides =
        arguments.length > 3 ? List.of(arguments[3].split(",")) : List.of("bare", "sluice");
    Demo.clear(dir);
    Map<String, String> served = new LinkedHashMap<>(DemoLake.serve(dir, 0));
    Path jars = Path.of(System.getProperty("sluice.servers", "target/servers"), "kafka");
    try (KafkaServer kafka = KafkaServer.start(jars, dir, 0)) {
      served.put("kafka.servers", kafka.servers());
      served.put("lineage.transport", "none");
      Map<String, Map<String, Double>> figures = new LinkedHashMap<>();
      for (String side : sides) {
        figures.put(side, new Run(dir, served, side, rate, seconds).figures());
        print(figures, rate, seconds);
      }
    } catch (Exception e) {
      // Threads that read topics would wait for the broker for ever.
      e.printStackTrace();
      System.exit(1);
    }
    System.exit(0);
  }

  private static void print(Map<String, Map<String, Double>> figures, int rate, int seconds) {
    System.out.printf(Locale.ROOT, "%n%,d events a second for %d s, then a burst%n", rate, seconds);
    boolean both = figures.size() == 2;
    System.out.printf("%-44s", "");
    figures.keySet().forEach(side -> System.out.printf("%14s", side));
    System.out.println(both ? String.format("%14s", "ratio") : "");
    Map<String, Double> all = new LinkedHashMap<>();
    figures.values().forEach(all::putAll);
    for (String figure : all.keySet()) {
      System.out.printf("%-44s", figure);
      List<Double> values = new ArrayList<>();
      for (Map<String, Double> side : figures.values()) {
        Double value = side.get(figure);
        values.add(value);
        System.out.print(
            value == null
                ? String.format("%14s", "")
                : String.format(Locale.ROOT, "%,14.2f", value));
      }
      System.out.println(
          both && !values.contains(null)
              ? String.format(
                  Locale.ROOT,
                  "%14.2f",
                  figures.get("sluice").get(figure) / figures.get("bare").get(figure))
              : "");
    }
  }

  // ---- one side, seen from outside ----

  /** When each event of a topic was sent, by partition and offset. */
  private static final class Sent {
    private final long[][] at = new long[PARTITIONS][1 << 16];
    private final int[] count = new int[PARTITIONS];
    private long[] byNumber = new long[1 << 16];

    synchronized void at(int partition, long offset, long millis) {
      while (offset >= at[partition].length) {
        at[partition] = Arrays.copyOf(at[partition], at[partition].length * 2);
      }
      at[partition][(int) offset] = millis;
      count[partition] = Math.max(count[partition], (int) offset + 1);
    }

    synchronized void number(int number, long millis) {
      while (number >= byNumber.length) {
        byNumber = Arrays.copyOf(byNumber, byNumber.length * 2);
      }
      if (byNumber[number] == 0) {
        byNumber[number] = millis;
      }
    }

    synchronized long total() {
      return Arrays.stream(count).asLongStream().sum();
    }
  }

  /** A commit, when it stood there, and how far it reaches in each partition. */
  private record Commit(long millis, Map<Integer, Long> until) {}

  private static final class Run {
    private final Path dir;
    private final Map<String, String> settings;
    private final String side;
    private final String topic;
    private final int rate;
    private final int seconds;
    private final Sent sent = new Sent();
    private final List<long[]> alerts = new ArrayList<>();
    private final TransactionGenerator generator;
    private long began;
    private long ended;
    private volatile boolean done;

    Run(Path dir, Map<String, String> served, String side, int rate, int seconds) throws Exception {
      this.dir = dir;
      this.side = side;
      this.rate = rate;
      this.seconds = seconds;
      this.topic = "transactions-" + side;
      this.settings = new LinkedHashMap<>(served);
      settings.put("lake.root", "s3a://lake/" + side);
      settings.put("landing.root", "s3a://landing/" + side);
      settings.put("alerts.topic", topic + "-alerts");
      Path folder = Files.createDirectories(dir.resolve("contracts-" + side));
      Files.writeString(
          folder.resolve("transactions.yaml"),
          Files.readString(Path.of("src/demo/stream/contracts/transactions.yaml"))
              .replace("topic: transactions", "topic: " + topic)
              .replace("transactions-dead", topic + "-dead"));
      settings.put("contracts", folder.toString());
      this.generator =
          new TransactionGenerator(
              11,
              Instant.now().minusSeconds(3600),
              PARTITIONS,
              USERS,
              1_000_000L * PARTITIONS / rate);
      try (Admin admin = Admin.create(Map.of("bootstrap.servers", servers()))) {
        admin
            .createTopics(
                List.of(
                    new NewTopic(topic, PARTITIONS, (short) 1),
                    new NewTopic(topic + "-dead", 1, (short) 1),
                    new NewTopic(topic + "-alerts", 1, (short) 1)))
            .all()
            .get();
      }
    }

    private String servers() {
      return settings.get("kafka.servers");
    }

    Map<String, Double> figures() throws Exception {
      Process process =
          OwnJvm.start(
              BenchStream.class,
              "3g",
              dir.resolve(side + ".log"),
              List.of(side, OwnJvm.text(settings)));
      BufferedReader out =
          new BufferedReader(
              new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
      String line;
      while ((line = out.readLine()) != null && !line.equals("ready")) {
        continue;
      }
      Thread reader = new Thread(this::readAlerts, "alerts");
      reader.start();
      Map<String, Double> figures = new LinkedHashMap<>();
      try (KafkaProducer<byte[], byte[]> producer =
          new KafkaProducer<>(
              Map.of("bootstrap.servers", servers(), "linger.ms", 5, "acks", "1"),
              new ByteArraySerializer(),
              new ByteArraySerializer())) {
        pace(producer, WARM_SECONDS, rate, process, "warm");
        figures.put("live heap before, MB", liveHeap(process));
        pace(producer, 10, rate, process, "warm");
        began = System.currentTimeMillis();
        Map<String, Double> cpuBefore = cpu(process);
        pace(producer, seconds, rate, process, "steady");
        ended = System.currentTimeMillis();
        Map<String, Double> cpuAfter = cpu(process);
        cpuAfter.forEach(
            (who, spent) ->
                figures.put(
                    "CPU seconds a second: " + who,
                    (spent - cpuBefore.getOrDefault(who, 0.0)) / seconds));
        awaitAll(process);
        figures.put("live heap after, MB", liveHeap(process));
        long burst = System.currentTimeMillis();
        Map<String, Double> burstBefore = cpu(process);
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
            events / (cpu(process).get(side) - burstBefore.get(side)));
        figures.put("highest rate with stable lag", sustained(producer, process));
        awaitAll(process);
      }
      figures.put("events", (double) sent.total());
      process.getOutputStream().close();
      if (!process.waitFor(2, TimeUnit.MINUTES)) {
        process.destroyForcibly();
      }
      done = true;
      reader.join();
      check();
      List<Commit> visible = visible();
      latencies("produced -> row in Delta", visible, figures);
      if (side.equals("sluice")) {
        latencies("produced -> row in bronze", commits("bronze"), figures);
        List<Long> millis = new ArrayList<>();
        synchronized (alerts) {
          for (long[] alert : alerts) {
            long at = sent.byNumber[(int) alert[0]];
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
          visible.stream().filter(c -> c.millis >= began && c.millis < ended).count()
              / (double) seconds);
      return figures;
    }

    private void send(KafkaProducer<byte[], byte[]> producer) {
      TransactionGenerator.Event event = generator.next();
      long now = System.currentTimeMillis();
      int number = number(event.value());
      if (number >= 0) {
        sent.number(number, now);
      }
      producer.send(
          new ProducerRecord<>(topic, event.partition(), event.key(), event.value()),
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
    private double sustained(KafkaProducer<byte[], byte[]> producer, Process process)
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
        Process process,
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
              side,
              phase,
              elapsed,
              sent.total(),
              behind(),
              rss(process),
              cpu(process));
          next += 10;
        }
        if (elapsed >= forSeconds) {
          // A cold JVM falls behind at first; what is measured begins when it has caught up.
          if (!phase.equals("warm") || elapsed > 240 || behind() <= 2L * rate) {
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

    private static long rss(Process process) throws IOException {
      try (Stream<String> lines = Files.lines(Path.of("/proc/" + process.pid() + "/status"))) {
        return lines
            .filter(line -> line.startsWith("VmRSS:"))
            .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024)
            .findFirst()
            .orElse(0);
      }
    }

    /** What lives on the side's heap, behind a collection. */
    private static double liveHeap(Process process) throws Exception {
      Process histogram =
          new ProcessBuilder(
                  System.getProperty("java.home") + "/bin/jcmd",
                  String.valueOf(process.pid()),
                  "GC.class_histogram")
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      String last = "";
      try (BufferedReader lines =
          new BufferedReader(
              new InputStreamReader(histogram.getInputStream(), StandardCharsets.UTF_8))) {
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
          last = line.isBlank() ? last : line;
        }
      }
      return Double.parseDouble(last.trim().split("\\s+")[2]) / 1e6;
    }

    /** CPU seconds so far: of the side, of the servers, and of this JVM, which produces. */
    private Map<String, Double> cpu(Process process) {
      Map<String, Double> spent = new LinkedHashMap<>();
      spent.put(side, seconds(process.toHandle()));
      ProcessHandle.current()
          .children()
          .filter(child -> child.pid() != process.pid())
          .forEach(
              child -> {
                String command = child.info().commandLine().orElse("");
                if (command.contains("kafka.Kafka")) {
                  spent.put("broker", seconds(child));
                } else if (command.contains("s3proxy")) {
                  spent.put("S3 server", seconds(child));
                }
              });
      spent.put("producer", seconds(ProcessHandle.current()));
      return spent;
    }

    private static double seconds(ProcessHandle process) {
      return process.info().totalCpuDuration().orElse(Duration.ZERO).toMillis() / 1000.0;
    }

    private long behind() throws IOException {
      List<Commit> commits = visible();
      long seen =
          commits.isEmpty()
              ? 0
              : commits.get(commits.size() - 1).until.values().stream().mapToLong(v -> v).sum();
      return sent.total() - seen;
    }

    private long lastVisible() throws IOException {
      List<Commit> commits = visible();
      return commits.get(commits.size() - 1).millis;
    }

    private void awaitAll(Process process) throws Exception {
      long deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(15);
      while (behind() > 0) {
        if (!process.isAlive() || System.nanoTime() > deadline) {
          throw new IllegalStateException(
              side + " is " + behind() + " events behind; see " + dir.resolve(side + ".log"));
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
            String id = JSON.readTree(record.value()).path("transaction_id").asText();
            synchronized (alerts) {
              alerts.add(new long[] {Long.parseLong(id.substring(2)), now});
            }
          }
        }
      } catch (IOException e) {
        throw new java.io.UncheckedIOException(e);
      }
    }

    // ---- what stands in the store ----

    private final Map<Path, JsonNode[]> read = new HashMap<>();
    private final Map<Path, Long> times = new HashMap<>();
    private final Map<Path, Map<Integer, Long>> ends = new HashMap<>();

    /** A table's commits by version. */
    private TreeMap<Long, Path> log(String table) throws IOException {
      Path folder = dir.resolve("data/lake").resolve(side).resolve(table).resolve("_delta_log");
      TreeMap<Long, Path> files = new TreeMap<>();
      if (Files.isDirectory(folder)) {
        try (Stream<Path> list = Files.list(folder)) {
          list.filter(file -> file.getFileName().toString().matches("\\d{20}\\.json"))
              .forEach(
                  file ->
                      files.put(
                          Long.valueOf(file.getFileName().toString().substring(0, 20)), file));
        }
      }
      return files;
    }

    private JsonNode[] actions(Path file) throws IOException {
      JsonNode[] actions = read.get(file);
      if (actions == null) {
        times.put(file, Files.getLastModifiedTime(file).toMillis());
        List<JsonNode> nodes = new ArrayList<>();
        for (String one : Files.readAllLines(file)) {
          JsonNode node = JSON.readTree(one);
          if (node.has("txn") || node.has("commitInfo")) {
            nodes.add(node);
          }
        }
        actions = nodes.toArray(JsonNode[]::new);
        read.put(file, actions);
      }
      return actions;
    }

    /** The commits by which rows become visible to readers of the side's table. */
    private List<Commit> visible() throws IOException {
      return commits(side.equals("bare") ? "bare" : "silver");
    }

    private List<Commit> commits(String what) throws IOException {
      List<Commit> commits = new ArrayList<>();
      if (what.equals("bare")) {
        Path offsets = dir.resolve("data/lake").resolve(side).resolve("checkpoint/offsets");
        for (Path file : log("table").values()) {
          for (JsonNode action : actions(file)) {
            if (action.has("txn")) {
              Map<Integer, Long> until = ends.get(file);
              if (until == null) {
                // Spark deletes these after a hundred batches.
                Path batch = offsets.resolve(action.path("txn").path("version").asText());
                Map<Integer, Long> read = new HashMap<>();
                JSON.readTree(Files.readAllLines(batch).get(2))
                    .path(topic)
                    .fields()
                    .forEachRemaining(
                        one -> read.put(Integer.valueOf(one.getKey()), one.getValue().asLong()));
                ends.put(file, read);
                until = read;
              }
              commits.add(new Commit(times.get(file), until));
            }
          }
        }
        return commits;
      }
      Map<Long, Map<Integer, Long>> bronze = new HashMap<>();
      Map<Integer, Long> reached = new HashMap<>();
      for (var version : log("bronze/transactions").entrySet()) {
        for (JsonNode action : actions(version.getValue())) {
          String app = action.path("txn").path("appId").asText();
          if (app.startsWith("ingest:" + topic + "/")) {
            reached.put(
                Integer.valueOf(app.substring(app.lastIndexOf('/') + 1)),
                action.path("txn").path("version").asLong());
          }
        }
        bronze.put(version.getKey(), new HashMap<>(reached));
        if (what.equals("bronze")) {
          commits.add(new Commit(times.get(version.getValue()), new HashMap<>(reached)));
        }
      }
      if (what.equals("silver")) {
        for (Path file : log("silver/transactions").values()) {
          for (JsonNode action : actions(file)) {
            if (action.path("txn").path("appId").asText().equals("refine")) {
              commits.add(
                  new Commit(
                      times.get(file), bronze.get(action.path("txn").path("version").asLong())));
            }
          }
        }
      }
      return commits;
    }

    private void latencies(String name, List<Commit> commits, Map<String, Double> figures) {
      long[] all = new long[(int) sent.total()];
      int found = 0;
      Map<Integer, Long> from = new HashMap<>();
      for (Commit commit : commits) {
        for (Map.Entry<Integer, Long> one : commit.until.entrySet()) {
          long begin = from.getOrDefault(one.getKey(), 0L);
          for (long offset = begin; offset < one.getValue(); offset++) {
            long at = sent.at[one.getKey()][(int) offset];
            if (at >= began && at < ended) {
              all[found++] = commit.millis - at;
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

    /** Sluice's account of all events is the generator's. */
    private void check() throws IOException {
      if (side.equals("bare")) {
        return;
      }
      long accepted = 0;
      long quarantined = 0;
      long duplicates = 0;
      for (Path file : log("silver/transactions").values()) {
        for (JsonNode action : actions(file)) {
          String rowCounts = action.path("commitInfo").path("userMetadata").asText();
          if (rowCounts.startsWith("{")) {
            JsonNode node = JSON.readTree(rowCounts);
            accepted += node.path("accepted").asLong();
            quarantined += node.path("quarantined").asLong();
            duplicates += node.path("duplicate").asLong();
          }
        }
      }
      TransactionGenerator.StreamTruth truth = generator.truth();
      boolean same =
          accepted == truth.accepted
              && quarantined == truth.quarantined
              && duplicates == truth.duplicates;
      System.out.printf(
          Locale.ROOT,
          "%s: %,d events = %,d accepted + %,d quarantined + %,d duplicates; %s%n",
          side,
          truth.events,
          accepted,
          quarantined,
          duplicates,
          same ? "as the generator says" : "WRONG");
      if (!same) {
        throw new IllegalStateException("the account is not the generator's");
      }
    }
  }

  // ---- one side, from inside ----

  private static void side(String side, Map<String, String> settings) throws Exception {
    try (RunContext context = DemoLake.open(settings, "stream")) {
      if (side.equals("sluice")) {
        io.sluice.stream.TopicStream stream =
            new io.sluice.stream.TopicStream(context, List.of("transactions"), 10);
        Thread stopper =
            new Thread(
                () -> {
                  awaitEnd();
                  stream.stop();
                });
        stopper.start();
        System.out.println("ready");
        stream.run(io.sluice.stream.TopicStream.Until.STOPPED);
        return;
      }
      String root = settings.get("lake.root");
      StructType schema =
          new StructType()
              .add("transaction_id", DataTypes.StringType)
              .add("event_time", DataTypes.TimestampType)
              .add("user_id", DataTypes.StringType)
              .add("amount", DataTypes.createDecimalType(12, 2))
              .add("merchant", DataTypes.StringType);
      StreamingQuery query =
          context
              .spark()
              .readStream()
              .format("kafka")
              .option("kafka.bootstrap.servers", settings.get("kafka.servers"))
              .option("subscribe", "transactions-bare")
              .option("startingOffsets", "earliest")
              .load()
              .select(from_json(col("value").cast("string"), schema).as("event"))
              .select("event.*")
              .withColumn("day", to_date(col("event_time")))
              .writeStream()
              .format("delta")
              .partitionBy("day")
              .outputMode("append")
              .trigger(Trigger.ProcessingTime(0))
              .option("checkpointLocation", root + "/checkpoint")
              .start(root + "/table");
      System.out.println("ready");
      awaitEnd();
      query.stop();
    }
  }

  private static void awaitEnd() {
    try {
      while (System.in.read() >= 0) {
        continue;
      }
    } catch (IOException e) {
      // Whoever started this JVM is gone.
    }
  }
}
