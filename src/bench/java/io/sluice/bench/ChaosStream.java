package io.sluice.bench;

import io.sluice.demo.Demo;
import io.sluice.demo.DemoLake;
import io.sluice.demo.server.KafkaServer;
import io.sluice.demo.transactions.TransactionGenerator;
import io.sluice.run.RunContext;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Kills the stream's driver again and again while events arrive, then its broker, its executors and
 * its checkpoint folders, and holds tables and topics against the truth about the events: each one
 * once in silver, in quarantine, or counted as duplicate or late; each alert and dead letter once,
 * and the alerts those of the batch command. Most batches must have been small ones.
 *
 * <p>The driver is a JVM of its own with two executors in theirs; it is killed with SIGKILL at
 * seeded moments and started again, as an operator would. From the other {@linkplain Fault faults}
 * it must recover by itself.
 */
final class ChaosStream {
  private static final int PARTITIONS = 4;
  private static final String TOPIC = "transactions";
  private static final String ALERTS = "spending-alerts";

  /** What happens to a driver that goes on. */
  enum Fault {
    BROKER_KILLED,
    CHECKPOINTS_DELETED,
    EXECUTOR_KILLED
  }

  /** Three times the broker, twice each of the others. */
  private static final List<Fault> FAULTS =
      List.of(
          Fault.BROKER_KILLED,
          Fault.CHECKPOINTS_DELETED,
          Fault.EXECUTOR_KILLED,
          Fault.BROKER_KILLED,
          Fault.EXECUTOR_KILLED,
          Fault.CHECKPOINTS_DELETED,
          Fault.BROKER_KILLED);

  /** How long the events of a fault's share arrive. */
  private static final long FAULT_MILLIS = 12_000;

  private final Map<String, String> settings;
  private final Path dir;
  private final Random random;
  private final TransactionGenerator generator;

  private KafkaServer kafka;

  private ChaosStream(
      Map<String, String> settings, Path dir, KafkaServer kafka, int events, long seed) {
    this.kafka = kafka;
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
    KafkaServer kafka = broker(dir, 0);
    try {
      settings.put("kafka.servers", kafka.servers());
      settings.put("lineage.transport", "none");
      settings.put("lake.root", "s3a://lake/chaos");
      settings.put("landing.root", "s3a://landing/chaos");
      settings.put("contracts", "src/demo/stream/contracts");
      int events = Integer.parseInt(arguments[1]);
      new ChaosStream(settings, dir, kafka, events, Long.parseLong(arguments[3]))
          .drill(events, Integer.parseInt(arguments[2]));
    } catch (Exception | AssertionError e) {
      // Threads that read topics would wait for the broker for ever.
      e.printStackTrace();
      System.exit(1);
    }
    System.exit(0);
  }

  private static KafkaServer broker(Path dir, int port) throws IOException {
    Path jars = Path.of(System.getProperty("sluice.servers", "target/servers"), "kafka");
    return KafkaServer.start(jars, dir, port);
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
    EventTopics.create(
        settings.get("kafka.servers"), TOPIC, PARTITIONS, "transactions-dead", ALERTS);
    long began = System.nanoTime();
    int killed = 0;
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", settings.get("kafka.servers"), "linger.ms", 5),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      int shares = kills + FAULTS.size() + 1;
      for (; killed < kills; killed++) {
        life(producer, killed % 2 == 1, events / shares);
        System.out.printf(
            Locale.ROOT,
            "killed %d times, %,d events sent%n",
            killed + 1,
            generator.truth().events);
      }
      Process process = start("STOPPED");
      for (Fault fault : FAULTS) {
        suffer(fault, process, producer, events / shares);
      }
      process.destroyForcibly();
      killed++;
      while (generator.truth().events < events) {
        send(producer);
      }
    }
    Process last = start("CAUGHT_UP");
    DrillLake.check(last.waitFor(30, TimeUnit.MINUTES) && last.exitValue() == 0, "see " + log());
    System.out.println(
        new StreamAccount(settings, dir, generator.truth()).verified()
            + String.format(
                Locale.ROOT,
                "; driver killed %d times, %s (%d s)",
                killed,
                FAULTS,
                (System.nanoTime() - began) / 1_000_000_000));
  }

  /**
   * A driver's life: while it lasts its share of the events arrives, bit by bit, and it dies at
   * some moment.
   *
   * @param isLong its life counts from its first commit, so that it dies among small batches
   */
  private void life(KafkaProducer<byte[], byte[]> producer, boolean isLong, int share)
      throws Exception {
    Process process = start("STOPPED");
    boolean waits = isLong;
    int early = waits ? share / 4 : share;
    long lives = 4000 + random.nextInt(26_000);
    long commits = commits();
    long from = System.nanoTime();
    int made = 0;
    while (process.isAlive()) {
      double elapsed = Math.min(1, (System.nanoTime() - from) / 1e6 / lives);
      for (; made < early * elapsed; made++) {
        send(producer);
      }
      if (elapsed == 1 && !waits) {
        process.destroyForcibly();
      } else if (waits && commits() > commits) {
        waits = false;
        early = share;
        from = System.nanoTime();
      }
      Thread.sleep(20);
    }
    DrillLake.check(process.waitFor() == 137, "the driver ended by itself; see " + log());
    for (; made < share; made++) {
      send(producer);
    }
  }

  /** Events arrive, in their middle something breaks, and the driver commits again behind them. */
  private void suffer(
      Fault fault, Process process, KafkaProducer<byte[], byte[]> producer, int share)
      throws Exception {
    awaitCommit(process, commits(), producer);
    long from = System.nanoTime();
    boolean isDone = false;
    for (int made = 0; made < share; ) {
      double elapsed = Math.min(1, (System.nanoTime() - from) / 1e6 / FAULT_MILLIS);
      for (; made < share * elapsed; made++) {
        send(producer);
      }
      if (elapsed >= 0.5 && !isDone) {
        isDone = true;
        happen(fault, process);
      }
      Thread.sleep(20);
    }
    producer.flush();
    long recovered = System.nanoTime();
    awaitCommit(process, commits(), producer);
    System.out.printf(
        Locale.ROOT,
        "%s; committed again %.1f s behind the last event%n",
        fault.name().toLowerCase(Locale.ROOT).replace('_', ' '),
        (System.nanoTime() - recovered) / 1e9);
  }

  private void happen(Fault fault, Process process) throws Exception {
    switch (fault) {
      case BROKER_KILLED -> {
        kafka.kill();
        Thread.sleep(3000);
        String servers = kafka.servers();
        kafka = broker(dir, Integer.parseInt(servers.substring(servers.indexOf(':') + 1)));
      }
      case CHECKPOINTS_DELETED -> {
        int folders = delete(dir.resolve("data/lake/chaos/_work/alerts"));
        for (Path one : sourceCheckpoints()) {
          folders += delete(one);
        }
        DrillLake.check(folders > 1, "no checkpoint was there to be deleted");
      }
      case EXECUTOR_KILLED -> {
        List<ProcessHandle> executors = LocalCluster.executors(process);
        DrillLake.check(!executors.isEmpty(), "no executor was there to be killed; see " + log());
        executors.get(random.nextInt(executors.size())).destroyForcibly();
      }
      default -> throw new IllegalArgumentException(fault.name());
    }
  }

  /** The folders in which queries of sources keep their progress, on this machine. */
  private static List<Path> sourceCheckpoints() throws IOException {
    try (Stream<Path> files = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
      return files
          .filter(one -> one.getFileName().toString().startsWith("sluice-" + TOPIC + "-"))
          .toList();
    }
  }

  /** Gives how many folders were below it, itself among them. */
  private static int delete(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return 0;
    }
    int folders = 0;
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path one : all.sorted(Comparator.reverseOrder()).toList()) {
        folders += Files.isDirectory(one) ? 1 : 0;
        try {
          Files.deleteIfExists(one);
        } catch (DirectoryNotEmptyException e) {
          // The stream has just written there.
          continue;
        }
      }
    }
    return folders;
  }

  /** Waits for a commit of silver; an event a second keeps something to be committed. */
  private void awaitCommit(Process process, long commits, KafkaProducer<byte[], byte[]> producer)
      throws Exception {
    long deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(5);
    while (commits() <= commits) {
      DrillLake.check(process.isAlive(), "the driver ended by itself; see " + log());
      DrillLake.check(System.nanoTime() < deadline, "no commit for five minutes; see " + log());
      send(producer);
      Thread.sleep(1000);
    }
  }

  private long commits() throws IOException {
    try (Stream<Path> files =
        Files.list(dir.resolve("data/lake/chaos/silver/transactions/_delta_log"))) {
      return files.filter(one -> one.toString().endsWith(".json")).count();
    } catch (NoSuchFileException e) {
      return 0;
    }
  }

  private Path log() {
    return dir.resolve("stream.log");
  }

  private Process start(String until) throws IOException {
    Map<String, String> own = new LinkedHashMap<>(settings);
    own.putAll(LocalCluster.settings());
    Process process =
        OwnJvm.start(
            ChaosStream.class,
            "2g",
            log(),
            List.of("stream", OwnJvm.text(own), until),
            LocalCluster.environment(dir));
    OwnJvm.awaitReady(process);
    return process;
  }

  private void send(KafkaProducer<byte[], byte[]> producer) {
    TransactionGenerator.Event event = generator.next();
    producer.send(new ProducerRecord<>(TOPIC, event.partition(), event.key(), event.value()));
  }
}
