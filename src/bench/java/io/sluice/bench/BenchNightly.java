package io.sluice.bench;

import static org.apache.spark.sql.functions.broadcast;
import static org.apache.spark.sql.functions.callUDF;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.from_csv;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.row_number;

import com.sun.management.OperatingSystemMXBean;
import io.sluice.contract.Contract;
import io.sluice.contract.Field;
import io.sluice.demo.DemoLake;
import io.sluice.demo.Landing;
import io.sluice.demo.purchaseorders.PurchaseOrderGenerator;
import io.sluice.ingest.Ingest;
import io.sluice.ingest.LandingFolder;
import io.sluice.mart.Mart;
import io.sluice.mart.MartBuild;
import io.sluice.mart.Marts;
import io.sluice.privacy.Cipher;
import io.sluice.refine.Refine;
import io.sluice.run.RunContext;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.statistics.IOStatisticsSupport;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.expressions.Window;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * Measures what Sluice costs beside bare Spark: bronze to gold of purchase orders, once by {@code
 * refine} and {@code build} and once by one Spark job with the same transforms, in pairs.
 *
 * <p>The bare job opens the same records, takes them apart with Spark's own {@code from_csv}, casts
 * them, keeps the newest version of a key behind one shuffle, writes silver and the marts by
 * Delta's own writer. It has no rules, no quarantine, no checks, no lineage, no history to be
 * merged with, and shows its tables as soon as they are written. Each run is a JVM of its own over
 * a fresh lake whose bronze is the same files, and does the same work at a fiftieth of the size
 * before it is measured. CPU is that of the JVM (driver and executors are one), without the S3
 * server's.
 */
final class BenchNightly {
  private static final long SEED = 7;
  private static final LocalDate FIRST = LocalDate.of(2026, 3, 2);
  private static final int DAYS = 10;
  private static final int WARM_UP = 50;
  private static final String SOURCE = "purchase_orders";

  private BenchNightly() {}

  public static void main(String[] arguments) throws Exception {
    switch (arguments[0]) {
      case "sluice", "bare" -> side(arguments[0], arguments[1]);
      default ->
          compare(
              Path.of(arguments[0]),
              Double.parseDouble(arguments[1]),
              Integer.parseInt(arguments[2]));
    }
    System.exit(0);
  }

  // ---- both sides, in pairs ----

  private static void compare(Path dir, double gigabytes, int pairs) throws Exception {
    Map<String, String> served = DemoLake.serve(dir, 0);
    Path lake = dir.resolve("data/lake");
    long bytes = (long) (gigabytes * 1e9);
    Map<String, String> roots =
        Map.of("full", "orders-" + bytes, "small", "orders-" + bytes / WARM_UP);
    for (String root : roots.values()) {
      // What an earlier run prepared is used again.
      if (!Files.exists(lake.resolve(root + "/silver/vendors"))) {
        prepare(served, root, Long.parseLong(root.substring("orders-".length())));
      }
    }
    System.out.printf(
        Locale.ROOT,
        "about %.1f GB of CSV, some of it packed: %,d bytes landed and ingested; %d pairs%n",
        gigabytes,
        landed(dir, roots.get("full")),
        pairs);
    Map<String, List<Map<String, Double>>> figures =
        Map.of("sluice", new ArrayList<>(), "bare", new ArrayList<>());
    for (int pair = 0; pair < pairs; pair++) {
      for (String side : pair % 2 == 0 ? List.of("sluice", "bare") : List.of("bare", "sluice")) {
        for (String size : List.of("full", "small")) {
          copy(lake.resolve(roots.get(size)), lake.resolve(side + "-" + size));
        }
        Map<String, Double> one = run(dir, served, side);
        figures.get(side).add(one);
        System.out.printf("pair %d %-6s %s%n", pair + 1, side, text(one));
      }
    }
    System.out.printf("%n%-28s %14s %14s %8s%n", "median", "Sluice", "bare Spark", "ratio");
    for (String figure : figures.get("bare").get(0).keySet()) {
      double ours = median(figures.get("sluice").stream().map(f -> f.get(figure)).toList());
      double bare = median(figures.get("bare").stream().map(f -> f.get(figure)).toList());
      List<Double> ratios = new ArrayList<>();
      for (int pair = 0; pair < pairs; pair++) {
        ratios.add(
            figures.get("sluice").get(pair).get(figure)
                / figures.get("bare").get(pair).get(figure));
      }
      System.out.printf(
          Locale.ROOT, "%-28s %,14.1f %,14.1f %7.2f%n", figure, ours, bare, median(ratios));
    }
  }

  private static String text(Map<String, Double> figures) {
    return figures.entrySet().stream()
        .map(figure -> String.format(Locale.ROOT, "%s %,.1f", figure.getKey(), figure.getValue()))
        .collect(Collectors.joining(", "));
  }

  private static double median(List<Double> values) {
    double[] sorted = values.stream().mapToDouble(value -> value).sorted().toArray();
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }

  /** Lands orders of about so many bytes, ingests them, and refines the vendors they refer to. */
  private static void prepare(Map<String, String> served, String root, long bytes)
      throws IOException {
    Map<String, String> settings = settings(served, root);
    try (RunContext context = open(settings)) {
      long[] written = {0};
      // A sample tells how many bytes an order takes.
      int probe = 500;
      new PurchaseOrderGenerator(SEED, FIRST, probe)
          .arrive(FIRST, counting(written, Landing.NOWHERE));
      int orders = (int) Math.max(1, bytes / DAYS / (written[0] / probe));
      PurchaseOrderGenerator generator = new PurchaseOrderGenerator(SEED, FIRST, orders);
      for (int day = 0; day < DAYS; day++) {
        generator.arrive(FIRST.plusDays(day), LandingFolder.of(context)::create);
      }
      for (String source : List.of("vendors", SOURCE)) {
        new Ingest(context, source).run();
      }
      new Refine(context, "vendors").run();
    }
  }

  /** Bytes of the files as they landed. */
  private static long landed(Path dir, String root) throws IOException {
    try (Stream<Path> files = Files.walk(dir.resolve("data/landing").resolve(root))) {
      return files.filter(Files::isRegularFile).mapToLong(file -> file.toFile().length()).sum();
    }
  }

  private static Landing counting(long[] written, Landing landing) {
    return path ->
        new FilterOutputStream(landing.create(path)) {
          @Override
          public void write(byte[] bytes, int offset, int length) throws IOException {
            out.write(bytes, offset, length);
            written[0] += length;
          }

          @Override
          public void write(int b) throws IOException {
            out.write(b);
            written[0]++;
          }
        };
  }

  /** Makes a lake of the same files, without their bytes. */
  private static void copy(Path from, Path to) throws IOException {
    if (Files.exists(to)) {
      try (Stream<Path> old = Files.walk(to)) {
        for (Path path : old.sorted(java.util.Comparator.reverseOrder()).toList()) {
          Files.delete(path);
        }
      }
    }
    try (Stream<Path> files = Files.walk(from)) {
      for (Path path : files.toList()) {
        Path copy = to.resolve(from.relativize(path));
        if (Files.isDirectory(path)) {
          Files.createDirectories(copy);
        } else {
          Files.createLink(copy, path);
        }
      }
    }
  }

  private static Map<String, Double> run(Path dir, Map<String, String> served, String side)
      throws Exception {
    Path log = dir.resolve(side + ".log");
    Process process =
        OwnJvm.start(BenchNightly.class, "3g", log, List.of(side, OwnJvm.text(served)));
    Map<String, Double> figures = new LinkedHashMap<>();
    for (String line : new String(process.getInputStream().readAllBytes()).lines().toList()) {
      String[] parts = line.split("=", 2);
      if (parts.length == 2 && !line.startsWith("[")) {
        figures.put(parts[0], Double.valueOf(parts[1]));
      }
    }
    if (!process.waitFor(1, TimeUnit.MINUTES) || process.exitValue() != 0) {
      throw new IllegalStateException(side + " failed; see " + log);
    }
    return figures;
  }

  // ---- one side ----

  private static Map<String, String> settings(Map<String, String> served, String root) {
    Map<String, String> settings = new LinkedHashMap<>(served);
    settings.put("lake.root", "s3a://lake/" + root);
    settings.put("landing.root", "s3a://landing/" + root);
    return settings;
  }

  private static RunContext open(Map<String, String> settings) {
    return DemoLake.open(settings, "bench");
  }

  private static void side(String side, String lines) throws Exception {
    Map<String, String> served = OwnJvm.settings(lines);
    if (side.equals("bare")) {
      served.put("lineage.transport", "none");
    }
    work(side, settings(served, side + "-small"));
    OperatingSystemMXBean system =
        (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    System.gc();
    Map<String, Long> before = storage();
    long cpu = system.getProcessCpuTime();
    long wall = System.nanoTime();
    long[] rows = work(side, settings(served, side + "-full"));
    long elapsed = System.nanoTime() - wall;
    long used = system.getProcessCpuTime() - cpu;
    Map<String, Long> after = storage();
    System.out.println("CPU seconds=" + used / 1e9);
    System.out.println("wall seconds=" + elapsed / 1e9);
    after.forEach(
        (name, value) -> System.out.println(name + "=" + (value - before.getOrDefault(name, 0L))));
    System.out.println("silver rows=" + rows[0]);
    System.out.println("gold rows=" + rows[1]);
  }

  private static Map<String, Long> storage() throws IOException {
    Map<String, Long> counters =
        IOStatisticsSupport.retrieveIOStatistics(
                FileSystem.get(
                    URI.create("s3a://lake"),
                    SparkSession.active().sparkContext().hadoopConfiguration()))
            .counters();
    Map<String, Long> figures = new LinkedHashMap<>();
    figures.put("MB read", counters.getOrDefault("stream_read_bytes", 0L) / 1_000_000);
    figures.put("MB written", counters.getOrDefault("stream_write_bytes", 0L) / 1_000_000);
    for (String request : List.of("action_http_get_request", "action_http_head_request")) {
      figures.put(
          request.contains("get") ? "GET requests" : "HEAD requests",
          counters.getOrDefault(request, 0L));
    }
    figures.put("LIST requests", counters.getOrDefault("object_list_request", 0L));
    figures.put(
        "PUT requests",
        counters.getOrDefault("object_put_request", 0L)
            + counters.getOrDefault("object_multipart_initiated", 0L));
    return figures;
  }

  private static long[] work(String side, Map<String, String> settings) {
    try (RunContext context = open(settings)) {
      List<Mart> marts =
          Marts.ALL.stream().filter(mart -> mart.reads().equals(List.of(SOURCE))).toList();
      if (side.equals("bare")) {
        return bare(context, marts);
      }
      long silver = new Refine(context, SOURCE).run().rowCounts().accepted();
      long gold = 0;
      for (Mart mart : marts) {
        gold += new MartBuild(context, mart).run().rowCounts().accepted();
      }
      return new long[] {silver, gold};
    }
  }

  /** The same transforms as one plain Spark job. */
  private static long[] bare(RunContext context, List<Mart> marts) {
    Contract contract = context.contracts().get(SOURCE);
    byte[] secret = context.settings().privacyKey().orElseThrow();
    SparkSession spark = context.spark();
    String root = context.lake().root();
    Cipher records = Cipher.of(secret, SOURCE);
    Cipher accounts = Cipher.of(secret, SOURCE + ".bank_account");
    UDF1<byte[], String> open = raw -> new String(records.open(raw), StandardCharsets.UTF_8);
    UDF1<String, String> token = value -> value == null ? null : accounts.token(value);
    spark.udf().register("open", open, DataTypes.StringType);
    spark.udf().register("token", token, DataTypes.StringType);
    Dataset<Row> bronze = spark.read().format("delta").load(root + "/bronze/" + SOURCE);
    StructType text = new StructType();
    for (String name : bronze.select("header").as(Encoders.STRING()).first().split(",")) {
      text = text.add(name.strip(), DataTypes.StringType);
    }
    Dataset<Row> vendors =
        spark.read().format("delta").load(root + "/silver/vendors").select("vendor_id");
    Map<String, String> options = Map.of("multiLine", "true", "escape", "\"");
    List<Column> typed = new ArrayList<>();
    for (Field field : contract.fields()) {
      Column value = expr(contract.arrivals().get(0).expression(field)).cast(field.type());
      typed.add((field.isProtected() ? callUDF("token", value) : value).as(field.name()));
    }
    typed.add(col("_file"));
    typed.add(col("_position"));
    typed.add(col("_arrived_at"));
    String key = contract.key().stream().map(Field::name).collect(Collectors.joining(","));
    Dataset<Row> newest =
        bronze
            .select(
                from_csv(callUDF("open", col("raw")), lit(text.toDDL()), options).as("r"),
                col("file").as("_file"),
                col("position").as("_position"),
                col("arrived_at").as("_arrived_at"))
            .select("r.*", "_file", "_position", "_arrived_at")
            .select(typed.toArray(Column[]::new))
            .where("order_id is not null and line_number is not null and order_date is not null")
            .join(broadcast(vendors), new String[] {"vendor_id"}, "left_semi")
            .repartition(col("order_date"))
            .withColumn(
                "_newest",
                row_number()
                    .over(
                        Window.partitionBy(
                                Arrays.stream(key.split(","))
                                    .map(name -> col(name))
                                    .toArray(Column[]::new))
                            .orderBy(col("updated_at").desc())))
            .where("_newest = 1")
            .drop("_newest");
    write(newest, "order_date", contract.statsColumns(), root + "/silver/" + SOURCE);
    Dataset<Row> silver = spark.read().format("delta").load(root + "/silver/" + SOURCE);
    long gold = 0;
    for (Mart mart : marts) {
      Dataset<Row> rows =
          mart.build(Map.of(SOURCE, silver))
              .repartition(col(mart.partition()))
              .sortWithinPartitions(
                  mart.key().stream().map(name -> col(name)).toArray(Column[]::new));
      write(rows, mart.partition(), mart.key(), root + "/gold/" + mart.name());
      gold += spark.read().format("delta").load(root + "/gold/" + mart.name()).count();
    }
    return new long[] {silver.count(), gold};
  }

  private static void write(Dataset<Row> rows, String partition, List<String> stats, String path) {
    List<String> indexed = new ArrayList<>(stats);
    indexed.remove(partition);
    rows.write()
        .format("delta")
        .mode(SaveMode.Overwrite)
        .partitionBy(partition)
        .option("delta.dataSkippingStatsColumns", String.join(",", indexed))
        .save(path);
  }
}
