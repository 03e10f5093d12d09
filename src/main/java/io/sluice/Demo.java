package io.sluice;

import com.sun.management.OperatingSystemMXBean;
import io.sluice.settings.Faults;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/**
 * Runs the whole pipeline on one machine: an S3 server of its own, generated data, a night after
 * each day, a page to look at; and holds every table against the truth about the data.
 */
final class Demo {
  private static final long SEED = 20_261_101;
  private static final LocalDate FIRST = LocalDate.of(2026, 11, 1);

  /** What a fraud model learns from: labels are known after 14 days, and its gate wants 14 more. */
  private static final int HISTORY = 42;

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
    try (Workplace place = Environment.demo(dir).open("demo")) {
      Generate generate = new Generate(place.landing(), SEED, FIRST, scale, ORDERS, HISTORY);
      long began = System.nanoTime();
      generate.history();
      for (int day = 0; day < days; day++) {
        generate.days(0, 1, dir.resolve("truth.json"));
        out.printf(
            "%nNight after %s (landed: that day%s)%n",
            FIRST.plusDays(day),
            day == 0 ? ", and " + HISTORY + " days of orders before it" : " alone");
        timed("Night", out, new Nightly(place)::run);
      }
      Compare compare = new Compare(place, Set.of("purchase_orders", "vendors", "fraud_outcomes"));
      // Models learn on one core and change no table that is compared.
      CompletableFuture<List<String>> compared =
          CompletableFuture.supplyAsync(() -> compare.differences(generate.truth()));
      // Those that have too little to learn from say so and wait.
      timed(
          "Models, and the comparison beside them",
          out,
          () -> new Retrain(place).run(Models.of(place.contracts())));
      List<String> differences = compared.join();
      Path page = dir.resolve("report.html");
      new Report(place, generate.truth()).write(page);
      differences.forEach(difference -> out.println("DIFFERS " + difference));
      out.printf(
          "%n%,d figures of the lake compared with the truth, %d differ; %d s%n",
          compare.compared(), differences.size(), (System.nanoTime() - began) / 1_000_000_000);
      out.println("Page:   " + page.toAbsolutePath());
      out.println("Tables: " + dir.resolve("data/lake").toAbsolutePath());
      out.println(
          "Ask:    target/sluice sql --demo " + dir + " 'select * from gold.spend_daily limit 5'");
      out.flush();
      return differences.isEmpty() ? 0 : 1;
    }
  }

  private static void timed(String what, PrintWriter out, Runnable work) {
    OperatingSystemMXBean system =
        (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    long began = System.nanoTime();
    long cpu = system.getProcessCpuTime();
    work.run();
    out.printf(
        "%s: %.0f s, %.0f s of CPU%n",
        what, (System.nanoTime() - began) / 1e9, (system.getProcessCpuTime() - cpu) / 1e9);
  }

  /** Removes what an earlier demo left. */
  static void clear(Path dir) {
    if (!Files.exists(dir)) {
      return;
    }
    if (!Files.exists(dir.resolve("s3proxy.properties"))) {
      Faults faults = new Faults();
      faults.add("--dir " + dir, "exists and is no earlier demo's folder; it would be emptied");
      throw faults.exception();
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
