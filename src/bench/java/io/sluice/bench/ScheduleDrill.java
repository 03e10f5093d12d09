package io.sluice.bench;

import io.sluice.ingest.Ingest;
import io.sluice.pipeline.Maintain;
import io.sluice.refine.Backfill;
import io.sluice.refine.Refine;
import io.sluice.refine.Replay;
import io.sluice.run.RunContext;
import io.sluice.table.FencedException;
import io.sluice.table.LakeTable;
import io.sluice.testing.Readings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Commands of one source that run side by side. */
final class ScheduleDrill {
  private static final int FILES = 4;

  private final DrillLake lake;

  ScheduleDrill(DrillLake lake) {
    this.lake = lake;
  }

  /**
   * Nights, a stream, compaction, backfills and replays of one source side by side end as one after
   * the other would.
   */
  String schedules(int schedules) throws Exception {
    int conflicts = 0;
    long began = System.nanoTime();
    for (int schedule = 0; schedule < schedules; schedule++) {
      Random random = new Random(lake.seed() + schedule);
      String serial = "serial-" + schedule;
      String root = "schedule-" + schedule;
      List<String> files = new ArrayList<>();
      for (int file = 0; file < FILES; file++) {
        files.add(DrillLake.readings(random, 12));
      }
      String topic = "readings-" + lake.seed() + "-" + schedule;
      String[] contracts = {"contracts", withTopic(topic).toString()};
      // Both lakes read the whole topic; which of its records come in which batch is left to
      // chance.
      List<String> records =
          DrillLake.readings(random, 12).lines().skip(1).map(ScheduleDrill::record).toList();
      try (Producer<byte[], byte[]> producer = producer(topic)) {
        send(producer, topic, records.subList(0, 4));
        try (RunContext context = lake.open(root, contracts)) {
          DrillLake.write(context, "readings/0.csv", files.get(0));
          new Ingest(context, "readings").run();
          new Refine(context, "readings").run();
          conflicts +=
              concurrently(
                  context,
                  files,
                  random,
                  part -> send(producer, topic, records.subList(4 * part, 4 * part + 4)));
          new Ingest(context, "readings").run();
          new Refine(context, "readings").run();
        }
      }
      try (RunContext context = lake.open(serial, contracts)) {
        for (int file = 0; file < FILES; file++) {
          DrillLake.write(context, "readings/" + file + ".csv", files.get(file));
          new Ingest(context, "readings").run();
          new Refine(context, "readings").run();
        }
      }
      DrillLake.check(
          lake.readings(serial).equals(lake.readings(root)),
          "schedule "
              + schedule
              + " differs: "
              + lake.readings(serial)
              + " "
              + lake.readings(root));
    }
    return DrillLake.line(
        "night, stream, compaction, backfill, replay",
        schedules + " seeded schedules, " + conflicts + " runs refused",
        "rows lost: 0, doubled: 0 (" + DrillLake.seconds(began) + ")");
  }

  /**
   * The readings' contract with a topic beside its files, and without the limit that stops a batch
   * for its broken rows: in batches of four they may be most by chance.
   */
  private static Path withTopic(String topic) throws IOException {
    Path folder = Files.createDirectories(Path.of("target/chaos-contracts").resolve(topic));
    Files.writeString(
        folder.resolve("readings.yaml"),
        Files.readString(Readings.CONTRACTS.resolve("readings.yaml"))
                .replaceFirst("quarantineLimit, value: [0-9.]+", "quarantineLimit, value: 1")
                .stripTrailing()
            + "\n      - {name: events, format: json, topic: "
            + topic
            + "}\n");
    return folder;
  }

  /**
   * A line of the readings' file as an event; an hour later, so that no file's line is its equal.
   */
  private static String record(String line) {
    String[] values = line.split(",");
    return String.format(
        "{\"meter\":\"%s\",\"day\":\"%s\",\"kwh\":%s,\"unit\":\"%s\",\"read_at\":\"%s\"}",
        values[0], values[1], values[2], values[3], values[4].replace("T10", "T11"));
  }

  private Producer<byte[], byte[]> producer(String topic) throws Exception {
    Map<String, Object> servers = Map.of("bootstrap.servers", lake.served().get("kafka.servers"));
    try (Admin admin = Admin.create(servers)) {
      admin.createTopics(List.of(new NewTopic(topic, 1, (short) 1))).all().get();
    }
    return new KafkaProducer<>(servers, new ByteArraySerializer(), new ByteArraySerializer());
  }

  private static void send(Producer<byte[], byte[]> producer, String topic, List<String> records) {
    records.forEach(
        record ->
            producer.send(
                new ProducerRecord<>(topic, 0, null, record.getBytes(StandardCharsets.UTF_8))));
    producer.flush();
  }

  private int concurrently(
      RunContext context, List<String> files, Random random, IntConsumer events)
      throws InterruptedException {
    long[] pauses = random.longs(12, 0, 1500).toArray();
    ExecutorService pool = Executors.newFixedThreadPool(5);
    AtomicInteger restarts = new AtomicInteger();
    List<Future<?>> work = new ArrayList<>();
    work.add(
        pool.submit(
            () -> {
              for (int file = 1; file < FILES; file++) {
                Thread.sleep(pauses[file]);
                DrillLake.write(context, "readings/" + file + ".csv", files.get(file));
                restarts.addAndGet(
                    refusals(
                        () -> {
                          new Ingest(context, "readings").run();
                          new Refine(context, "readings").run();
                        }));
              }
              return null;
            }));
    work.add(
        pool.submit(
            () -> {
              for (int turn = 0; turn < 2; turn++) {
                Thread.sleep(pauses[6 + turn]);
                Maintain maintain = new Maintain(context, Instant.now());
                for (LakeTable table :
                    maintain.tables(List.of("silver.readings", "bronze.readings", "ops.files"))) {
                  maintain.run(table, null);
                }
              }
              return null;
            }));
    work.add(
        pool.submit(
            () -> {
              Thread.sleep(pauses[8]);
              new Backfill(
                      context,
                      "readings",
                      new Backfill.Range(
                          LocalDate.of(2026, 3, 1), LocalDate.of(2026, 3, 3), null, 2, 1))
                  .run();
              return null;
            }));
    work.add(
        pool.submit(
            () -> {
              Thread.sleep(pauses[9]);
              new Replay(context, "readings", Replay.Selection.of((String) null, null, null)).run();
              return null;
            }));
    work.add(
        pool.submit(
            () -> {
              for (int part = 1; part < 3; part++) {
                Thread.sleep(pauses[9 + part]);
                events.accept(part);
                restarts.addAndGet(
                    refusals(
                        () ->
                            new io.sluice.stream.TopicStream(context, List.of("readings"), 1)
                                .run(io.sluice.stream.TopicStream.Until.CAUGHT_UP)));
              }
              return null;
            }));
    int refused = 0;
    for (Future<?> one : work) {
      try {
        one.get();
      } catch (ExecutionException e) {
        // Refused is fine, wrong is not; anything else is an error.
        if (!(e.getCause() instanceof FencedException
            || e.getCause() instanceof io.sluice.table.StaleReadException)) {
          pool.shutdownNow();
          throw new AssertionError(e.getCause());
        }
        refused++;
      }
    }
    pool.shutdown();
    return refused + restarts.get();
  }

  /** How often a command was refused, and started again as a scheduler does, until it was done. */
  private static int refusals(Runnable command) {
    for (int refused = 0; ; refused++) {
      try {
        command.run();
        return refused;
      } catch (FencedException | io.sluice.table.StaleReadException e) {
        // Another driver was first.
      }
    }
  }
}
