package io.sluice.bench;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.hash;
import static org.apache.spark.sql.functions.sum;

import com.sun.management.OperatingSystemMXBean;
import io.sluice.contributing.FourthSourceTest;
import io.sluice.demo.Demo;
import io.sluice.demo.DemoLake;
import io.sluice.demo.purchaseorders.PurchaseOrderGenerator;
import io.sluice.demo.server.KafkaServer;
import io.sluice.ingest.Ingest;
import io.sluice.ingest.LandingFolder;
import io.sluice.mart.MartBuild;
import io.sluice.mart.Marts;
import io.sluice.pipeline.Maintain;
import io.sluice.refine.Backfill;
import io.sluice.refine.Refine;
import io.sluice.refine.Replay;
import io.sluice.run.RunContext;
import io.sluice.table.Checkpoint;
import io.sluice.table.FencedException;
import io.sluice.table.LakeTable;
import io.sluice.table.TableSpec;
import io.sluice.table.TableTransaction;
import io.sluice.testing.TestLake;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.delta.DeltaLog;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * Machines die, networks lie and people make mistakes: seeded drills on a real S3 server, each with
 * the rows that were lost or doubled by it.
 *
 * <p>The same drills, shorter, are {@link ChaosTest}. Each returns a line of the table that {@code
 * make chaos} prints, and throws if a row is wrong.
 */
final class Chaos {
  private static final LocalDate FIRST = LocalDate.of(2026, 3, 2);
  private static final String SOURCE = "purchase_orders";
  private static final int FILES = 4;
  private static final List<String> MARTS = List.of("spend_daily", "vendor_daily");

  private final Map<String, String> served;
  private final Path dir;
  private final long seed;
  private final Map<String, Long> contents = new HashMap<>();
  private final Map<Integer, List<Map<String, Long>>> quiet = new HashMap<>();

  /**
   * @param served the settings that lead to the S3 server
   * @param dir the server's folder
   */
  Chaos(Map<String, String> served, Path dir, long seed) {
    this.served = served;
    this.dir = dir;
    this.seed = seed;
  }

  /**
   * {@code make chaos}: folder, seed, a scale (1 for all that is promised), and which drills, as
   * {@code race,kills}; none for all.
   */
  public static void main(String[] arguments) throws Exception {
    if (arguments[0].equals("commit")) {
      commit(arguments);
      System.exit(0);
    }
    if (arguments[0].equals("night")) {
      night(arguments);
      System.exit(0);
    }
    Path dir = Path.of(arguments[0]);
    Demo.clear(dir);
    Map<String, String> served = new LinkedHashMap<>(DemoLake.serve(dir, 0));
    served.put("lineage.transport", "none");
    served.put(
        "kafka.servers",
        KafkaServer.start(
                Path.of(System.getProperty("sluice.servers", "target/servers"), "kafka"), dir, 0)
            .servers());
    Chaos chaos = new Chaos(served, dir, Long.parseLong(arguments[1]));
    double scale = Double.parseDouble(arguments[2]);
    Map<String, Callable<String>> drills = new LinkedHashMap<>();
    drills.put("race", () -> chaos.race(3, times(200, scale)));
    drills.put("control", () -> chaos.raceWithoutCondition(3, times(200, scale)));
    drills.put("network", () -> chaos.badNetwork(0.05, times(3, scale)));
    drills.put("kills", () -> chaos.kills(times(100, scale), 2));
    drills.put("logs", chaos::damagedLogs);
    drills.put("schedules", () -> chaos.schedules(times(50, scale)));
    drills.put("batches", () -> chaos.batches(times(500, scale)));
    if (arguments.length > 3) {
      List<String> chosen = List.of(arguments[3].split(","));
      check(drills.keySet().containsAll(chosen), "drills are " + drills.keySet());
      drills.keySet().retainAll(chosen);
    }
    boolean failed = false;
    List<String> table = new ArrayList<>();
    for (Callable<String> drill : drills.values()) {
      try {
        table.add(drill.call());
      } catch (Exception | AssertionError e) {
        failed = true;
        e.printStackTrace();
        table.add("FAILED  " + e);
      }
      System.out.println(table.get(table.size() - 1));
    }
    System.out.println("\nSeed " + arguments[1] + "\n" + String.join("\n", table));
    System.exit(failed ? 1 : 0);
  }

  private static int times(int all, double scale) {
    return (int) Math.max(1, Math.round(all * scale));
  }

  private static String line(String drill, String tried, String result) {
    return String.format("%-46s %-44s %s", drill, tried, result);
  }

  private static void check(boolean holds, String what) {
    if (!holds) {
      throw new AssertionError(what);
    }
  }

  private RunContext open(String root, String... more) {
    return open(served, root, more);
  }

  private static RunContext open(Map<String, String> served, String root, String... more) {
    Map<String, String> settings = new LinkedHashMap<>(served);
    settings.put("lake.root", "s3a://lake/" + root);
    settings.put("landing.root", "s3a://landing/" + root);
    for (int i = 0; i < more.length; i += 2) {
      settings.put(more[i], more[i + 1]);
    }
    return DemoLake.open(settings, "chaos");
  }

  // ---- several drivers commit to one table ----

  /** Drivers in JVMs of their own commit to one table as fast as they can. */
  String race(int drivers, int commits) throws Exception {
    Claims claims =
        claims("race", drivers, commits, "io.sluice.table.store.ConditionalPutLogStore");
    check(claims.twice == 0, claims.twice + " versions were won twice");
    check(claims.lost == 0, claims.lost + " commits are missing from the table");
    return line(
        "several drivers commit to one table",
        drivers + " JVMs x " + commits + " commits",
        "versions with two winners: 0, commits lost: 0");
  }

  /** The control: the same race on Delta's own store for one driver has to go wrong. */
  String raceWithoutCondition(int drivers, int commits) throws Exception {
    Claims claims = claims("control", drivers, commits, "io.delta.storage.S3SingleDriverLogStore");
    check(
        claims.twice + claims.lost > 0,
        "the control lost nothing: this race would not find an error in a log store");
    return line(
        "control: the same with S3SingleDriverLogStore",
        drivers + " JVMs x " + commits + " commits",
        "versions with two winners: " + claims.twice + ", commits lost: " + claims.lost);
  }

  private record Claims(int twice, int lost) {}

  private Claims claims(String name, int drivers, int commits, String store) throws Exception {
    String root = "chaos-" + name;
    try (RunContext context = open(root)) {
      context.lake().create(raced(context), RACED);
    }
    List<Process> processes = new ArrayList<>();
    for (int driver = 0; driver < drivers; driver++) {
      processes.add(start("commit", root, String.valueOf(driver), String.valueOf(commits), store));
    }
    Map<Long, Integer> winners = new TreeMap<>();
    int twice = 0;
    for (Process process : processes) {
      for (String line : read(process)) {
        if (line.startsWith("won ")
            && winners.merge(Long.valueOf(line.substring(4)), 1, Integer::sum) == 2) {
          twice++;
        }
      }
    }
    DeltaLog.clearCache();
    try (RunContext context = open(root)) {
      LakeTable table = raced(context);
      long found = table.version();
      return new Claims(twice, (int) (drivers * (long) commits - found));
    }
  }

  private static final TableSpec RACED =
      new TableSpec("A race.", new StructType().add("n", DataTypes.LongType), List.of(), List.of());

  private static LakeTable raced(RunContext context) {
    return context.lake().ops("race");
  }

  /** A driver of the race: commits, and prints the version that each commit won. */
  private static void commit(String[] arguments) {
    Map<String, String> served = OwnJvm.settings(arguments[1]);
    try (RunContext context =
        open(served, arguments[2], "spark.delta.logStore.s3a.impl", arguments[5])) {
      String driver = "driver-" + arguments[3];
      int commits = Integer.parseInt(arguments[4]);
      for (int i = 0; i < commits; i++) {
        long version =
            TableTransaction.begin(raced(context), RACED)
                .checkpoint(new Checkpoint(driver), i)
                .publish(SaveMode.Append, "{}");
        System.out.println("won " + version);
      }
    }
  }

  // ---- a network that lies ----

  /** The night of some days through a proxy that does to calls what networks do. */
  String badNetwork(double share, int days) throws Exception {
    Map<String, Long> expected = quiet(days).get(night().size());
    long began = System.nanoTime();
    Map<FaultyProxy.Fault, Integer> met;
    try (FaultyProxy proxy = new FaultyProxy(served.get("s3.endpoint"), share, seed)) {
      String root = "network-bad";
      land(root, days);
      String[] invalid = {"s3.endpoint", proxy.endpoint()};
      Process process = start("night", root, "plain", String.join("\n", invalid));
      List<String> lines = read(process);
      int tries = 1;
      // A night that an error ended is started again, as a scheduler does.
      while (process.exitValue() != 0 && tries < 20) {
        process = start("night", root, "plain", String.join("\n", invalid));
        lines = read(process);
        tries++;
      }
      check(process.exitValue() == 0, "the night never ended: " + lines);
      met = proxy.done();
    }
    check(expected.equals(state("network-bad")), "rows differ from those of a quiet network");
    met.remove(FaultyProxy.Fault.NONE);
    return line(
        "a proxy fails " + Math.round(share * 100) + "% of S3's calls",
        met.toString(),
        "rows lost: 0, doubled: 0 (" + seconds(began) + ")");
  }

  // ---- kill -9 ----

  /** Drivers are killed at seeded moments, and started again until they end. */
  String kills(int kills, int days) throws Exception {
    long began = System.nanoTime();
    List<Map<String, Long>> states = quiet(days);
    Random random = new Random(seed);
    int done = 0;
    int rounds = 0;
    Set<String> steps = new LinkedHashSet<>();
    while (done < kills) {
      String root = "kill-" + rounds++;
      land(root, days);
      boolean ended = false;
      while (!ended) {
        boolean kill = done < kills;
        Process process = start("night", root, "all", "");
        String step = "";
        try (BufferedReader out =
            new BufferedReader(
                new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
          String line;
          // Some steps in, and then some way into the step.
          int killAt = 1 + random.nextInt(9);
          int into = random.nextInt(2500);
          while ((line = out.readLine()) != null) {
            if (line.startsWith("step ")) {
              step = line.substring(5);
              if (kill && --killAt == 0) {
                process.waitFor(into, TimeUnit.MILLISECONDS);
                process.destroyForcibly();
              }
            }
          }
        } catch (IOException e) {
          // A killed driver's output ends in the middle.
          check(!process.isAlive() || process.waitFor(10, TimeUnit.SECONDS), e.toString());
        }
        process.waitFor();
        ended = process.exitValue() == 0;
        if (!ended) {
          check(process.exitValue() == 137, "the driver ended by itself: " + process.exitValue());
          done++;
          steps.add(step);
        }
        Map<String, Long> state = state(root);
        state.forEach(
            (table, content) ->
                check(
                    states.stream().anyMatch(before -> Objects.equals(before.get(table), content)),
                    table + " is neither as before nor as after a step"));
        if (ended) {
          check(
              state.equals(states.get(states.size() - 1)),
              "the tables differ from an undisturbed run");
        }
      }
    }
    return line(
        "kill -9 of the driver, and again until done",
        done + " kills in " + steps,
        "rows lost: 0, doubled: 0, states between: 0 (" + seconds(began) + ")");
  }

  /**
   * What tables hold before and after each step of an undisturbed run over so many days: the night,
   * then what follows it.
   */
  private List<Map<String, Long>> quiet(int days) throws IOException {
    if (!quiet.containsKey(days)) {
      String root = "quiet-" + days;
      land(root, days);
      List<Map<String, Long>> states = new ArrayList<>();
      states.add(state(root));
      Stream.concat(night().stream(), after().stream())
          .forEach(
              step -> {
                step(served, root, step);
                states.add(state(root));
              });
      quiet.put(days, states);
    }
    return quiet.get(days);
  }

  private static List<String> night() {
    List<String> steps = new ArrayList<>();
    for (String source : List.of("vendors", SOURCE)) {
      steps.add("ingest " + source);
      steps.add("refine " + source);
    }
    MARTS.forEach(mart -> steps.add("build " + mart));
    return steps;
  }

  /** A contract is fixed, what was rejected is replayed, and history made anew. */
  private static List<String> after() {
    List<String> steps = new ArrayList<>(List.of("replay", "backfill"));
    MARTS.forEach(mart -> steps.add("build " + mart));
    return steps;
  }

  private static void step(Map<String, String> served, String root, String step) {
    boolean mended = step.equals("replay") || step.equals("backfill");
    String contracts = mended ? mended(root).toString() : "conf/contracts";
    try (RunContext context = open(served, root, "contracts", contracts)) {
      String[] words = step.split(" ");
      switch (words[0]) {
        case "ingest" -> new Ingest(context, words[1]).run();
        case "refine" -> new Refine(context, words[1]).run();
        case "build" -> new MartBuild(context, Marts.get(words[1], context.contracts())).run();
        case "replay" ->
            new Replay(context, SOURCE, Replay.Selection.of("quantity/range", null, null)).run();
        default ->
            new Backfill(
                    context,
                    SOURCE,
                    new Backfill.Range(FIRST.minusDays(3), FIRST.plusDays(3), null, 4, 1))
                .run();
      }
    }
  }

  /** The contracts with a rule relaxed, as someone would who found it too strict. */
  private static Path mended(String root) {
    try {
      Path folder = Files.createDirectories(Path.of("target/chaos-contracts").resolve(root));
      try (Stream<Path> files = Files.list(Path.of("conf/contracts"))) {
        for (Path file : files.toList()) {
          Files.writeString(
              folder.resolve(file.getFileName()),
              Files.readString(file)
                  .replace("exclusiveMinimum: 0, maximum: 1000000", "maximum: 1000000"));
        }
      }
      return folder;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A driver that does what is left of a night, telling each step before it begins. */
  private static void night(String[] arguments) {
    Map<String, String> served = OwnJvm.settings(arguments[1]);
    String[] more = arguments[4].split("\n");
    for (int i = 0; i + 1 < more.length; i += 2) {
      served.put(more[i], more[i + 1]);
    }
    List<String> steps = new ArrayList<>(night());
    if (arguments[3].equals("all")) {
      steps.addAll(after());
    }
    for (String step : steps) {
      System.out.println("step " + step);
      step(served, arguments[2], step);
    }
  }

  // ---- damaged logs ----

  /** Log files are deleted or spoilt: the next night is exact or loud, never silently wrong. */
  String damagedLogs() throws Exception {
    String[] contracts = {"contracts", FourthSourceTest.CONTRACTS.toString()};
    try (RunContext context = open("damage", contracts)) {
      for (int file = 0; file < 3; file++) {
        write(context, "readings/" + file + ".csv", readings(new Random(seed + file), 12));
        new Ingest(context, "readings").run();
        new Refine(context, "readings").run();
      }
    }
    Map<String, Long> expected = readings("damage");
    List<String> exact = new ArrayList<>();
    List<String> loud = new ArrayList<>();
    for (String damage :
        List.of(
            "last commit of silver deleted",
            "last commit of bronze deleted",
            "last commit of quarantine deleted",
            "middle commit of files deleted",
            "last commit of files deleted",
            "last_checkpoint of silver spoilt",
            "first commit of bronze emptied",
            "last commit of silver cut in half")) {
      String root = "damage-" + damage.replace(' ', '-');
      TestLake.copy(dir.resolve("data"), "damage", root);
      damage(root, damage);
      DeltaLog.clearCache();
      Map<String, Long> found;
      try (RunContext context = open(root, contracts)) {
        new Ingest(context, "readings").run();
        new Refine(context, "readings").run();
        // Commands without news do not look at every table; who reads it has to be told.
        found = readings(root);
      } catch (Exception e) {
        loud.add(damage);
        continue;
      }
      check(found.equals(expected), damage + ": not a word, and the tables are wrong");
      exact.add(damage);
    }
    return line(
        "log files deleted or spoilt",
        exact.size() + loud.size() + " kinds of damage",
        "silently wrong: 0; exact " + exact + ", loud " + loud);
  }

  private void damage(String root, String damage) throws IOException {
    String table =
        damage.contains("files")
            ? "ops/files"
            : Stream.of("silver", "bronze", "quarantine")
                .filter(damage::contains)
                .map(layer -> layer + "/readings")
                .findFirst()
                .orElseThrow();
    Path log = dir.resolve("data/lake").resolve(root).resolve(table).resolve("_delta_log");
    List<Path> commits;
    try (Stream<Path> files = Files.list(log)) {
      commits = files.filter(file -> file.toString().endsWith(".json")).sorted().toList();
    }
    Path last = commits.get(commits.size() - 1);
    if (damage.startsWith("last commit") && damage.endsWith("deleted")) {
      Files.delete(last);
      Files.deleteIfExists(Path.of(last.toString().replace(".json", ".crc")));
    } else if (damage.startsWith("middle")) {
      Files.delete(commits.get(commits.size() / 2));
    } else if (damage.startsWith("last_checkpoint")) {
      Files.writeString(log.resolve("_last_checkpoint"), "{\"version\": 7, \"si");
    } else if (damage.startsWith("first")) {
      Files.writeString(commits.get(0), "");
    } else {
      String text = Files.readString(last);
      Files.writeString(last, text.substring(0, text.length() / 2));
    }
  }

  // ---- everything at once ----

  /**
   * Nights, a stream, compaction, backfills and replays of one source side by side end as one after
   * the other would.
   */
  String schedules(int schedules) throws Exception {
    int conflicts = 0;
    long began = System.nanoTime();
    for (int schedule = 0; schedule < schedules; schedule++) {
      Random random = new Random(seed + schedule);
      String serial = "serial-" + schedule;
      String root = "schedule-" + schedule;
      List<String> files = new ArrayList<>();
      for (int file = 0; file < FILES; file++) {
        files.add(readings(random, 12));
      }
      String topic = "readings-" + seed + "-" + schedule;
      String[] contracts = {"contracts", withTopic(topic).toString()};
      // Both lakes read the whole topic; which of its records come in which batch is left to
      // chance.
      List<String> records = readings(random, 12).lines().skip(1).map(Chaos::record).toList();
      try (Producer<byte[], byte[]> producer = producer(topic)) {
        send(producer, topic, records.subList(0, 4));
        try (RunContext context = open(root, contracts)) {
          write(context, "readings/0.csv", files.get(0));
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
      try (RunContext context = open(serial, contracts)) {
        for (int file = 0; file < FILES; file++) {
          write(context, "readings/" + file + ".csv", files.get(file));
          new Ingest(context, "readings").run();
          new Refine(context, "readings").run();
        }
      }
      check(
          readings(serial).equals(readings(root)),
          "schedule " + schedule + " differs: " + readings(serial) + " " + readings(root));
    }
    return line(
        "night, stream, compaction, backfill, replay",
        schedules + " seeded schedules, " + conflicts + " runs refused",
        "rows lost: 0, doubled: 0 (" + seconds(began) + ")");
  }

  private static String seconds(long began) {
    return (System.nanoTime() - began) / 1_000_000_000 + " s";
  }

  /**
   * The readings' contract with a topic beside its files, and without the limit that stops a batch
   * for its broken rows: in batches of four they may be most by chance.
   */
  private static Path withTopic(String topic) throws IOException {
    Path folder = Files.createDirectories(Path.of("target/chaos-contracts").resolve(topic));
    Files.writeString(
        folder.resolve("readings.yaml"),
        Files.readString(FourthSourceTest.CONTRACTS.resolve("readings.yaml"))
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
    Map<String, Object> servers = Map.of("bootstrap.servers", served.get("kafka.servers"));
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

  /** A file of readings: few keys and days, so that versions meet; some break a rule. */
  private static String readings(Random random, int rows) {
    StringBuilder csv = new StringBuilder("meter,day,kwh,unit,read_at\n");
    for (int row = 0; row < rows; row++) {
      csv.append(
          String.format(
              "M%d,2026-03-0%d,%d,kwh,2026-03-%02dT10:00:00Z%n",
              random.nextInt(6),
              1 + random.nextInt(3),
              random.nextInt(40) - 4,
              5 + random.nextInt(20)));
    }
    return csv.toString();
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
                write(context, "readings/" + file + ".csv", files.get(file));
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

  private static void write(RunContext context, String path, String text) {
    try (OutputStream out = LandingFolder.of(context).create(path)) {
      out.write(text.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Map<String, Long> readings(String root) {
    return state(root, List.of("silver.readings", "quarantine.readings", "bronze.readings"));
  }

  // ---- many small batches ----

  /**
   * Small batches one after the other, with maintenance now and then: the last cost as the first.
   */
  String batches(int batches) throws Exception {
    OperatingSystemMXBean system =
        (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    List<Double> costs = new ArrayList<>();
    try (RunContext context = open("batches", "contracts", FourthSourceTest.CONTRACTS.toString())) {
      int every = Math.max(5, batches / 20);
      for (int batch = -every; batch < batches; batch++) {
        int file = batch + every;
        LocalDate day = FIRST.plusDays(file / 10);
        StringBuilder csv = new StringBuilder("meter,day,kwh,unit,read_at\n");
        for (int row = 0; row < 20; row++) {
          csv.append(String.format("M%d,%s,1,kwh,%sT10:00:00Z%n", file % 10 * 20 + row, day, day));
        }
        write(context, "readings/" + file + ".csv", csv.toString());
        long cpu = system.getProcessCpuTime();
        new Ingest(context, "readings").run();
        new Refine(context, "readings").run();
        if (batch % every == 0) {
          Maintain maintain = new Maintain(context, Instant.now());
          for (LakeTable table : maintain.tables(List.of())) {
            maintain.run(table, null);
          }
        }
        if (batch >= 0) {
          costs.add((system.getProcessCpuTime() - cpu) / 1e9);
        }
      }
      long rows = context.lake().silver("readings").read().count();
      check(rows == 20L * (batches + every), rows + " rows");
    }
    int part = Math.max(1, Math.min(50, batches / 3));
    double first = costs.subList(0, part).stream().mapToDouble(c -> c).sum();
    double last =
        costs.subList(costs.size() - part, costs.size()).stream().mapToDouble(c -> c).sum();
    return line(
        "small batches one after the other",
        batches + " batches of 20 rows",
        String.format(
            "CPU of the last %d: %.2f x that of the first %d (%.1f s, %.1f s)",
            part, last / first, part, last, first));
  }

  // ---- what they share ----

  /** Lands some days of orders, some of them broken, late or corrected. */
  private void land(String root, int days) throws IOException {
    PurchaseOrderGenerator generator = new PurchaseOrderGenerator(seed, FIRST, 60);
    try (RunContext context = open(root)) {
      for (int day = 0; day < days; day++) {
        generator.arrive(FIRST.plusDays(day), LandingFolder.of(context)::create);
      }
    }
  }

  private Map<String, Long> state(String root) {
    List<String> tables = new ArrayList<>();
    for (String source : List.of("vendors", SOURCE)) {
      tables.add("bronze." + source);
      tables.add("silver." + source);
      tables.add("quarantine." + source);
    }
    MARTS.forEach(mart -> tables.add("gold." + mart));
    return state(root, tables);
  }

  /** For each table a hash over its rows, in whatever order; null if it is not there. */
  private Map<String, Long> state(String root, List<String> tables) {
    DeltaLog.clearCache();
    Map<String, Long> state = new HashMap<>();
    try (RunContext context = open(root)) {
      for (String name : tables) {
        LakeTable table = context.lake().named(name);
        long version = table.version();
        state.put(
            name,
            version < 0
                ? null
                // A version's rows are never others.
                : contents.computeIfAbsent(table.path() + "@" + version, at -> content(table)));
      }
    }
    return state;
  }

  /**
   * Leaves out what tells runs and moments apart: ids, times of arrival, how often it was tried.
   */
  private static Long content(LakeTable table) {
    Dataset<Row> rows = table.read();
    Column[] columns =
        Arrays.stream(rows.columns())
            .filter(
                name ->
                    !Set.of(
                            "run_id",
                            "quarantined_at",
                            "batch",
                            "arrived_at",
                            "_arrived_at",
                            "arrived_on",
                            "attempt",
                            "_extra")
                        .contains(name))
            .map(name -> col("`" + name + "`"))
            .toArray(Column[]::new);
    Row row = rows.select(hash(columns).cast("long").as("h")).agg(sum("h"), count("h")).first();
    return row.isNullAt(0) ? 0L : row.getLong(0) * 31 + row.getLong(1);
  }

  private Process start(String... arguments) throws IOException {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.add(1, OwnJvm.text(served));
    return OwnJvm.start(Chaos.class, "1g", dir.resolve("chaos-" + arguments[0] + ".log"), all);
  }

  private static List<String> read(Process process) throws IOException, InterruptedException {
    List<String> lines =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
            .lines()
            .toList();
    process.waitFor();
    return lines;
  }
}
