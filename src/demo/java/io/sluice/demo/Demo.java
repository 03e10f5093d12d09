package io.sluice.demo;

import com.sun.management.OperatingSystemMXBean;
import io.sluice.ingest.LandingFolder;
import io.sluice.model.Models;
import io.sluice.model.Retrain;
import io.sluice.pipeline.Nightly;
import io.sluice.report.Report;
import io.sluice.run.RunContext;
import io.sluice.settings.ValidationErrors;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/**
 * Runs the whole pipeline on one machine: an S3 server of its own, generated data, a night after
 * each day, a page to look at; and holds every table against the truth about the data.
 */
public final class Demo {
  private static final long SEED = 20_261_101;
  private static final LocalDate FIRST = LocalDate.of(2026, 11, 1);

  /** What a fraud model learns from: labels are known after 14 days, and its gate wants 14 more. */
  private static final int HISTORY = 42;

  /** What to look at first. */
  private static final List<Map.Entry<String, String>> QUERIES =
      List.of(
          Map.entry("What was spent", "select * from gold.spend_daily limit 5"),
          Map.entry(
              "What the vendor register said, version by version",
              "select vendor_id, risk_rating, valid_from, valid_to, is_current from"
                  + " silver.vendors_history where not _deleted order by count(*) over (partition by"
                  + " vendor_id) desc, vendor_id, valid_from limit 8"),
          Map.entry(
              "Who is not in it any more",
              "select vendor_id, valid_from as gone_since from silver.vendors_history where _deleted"),
          Map.entry(
              "Bills restated: what each run read, took over, and removed of earlier deliveries",
              "select started_at, rows_read, rows_accepted, rows_superseded, rows_removed from ops.runs"
                  + " where command = 'refine' and subject = 'cloud_costs' order by started_at"));

  /** Fewer than calls, so that weeks of them are handled in a night. */
  private static final int ORDERS = 300;

  private final Path dir;
  private final double scale;
  private final int days;

  Demo(Path dir, double scale, int days) {
    this.dir = dir;
    this.scale = scale;
    this.days = days;
  }

  /** Gives 0 if lake and truth agree, else 1. */
  int run(PrintWriter out) {
    clear(dir);
    try (RunContext context = DemoLake.open(DemoLake.serve(dir, 0), "demo")) {
      Generate generate =
          new Generate(LandingFolder.of(context), SEED, FIRST, scale, ORDERS, HISTORY);
      long began = System.nanoTime();
      generate.history();
      for (int day = 0; day < days; day++) {
        generate.days(0, 1, dir.resolve("truth.json"));
        out.printf(
            Locale.ROOT,
            "%nNight after %s (landed: that day%s)%n",
            FIRST.plusDays(day),
            day == 0 ? ", and " + HISTORY + " days of orders before it" : " alone");
        timed("Night", out, new Nightly(context)::run);
      }
      TruthComparison compare =
          new TruthComparison(context, Set.of("purchase_orders", "vendors", "fraud_outcomes"));
      // Models learn on one core and change no table that is compared.
      CompletableFuture<List<String>> compared =
          CompletableFuture.supplyAsync(() -> compare.differences(generate.truth()));
      // Those that have too little to learn from say so and wait.
      timed(
          "Models, and the comparison beside them",
          out,
          () -> new Retrain(context).run(Models.of(context.contracts())));
      List<String> differences = compared.join();
      Path page = dir.resolve("report.html");
      new Report(context, Report.DAYS, atBest(generate.truth())).write(page);
      differences.forEach(difference -> out.println("DIFFERS " + difference));
      out.printf(
          Locale.ROOT,
          "%n%,d figures of the lake compared with the truth, %d differ; %d s%n",
          compare.compared(),
          differences.size(),
          (System.nanoTime() - began) / 1_000_000_000);
      out.println("Page:   " + page.toAbsolutePath());
      out.println("Tables: " + dir.resolve("data/lake").toAbsolutePath());
      QUERIES.forEach(
          one ->
              out.printf(
                  Locale.ROOT,
                  "%s:%n  target/sluice sql --demo %s \"%s\"%n",
                  one.getKey(),
                  dir,
                  one.getValue()));
      out.flush();
      return differences.isEmpty() ? 0 : 1;
    }
  }

  /** What no model of the data can exceed, by model: the labels {@code <model>_at_best}. */
  private static Map<String, SortedMap<String, String>> atBest(Map<String, Truth> truth) {
    Map<String, SortedMap<String, String>> best = new TreeMap<>();
    String suffix = "_at_best";
    truth
        .values()
        .forEach(
            one ->
                one.labels.forEach(
                    (label, values) -> {
                      if (label.endsWith(suffix)) {
                        best.put(label.substring(0, label.length() - suffix.length()), values);
                      }
                    }));
    return best;
  }

  private static void timed(String what, PrintWriter out, Runnable work) {
    OperatingSystemMXBean system =
        (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    long began = System.nanoTime();
    long cpu = system.getProcessCpuTime();
    work.run();
    out.printf(
        Locale.ROOT,
        "%s: %.0f s, %.0f s of CPU%n",
        what,
        (System.nanoTime() - began) / 1e9,
        (system.getProcessCpuTime() - cpu) / 1e9);
  }

  /** Removes what an earlier demo left. */
  public static void clear(Path dir) {
    if (!Files.exists(dir)) {
      return;
    }
    if (!Files.exists(dir.resolve("s3proxy.properties"))) {
      ValidationErrors errors = new ValidationErrors();
      errors.add("--dir " + dir, "exists and is no earlier demo's folder; it would be emptied");
      throw errors.exception();
    }
    try (Stream<Path> files = Files.walk(dir)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
