package io.sluice.bench;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.hash;
import static org.apache.spark.sql.functions.sum;

import io.sluice.demo.DemoLake;
import io.sluice.ingest.LandingFolder;
import io.sluice.run.RunContext;
import io.sluice.table.LakeTable;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.delta.DeltaLog;

/**
 * The lakes of the drills on one S3 server: opens them, lands files, starts drivers in JVMs of
 * their own, and tells what tables hold.
 */
final class DrillLake {
  static final LocalDate FIRST = LocalDate.of(2026, 3, 2);

  private final Map<String, String> served;
  private final Path dir;
  private final long seed;
  private final Map<String, Long> contents = new HashMap<>();

  /**
   * @param served the settings that lead to the S3 server
   * @param dir the server's folder
   */
  DrillLake(Map<String, String> served, Path dir, long seed) {
    this.served = served;
    this.dir = dir;
    this.seed = seed;
  }

  Map<String, String> served() {
    return served;
  }

  Path dir() {
    return dir;
  }

  long seed() {
    return seed;
  }

  /** A line of the table that {@code make chaos} prints. */
  static String line(String drill, String tried, String result) {
    return String.format("%-46s %-44s %s", drill, tried, result);
  }

  static void check(boolean holds, String what) {
    if (!holds) {
      throw new AssertionError(what);
    }
  }

  static String seconds(long began) {
    return (System.nanoTime() - began) / 1_000_000_000 + " s";
  }

  RunContext open(String root, String... more) {
    return open(served, root, more);
  }

  static RunContext open(Map<String, String> served, String root, String... more) {
    Map<String, String> settings = new LinkedHashMap<>(served);
    settings.put("lake.root", "s3a://lake/" + root);
    settings.put("landing.root", "s3a://landing/" + root);
    for (int i = 0; i < more.length; i += 2) {
      settings.put(more[i], more[i + 1]);
    }
    return DemoLake.open(settings, "chaos");
  }

  static void write(RunContext context, String path, String text) {
    try (OutputStream out = LandingFolder.of(context).create(path)) {
      out.write(text.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A file of readings: few keys and days, so that versions meet; some break a rule. */
  static String readings(Random random, int rows) {
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

  /** What the tables of the readings hold. */
  Map<String, Long> readings(String root) {
    return state(root, List.of("silver.readings", "quarantine.readings", "bronze.readings"));
  }

  /** For each table a hash over its rows, in whatever order; null if it is not there. */
  Map<String, Long> state(String root, List<String> tables) {
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

  /** Starts a driver of {@link Chaos}: its role, then what that takes. */
  Process start(String... arguments) throws IOException {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.add(1, OwnJvm.text(served));
    return OwnJvm.start(Chaos.class, "1g", dir.resolve("chaos-" + arguments[0] + ".log"), all);
  }

  /** What a driver prints until it ends. */
  static List<String> read(Process process) throws IOException, InterruptedException {
    List<String> lines =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
            .lines()
            .toList();
    process.waitFor();
    return lines;
  }
}
