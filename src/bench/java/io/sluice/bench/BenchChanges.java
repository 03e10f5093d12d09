package io.sluice.bench;

import com.sun.management.OperatingSystemMXBean;
import io.sluice.demo.Demo;
import io.sluice.demo.DemoLake;
import io.sluice.ingest.Ingest;
import io.sluice.refine.Refine;
import io.sluice.run.RunContext;
import io.sluice.testing.SmallContract;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Measures what a batch of a database's changes costs to refine: with few days behind it and with
 * ten times as many, and with and without a history of the rows.
 *
 * <p>Four lakes on one S3 server, in one JVM, get batches of the same changes in turns: inserts,
 * updates and deletes of rows of the last two days. CPU is that of the JVM (driver and executors
 * are one) while {@code refine} runs, without the S3 server's. The first rounds are not counted.
 */
final class BenchChanges {
  private static final LocalDate LAST = LocalDate.of(2026, 10, 31);
  private static final int FEW = 20;
  private static final int WARM = 3;
  private static final int CHANGES = 2_000;
  private static final String FIELDS =
      """
      - {name: id, logicalType: integer, physicalType: BIGINT, required: true, primaryKey: true, primaryKeyPosition: 1}
      - {name: day, logicalType: date, required: true, primaryKey: true, primaryKeyPosition: 2, partitioned: true, partitionKeyPosition: 1}
      - {name: name, logicalType: string, required: true}
      - {name: amount, logicalType: number, physicalType: "DECIMAL(18,2)", required: true}
      - {name: at, logicalType: timestamp, required: true, transformLogic: timestamp_seconds(bigint(at))}
      """;
  private static final String PROPERTIES =
      """
      - {property: changes, value: {kind: cdc, operation: op}}
      - {property: orderingColumn, value: at}
      - {property: history, value: %s}
      - {property: arrivals, value: [{name: files, format: csv, location: people/}]}
      """;

  private BenchChanges() {}

  /** Folder, rows a day, rounds that count. */
  public static void main(String[] arguments) throws Exception {
    Path dir = Path.of(arguments[0]);
    Demo.clear(dir);
    int rows = Integer.parseInt(arguments[1]);
    int rounds = Integer.parseInt(arguments[2]);
    Map<String, String> served = new LinkedHashMap<>(DemoLake.serve(dir, 0));
    served.put("lineage.transport", "none");
    Map<String, Integer> days = new LinkedHashMap<>();
    Map<String, List<Double>> figures = new LinkedHashMap<>();
    for (String history : List.of("false", "true")) {
      Path contracts = Files.createDirectories(dir.resolve("contracts-" + history));
      Files.writeString(
          contracts.resolve("people.yaml"),
          SmallContract.text("people", FIELDS, PROPERTIES.formatted(history)));
      for (int many : new int[] {FEW, 10 * FEW}) {
        days.put(name(history, many), many);
        figures.put(name(history, many), new ArrayList<>());
      }
    }
    for (Map.Entry<String, Integer> lake : days.entrySet()) {
      try (RunContext context = open(served, dir, lake.getKey())) {
        DrillLake.write(context, "people/base.csv", base(lake.getValue(), rows));
        new Ingest(context, "people").run();
        new Refine(context, "people").run();
      }
    }
    for (int round = -WARM; round < rounds; round++) {
      for (String lake : days.keySet()) {
        double cpu = refine(served, dir, lake, changes(round + WARM, rows));
        if (round >= 0) {
          figures.get(lake).add(cpu);
        }
      }
    }
    print(rows, rounds, figures);
    System.exit(0);
  }

  private static String name(String history, int days) {
    return (history.equals("true") ? "history-" : "plain-") + days;
  }

  private static RunContext open(Map<String, String> served, Path dir, String lake) {
    String history = String.valueOf(lake.startsWith("history"));
    return DrillLake.open(
        served, lake, "contracts", dir.resolve("contracts-" + history).toString());
  }

  private static double refine(Map<String, String> served, Path dir, String lake, String changes)
      throws IOException {
    OperatingSystemMXBean system =
        (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    try (RunContext context = open(served, dir, lake)) {
      DrillLake.write(context, "people/" + changes.hashCode() + ".csv", changes);
      new Ingest(context, "people").run();
      long before = system.getProcessCpuTime();
      new Refine(context, "people").run();
      return (system.getProcessCpuTime() - before) / 1e9;
    }
  }

  private static String base(int days, int rows) {
    StringBuilder csv = new StringBuilder("op,id,day,name,amount,at\n");
    for (int day = 0; day < days; day++) {
      for (int row = 0; row < rows; row++) {
        line(csv, "i", row, LAST.minusDays(day), row, 0);
      }
    }
    return csv.toString();
  }

  private static String changes(int round, int rows) {
    SplittableRandom random = new SplittableRandom(round);
    StringBuilder csv = new StringBuilder("op,id,day,name,amount,at\n");
    for (int change = 0; change < CHANGES; change++) {
      int kind = random.nextInt(10);
      int id = kind == 0 ? rows + round * CHANGES + change : random.nextInt(rows);
      String operation = kind == 0 ? "i" : kind == 1 ? "d" : "u";
      line(csv, operation, id, LAST.minusDays(random.nextInt(2)), random.nextInt(), 1 + round);
    }
    return csv.toString();
  }

  private static void line(
      StringBuilder csv, String operation, int id, LocalDate day, int value, int at) {
    csv.append(
        String.format(
            Locale.ROOT, "%s,%d,%s,name %d,%d.50,%d%n", operation, id, day, value, value, at));
  }

  private static void print(int rows, int rounds, Map<String, List<Double>> figures) {
    System.out.printf(
        Locale.ROOT,
        "%nCPU of refine for a batch of %,d changes in two days; %,d rows a day; median of %d%n%n",
        CHANGES,
        rows,
        rounds);
    System.out.printf("%-18s %12s %12s %8s%n", "", FEW + " days", 10 * FEW + " days", "ratio");
    for (String kind : List.of("plain", "history")) {
      double few = median(figures.get(kind + "-" + FEW));
      double many = median(figures.get(kind + "-" + 10 * FEW));
      System.out.printf(
          Locale.ROOT,
          "%-18s %10.2f s %10.2f s %8.2f%n",
          kind.equals("plain") ? "without history" : "with history",
          few,
          many,
          many / few);
    }
    for (int days : new int[] {FEW, 10 * FEW}) {
      System.out.printf(
          Locale.ROOT,
          "with history over without, %d days: %.2f%n",
          days,
          median(figures.get("history-" + days)) / median(figures.get("plain-" + days)));
    }
  }

  private static double median(List<Double> values) {
    List<Double> sorted = values.stream().sorted().toList();
    int half = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(half)
        : (sorted.get(half - 1) + sorted.get(half)) / 2;
  }
}
