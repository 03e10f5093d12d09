package io.sluice.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.management.OperatingSystemMXBean;
import io.sluice.ingest.LandingFolder;
import io.sluice.pipeline.Nightly;
import io.sluice.report.Report;
import io.sluice.run.RunContext;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Lands exported files of real orders a week at a time, with a night after each week, and prints
 * what each night cost.
 *
 * <p>Reads the folder that {@code src/demo/real/export.py} wrote; its {@code truth.json} says which
 * files belong to which week. A night's cost is its CPU time: the machine's other work does not
 * count.
 */
final class DemoReal {
  private static final int COMPARED = 8;
  private static final String CONTRACTS = "src/demo/real/contracts";

  private final Path export;
  private final Path dir;
  private final int weeks;

  DemoReal(Path export, Path dir, int weeks) {
    this.export = export;
    this.dir = dir;
    this.weeks = weeks;
  }

  int run(PrintWriter out) {
    Demo.clear(dir);
    OperatingSystemMXBean system =
        (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    Map<String, String> settings = new LinkedHashMap<>(DemoLake.serve(dir, 0));
    settings.put("contracts", CONTRACTS);
    try (RunContext context = DemoLake.open(settings, "demo-real")) {
      land(context, "products/products.csv");
      List<Double> costs = new ArrayList<>();
      JsonNode all =
          new ObjectMapper().readTree(export.resolve("truth.json").toFile()).path("weeks");
      for (JsonNode week : all) {
        if (costs.size() == weeks) {
          break;
        }
        for (JsonNode file : week.path("files")) {
          land(context, file.asText());
        }
        long cpu = system.getProcessCpuTime();
        long wall = System.nanoTime();
        new Nightly(context).run();
        costs.add((system.getProcessCpuTime() - cpu) / 1e9);
        out.printf(
            Locale.ROOT,
            "week %2d: %5.1f s, %5.1f s of CPU%n",
            costs.size(),
            (System.nanoTime() - wall) / 1e9,
            costs.get(costs.size() - 1));
        out.flush();
      }
      summary(costs, out);
      new Report(context, Report.DAYS).write(dir.resolve("report.html"));
      out.println("Page:   " + dir.resolve("report.html").toAbsolutePath());
      out.flush();
      return 0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void land(RunContext context, String path) throws IOException {
    try (OutputStream out = LandingFolder.of(context).create(path)) {
      Files.copy(export.resolve(path), out);
    }
  }

  /** Compares weeks after the JVM has warmed up with the last ones. */
  private static void summary(List<Double> costs, PrintWriter out) {
    if (costs.size() >= 4 * COMPARED) {
      double early = median(costs.subList(COMPARED, 2 * COMPARED));
      double late = median(costs.subList(costs.size() - COMPARED - 1, costs.size() - 1));
      out.printf(
          Locale.ROOT,
          "A night's CPU: median %.1f s in weeks %d to %d, %.1f s in weeks %d to %d: %.2f times%n",
          early,
          COMPARED + 1,
          2 * COMPARED,
          late,
          costs.size() - COMPARED,
          costs.size() - 1,
          late / early);
    }
  }

  private static double median(List<Double> values) {
    List<Double> sorted = values.stream().sorted().toList();
    int middle = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(middle)
        : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
  }
}
