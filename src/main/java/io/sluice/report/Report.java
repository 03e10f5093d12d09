package io.sluice.report;

import io.sluice.mart.Marts;
import io.sluice.model.GatePolicy;
import io.sluice.run.Build;
import io.sluice.run.RunContext;
import io.sluice.table.Lake;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.SortedMap;

/**
 * Reads the lake's account of itself ({@code ops}), its quarantine and every table's log, and
 * writes one HTML page for people to look at.
 *
 * <p>Guarantee: it changes nothing in the lake, and the page holds no record of a source with
 * restricted or confidential fields. Cost: {@code ops} and quarantine are aggregated once; of the
 * other tables the logs and the files' footers are read, whence their rows by partition. Runs and
 * check results come into the driver one by one for the last {@code days} days only.
 */
public final class Report {
  /** How many days of runs and check results a page shows unless it is told otherwise. */
  public static final int DAYS = 90;

  private final RunContext context;
  private final int days;
  private final Map<String, SortedMap<String, String>> atBest;
  private final Clock clock;

  /**
   * @param days of how many days, up to now, runs and check results are shown one by one; at least
   *     1
   */
  public Report(RunContext context, int days) {
    this(context, days, Map.of());
  }

  /**
   * @param atBest what no model of the data can exceed, by model, then by what is measured; known
   *     of generated data only
   */
  public Report(RunContext context, int days, Map<String, SortedMap<String, String>> atBest) {
    this.context = context;
    this.days = days;
    this.atBest = atBest;
    this.clock = Clock.systemUTC();
  }

  /** Writes the page, over whatever was there. */
  public void write(Path file) {
    context.spark().sparkContext().setJobGroup("report", "report", false);
    try {
      String html = ReportHtml.of(page());
      if (file.toAbsolutePath().getParent() != null) {
        Files.createDirectories(file.toAbsolutePath().getParent());
      }
      Files.writeString(file, html);
    } catch (IOException e) {
      throw new UncheckedIOException(file + " cannot be written: " + e.getMessage(), e);
    } finally {
      context.spark().sparkContext().clearJobGroup();
    }
  }

  ReportPage page() {
    Lake lake = context.lake();
    Instant now = clock.instant();
    Instant since = now.minus(Duration.ofDays(days));
    ReportRuns runs = ReportRuns.read(lake.ops("runs"), since);
    ReportFiles files = new ReportFiles(lake.ops("files"));
    ReportSources sources = new ReportSources(lake, runs, files.newest());
    return new ReportPage(
        context.settings().environment(),
        Build.VERSION,
        now,
        days,
        context.contracts().inOrder().stream().map(sources::source).toList(),
        Marts.of(context.contracts()).stream()
            .map(
                mart -> new ReportPage.Gold(mart.name(), context.contracts().sources(mart.reads())))
            .toList(),
        runs.newest(),
        runs.runs(),
        runs.latest(),
        files.unread(),
        ReportChecks.read(lake.ops("check_results"), since),
        new ReportTables(context.spark(), lake).all(),
        new ReportModels(context, atBest).all(runs.latest()),
        GatePolicy.DRIFT_ALARM);
  }
}
