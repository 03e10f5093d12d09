package io.sluice.report;

import static io.sluice.report.Text.count;
import static io.sluice.report.Text.cut;
import static io.sluice.report.Text.duration;
import static io.sluice.report.Text.number;

import io.sluice.quality.Check.Severity;
import io.sluice.run.RowCounts;
import io.sluice.run.Run;
import java.time.Duration;
import java.time.Instant;
import java.time.Period;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * What is known of a lake at a moment: the data that the page's templates show, without markup.
 *
 * @param version Sluice's own
 * @param now what freshness is judged against
 * @param days of how many days, up to now, runs and check results are shown one by one
 * @param sources in the order in which they are refined
 * @param runs the newest of these days, newest first
 * @param runCount how many runs there were in all
 * @param latest the newest run of each command and subject
 * @param unread landed files that could not be read and have not landed again since
 * @param driftAlarm the share of a model's inputs that may drift
 */
record ReportPage(
    String environment,
    String version,
    Instant now,
    int days,
    List<Source> sources,
    List<Gold> marts,
    List<PastRun> runs,
    long runCount,
    List<PastRun> latest,
    List<UnreadFile> unread,
    List<CheckHistory> checks,
    List<TableState> tables,
    List<ModelState> models,
    double driftAlarm) {
  private static final int RUNS_OPEN = 25;
  private static final int RAW_SHOWN = 200;
  private static final int PARTITIONS_DRAWN = 60;

  /**
   * A source, what became of its rows, and what is wrong with them.
   *
   * @param all the account of every refine run
   * @param last the newest refine run that published; null if none did
   * @param waiting bronze rows that refine has not handled; null if that cannot be told
   * @param newestFile when its newest readable file arrived; null if none did
   * @param hidden why its records are not to be shown; null if they may be
   */
  record Source(
      String id,
      String title,
      List<String> locations,
      List<String> references,
      RowCounts all,
      PastRun last,
      Long waiting,
      Period frequency,
      Instant newestFile,
      String hidden,
      List<Reason> reasons) {

    boolean isOverdue(Instant now) {
      return newestFile != null && now.isAfter(due());
    }

    Instant due() {
      return newestFile.atOffset(ZoneOffset.UTC).plus(frequency).toInstant();
    }

    boolean balances() {
      return all.balances() && (last == null || last.rowCounts().balances());
    }

    boolean isEmpty() {
      return all.equals(RowCounts.EMPTY);
    }

    /** How many of the rows read have an outcome. */
    long accounted() {
      return all.accepted()
          + all.quarantined()
          + all.duplicate()
          + all.superseded()
          + all.deleted();
    }

    /** The rows of its most frequent reason; 1 if there is none. */
    long most() {
      return reasons.stream().mapToLong(Reason::rows).max().orElse(1);
    }

    Badge balance() {
      if (!balances()) {
        return new Badge("bad", "✗ does not add up");
      }
      return isEmpty() ? new Badge("plain", "nothing read yet") : new Badge("ok", "✓ adds up");
    }

    Badge freshness(Instant now) {
      if (newestFile == null) {
        return new Badge("plain", "nothing has arrived");
      }
      return isOverdue(now)
          ? new Badge("warn", "overdue by " + duration(Duration.between(due(), now)))
          : new Badge("ok", "fresh");
    }
  }

  /** Why rows are in quarantine; {@code field} is empty for a rule over the whole row. */
  record Reason(String field, String rule, long rows, List<Sample> samples) {}

  /**
   * A quarantined row.
   *
   * @param raw the beginning of its record; null if it is not to be shown
   */
  record Sample(String file, long position, List<String> reasons, String raw) {
    String shown() {
      return cut(raw, RAW_SHOWN);
    }
  }

  /** A gold table as its mart states it. */
  record Gold(String name, List<String> reads) {}

  /** A run and how it ended. */
  record PastRun(
      Run run,
      Instant finishedAt,
      Run.Outcome outcome,
      RowCounts rowCounts,
      Long version,
      String message) {

    Badge badge() {
      String words = outcome.name().toLowerCase(Locale.ROOT).replace('_', ' ');
      return switch (outcome) {
        case DONE -> new Badge("ok", words);
        case STOPPED -> new Badge("warn", words);
        case CRASHED -> new Badge("bad", words);
      };
    }

    Duration took() {
      return Duration.between(run.startedAt(), finishedAt);
    }
  }

  /** A landed file that could not be read. */
  record UnreadFile(String source, String file, Instant arrivedAt, long bytes, String problem) {}

  /** What a check said, oldest first. */
  record CheckHistory(
      String table, String check, Severity severity, String rule, List<Point> points) {
    Point last() {
      return points.get(points.size() - 1);
    }

    String severityWord() {
      return severity.name().toLowerCase(Locale.ROOT);
    }

    Badge badge() {
      if (last().passed()) {
        return new Badge("ok", "passed");
      }
      return new Badge(severity == Severity.ERROR ? "bad" : "warn", "failed");
    }
  }

  /** What a check said of one batch; {@code value} is null if nothing was measured. */
  record Point(Instant at, boolean passed, Double value, String message) {}

  /**
   * A table as it stands.
   *
   * @param partitionedBy its first partition column; null if it has none
   * @param parts its rows by that column, in order; one part if it has none
   */
  record TableState(
      String layer,
      String name,
      String description,
      long version,
      long bytes,
      String partitionedBy,
      List<Part> parts,
      List<Column> columns) {
    String fullName() {
      return layer + "." + name;
    }

    long rows() {
      return parts.stream().mapToLong(Part::rows).sum();
    }

    boolean isPartitioned() {
      return partitionedBy != null && !parts.isEmpty();
    }

    /** The newest of its partitions, as many as are drawn. */
    List<Part> drawn() {
      return parts.subList(Math.max(0, parts.size() - PARTITIONS_DRAWN), parts.size());
    }
  }

  /** The rows of one partition. */
  record Part(String value, long rows) {}

  /** A column of a table; its description may be empty. */
  record Column(String name, String type, String description) {}

  /**
   * A word in a coloured pill.
   *
   * @param kind ok, warn, bad or plain
   */
  record Badge(String kind, String text) {}

  Optional<TableState> table(String layer, String name) {
    return tables.stream()
        .filter(table -> table.layer().equals(layer) && table.name().equals(name))
        .findFirst();
  }

  Headline headline() {
    return new Headline(this);
  }

  /** The account of every refine run of every source. */
  RowCounts all() {
    return sources.stream().map(Source::all).reduce(RowCounts.EMPTY, RowCounts::plus);
  }

  /** The runs that are shown at once. */
  List<PastRun> openRuns() {
    return runs.subList(0, Math.min(RUNS_OPEN, runs.size()));
  }

  /** The runs that are folded away. */
  List<PastRun> olderRuns() {
    return runs.subList(openRuns().size(), runs.size());
  }

  /** Sources with rows in quarantine. */
  List<Source> broken() {
    return sources.stream().filter(source -> !source.reasons().isEmpty()).toList();
  }

  Badge quarantined(Source source) {
    return new Badge(
        "warn", count(table("quarantine", source.id()).map(TableState::rows).orElse(0L), "row"));
  }

  Map<String, List<CheckHistory>> checksByTable() {
    return grouped(checks, CheckHistory::table, TreeMap::new);
  }

  /** How a table's checks went last time. */
  static Badge lastTime(List<CheckHistory> checks) {
    long failed = failed(checks);
    return failed == 0
        ? new Badge("ok", count(checks.size(), "check") + " passed")
        : new Badge("warn", number(failed) + " of " + count(checks.size(), "check") + " failed");
  }

  /** How many checks failed last time. */
  static long failed(List<CheckHistory> checks) {
    return checks.stream().filter(check -> !check.last().passed()).count();
  }

  Map<String, List<TableState>> tablesByLayer() {
    return grouped(tables, TableState::layer, LinkedHashMap::new);
  }

  private static <T> Map<String, List<T>> grouped(
      List<T> all, Function<T, String> by, Supplier<Map<String, List<T>>> map) {
    return all.stream().collect(Collectors.groupingBy(by, map, Collectors.toList()));
  }
}
