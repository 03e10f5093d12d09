package io.sluice.run;

import io.sluice.quality.CheckResult;
import io.sluice.table.Lake;
import io.sluice.table.RowWriter;
import io.sluice.table.TableSpec;
import io.sluice.table.TableTransaction;
import java.sql.Timestamp;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * Keeps the lake's account of itself: {@code ops.runs}, a row for each run, {@code
 * ops.check_results}, a row for each check of each batch, and {@code ops.streams}, a row for each
 * minute of a streaming query.
 *
 * <p>Check results are written before the batch they judge is published, and also when it is not.
 */
public final class RunLog {
  static final TableSpec RUNS =
      new TableSpec(
          "One row per run of a command.",
          new StructType()
              .add("run_id", DataTypes.StringType, true, "The run's UUID.")
              .add("command", DataTypes.StringType, true, "The command: ingest, refine, build…")
              .add("subject", DataTypes.StringType, true, "The source, mart or model it worked on.")
              .add("started_at", DataTypes.TimestampType, true, "When it began.")
              .add("finished_at", DataTypes.TimestampType, true, "When it ended.")
              .add(
                  "outcome",
                  DataTypes.StringType,
                  true,
                  "done, stopped or crashed; a run that found nothing new has no row.")
              .add("rows_read", DataTypes.LongType, true, "Rows (ingest: records) read.")
              .add("rows_accepted", DataTypes.LongType, true, "Rows published.")
              .add("rows_quarantined", DataTypes.LongType, true, "Rows that broke a rule.")
              .add("rows_duplicate", DataTypes.LongType, true, "Rows of a version already kept.")
              .add("rows_superseded", DataTypes.LongType, true, "Rows older than the version kept.")
              .add(
                  "rows_conflict",
                  DataTypes.LongType,
                  true,
                  "Of the duplicates, rows that say something other than the version kept.")
              .add("version", DataTypes.LongType, true, "The version it published; null if none.")
              .add(
                  "message",
                  DataTypes.StringType,
                  true,
                  "Why it stopped or crashed; or what was asked of it beside contract and settings.")
              .add(
                  "rows_deleted",
                  DataTypes.LongType,
                  true,
                  "Rows that said that the row of their key is gone.")
              .add(
                  "rows_removed",
                  DataTypes.LongType,
                  true,
                  "Rows published before whose delivery was replaced, or that were truncated; none of"
                      + " those read."),
          List.of(),
          List.of("started_at"));

  static final TableSpec CHECK_RESULTS =
      new TableSpec(
          "One row per check of a batch, whether it was published or stopped.",
          new StructType()
              .add("run_id", DataTypes.StringType, true, "The run that judged.")
              .add("table", DataTypes.StringType, true, "The table the batch was meant for.")
              .add("judged_at", DataTypes.TimestampType, true, "When the run began.")
              .add("check", DataTypes.StringType, true, "The check's name.")
              .add("severity", DataTypes.StringType, true, "error stops, warning records.")
              .add("rule", DataTypes.StringType, true, "What it demands.")
              .add("outcome", DataTypes.StringType, true, "passed or failed.")
              .add("value", DataTypes.DoubleType, true, "What was measured.")
              .add("message", DataTypes.StringType, true, "Why it failed."),
          List.of(),
          List.of("judged_at"));

  private static final Map<String, TableSpec> SPECS =
      Map.of("runs", RUNS, "check_results", CHECK_RESULTS, "streams", StreamStatus.STREAMS);

  private final Lake lake;
  private final Clock clock;
  private final Map<String, List<Row>> held = new TreeMap<>();
  private final Map<String, RowWriter> writers = new TreeMap<>();
  private boolean made;
  private boolean holds;

  public RunLog(Lake lake, Clock clock) {
    this.lake = lake;
    this.clock = clock;
  }

  /** A new run, not recorded until it ends. */
  public Run begin(String command, String subject) {
    makeTables();
    return new Run(UUID.randomUUID().toString(), command, subject, clock.instant());
  }

  /** Once, before the first run writes: several commands append to them at the same time. */
  private synchronized void makeTables() {
    if (!made) {
      lake.create(lake.ops("runs"), RUNS);
      lake.create(lake.ops("check_results"), CHECK_RESULTS);
      made = true;
    }
  }

  /** Records how a run ended; {@code version} is null if it published nothing. */
  public void end(Run run, Run.Outcome outcome, RowCounts rowCounts, Long version, String message) {
    Row row =
        RowFactory.create(
            run.id(),
            run.command(),
            run.subject(),
            Timestamp.from(run.startedAt()),
            Timestamp.from(clock.instant()),
            lower(outcome),
            rowCounts.read(),
            rowCounts.accepted(),
            rowCounts.quarantined(),
            rowCounts.duplicate(),
            rowCounts.superseded(),
            rowCounts.conflict(),
            version,
            message,
            rowCounts.deleted(),
            rowCounts.removed());
    append("runs", List.of(row), run);
  }

  /** Records what the checks said of a batch meant for a table. */
  public void record(Run run, String table, List<CheckResult> checkResults) {
    List<Row> rows =
        checkResults.stream()
            .map(
                result ->
                    RowFactory.create(
                        run.id(),
                        table,
                        Timestamp.from(run.startedAt()),
                        result.check(),
                        lower(result.severity()),
                        result.rule(),
                        lower(result.outcome()),
                        result.value(),
                        result.message()))
            .toList();
    if (!rows.isEmpty()) {
      append("check_results", rows, run);
    }
  }

  /** Keeps how the queries of a stream stand, for the next {@link #flush}. */
  public synchronized void record(List<StreamStatus> statuses) {
    held.computeIfAbsent("streams", key -> new ArrayList<>())
        .addAll(statuses.stream().map(StreamStatus::row).toList());
  }

  private static String lower(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  /**
   * From now on rows wait in memory until {@link #flush}, for a command that has several runs a
   * second. Who dies before has lost them; what became of every row is in the commits, too.
   */
  public synchronized void hold() {
    holds = true;
  }

  /** Writes what waits, and from now on each row at once. */
  public void release() {
    synchronized (this) {
      holds = false;
    }
    flush();
  }

  /**
   * Writes the rows that wait, in one commit of each table; others may add rows meanwhile. What
   * cannot be written goes on waiting.
   */
  public void flush() {
    TreeMap<String, List<Row>> waiting;
    synchronized (this) {
      waiting = new TreeMap<>(held);
      held.clear();
    }
    try {
      while (!waiting.isEmpty()) {
        String table = waiting.firstKey();
        write(table, waiting.get(table), "{}");
        waiting.remove(table);
      }
    } finally {
      synchronized (this) {
        waiting.forEach(
            (table, rows) -> held.computeIfAbsent(table, key -> new ArrayList<>()).addAll(rows));
      }
    }
  }

  private synchronized void append(String table, List<Row> rows, Run run) {
    if (holds) {
      held.computeIfAbsent(table, key -> new ArrayList<>()).addAll(rows);
    } else {
      write(table, rows, "{\"run_id\":\"" + run.id() + "\"}");
    }
  }

  private void write(String table, List<Row> rows, String rowCounts) {
    TableSpec spec = SPECS.get(table);
    synchronized (writers) {
      TableTransaction.begin(lake.ops(table), spec)
          .append(writers.computeIfAbsent(table, key -> new RowWriter()), spec.schema(), rows)
          .publish(SaveMode.Append, rowCounts);
    }
  }
}
