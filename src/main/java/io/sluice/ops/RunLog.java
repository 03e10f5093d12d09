package io.sluice.ops;

import io.sluice.quality.Verdict;
import io.sluice.table.Lake;
import io.sluice.table.Stage;
import io.sluice.table.TableSpec;
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
 * Keeps the lake's account of itself: {@code ops.runs}, a row for each run, and {@code
 * ops.verdicts}, a row for each check of each batch.
 *
 * <p>Verdicts are written before the batch they judge is published, and also when it is not.
 */
public final class RunLog {
  static final TableSpec RUNS =
      new TableSpec(
          "One row per run of a program.",
          new StructType()
              .add("run_id", DataTypes.StringType, true, "The run's UUID.")
              .add("program", DataTypes.StringType, true, "The program: ingest, refine, build…")
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
              .add("rows_late", DataTypes.LongType, true, "Rows older than the version kept.")
              .add("version", DataTypes.LongType, true, "The version it published; null if none.")
              .add("message", DataTypes.StringType, true, "Why it stopped or crashed."),
          List.of(),
          List.of("started_at"));

  static final TableSpec VERDICTS =
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

  private final Lake lake;
  private final Clock clock;
  private final Map<String, List<Row>> held = new TreeMap<>();
  private final Map<String, Stage.Hand> hands = new TreeMap<>();
  private boolean made;
  private boolean holds;

  public RunLog(Lake lake, Clock clock) {
    this.lake = lake;
    this.clock = clock;
  }

  /** A new run, not recorded until it ends. */
  public Run begin(String program, String subject) {
    makeTables();
    return new Run(UUID.randomUUID().toString(), program, subject, clock.instant());
  }

  /** Once, before the first run writes: several programs append to them at the same time. */
  private synchronized void makeTables() {
    if (!made) {
      lake.create(lake.ops("runs"), RUNS);
      lake.create(lake.ops("verdicts"), VERDICTS);
      made = true;
    }
  }

  /** Records how a run ended; {@code version} is null if it published nothing. */
  public void end(Run run, Run.Outcome outcome, Account account, Long version, String message) {
    Row row =
        RowFactory.create(
            run.id(),
            run.program(),
            run.subject(),
            Timestamp.from(run.startedAt()),
            Timestamp.from(clock.instant()),
            lower(outcome),
            account.read(),
            account.accepted(),
            account.quarantined(),
            account.duplicate(),
            account.late(),
            version,
            message);
    append("runs", RUNS, List.of(row), run);
  }

  /** Records what the checks said of a batch meant for a table. */
  public void record(Run run, String table, List<Verdict> verdicts) {
    List<Row> rows =
        verdicts.stream()
            .map(
                verdict ->
                    RowFactory.create(
                        run.id(),
                        table,
                        Timestamp.from(run.startedAt()),
                        verdict.check(),
                        lower(verdict.severity()),
                        verdict.rule(),
                        lower(verdict.outcome()),
                        verdict.value(),
                        verdict.message()))
            .toList();
    if (!rows.isEmpty()) {
      append("verdicts", VERDICTS, rows, run);
    }
  }

  private static String lower(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  /**
   * From now on rows wait in memory until {@link #flush}, for a program that has several runs a
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
        write(table, table.equals("runs") ? RUNS : VERDICTS, waiting.get(table), "{}");
        waiting.remove(table);
      }
    } finally {
      synchronized (this) {
        waiting.forEach(
            (table, rows) -> held.computeIfAbsent(table, key -> new ArrayList<>()).addAll(rows));
      }
    }
  }

  private synchronized void append(String table, TableSpec spec, List<Row> rows, Run run) {
    if (holds) {
      held.computeIfAbsent(table, key -> new ArrayList<>()).addAll(rows);
    } else {
      write(table, spec, rows, "{\"run_id\":\"" + run.id() + "\"}");
    }
  }

  private void write(String table, TableSpec spec, List<Row> rows, String account) {
    synchronized (hands) {
      Stage.begin(lake.ops(table), spec)
          .append(hands.computeIfAbsent(table, key -> new Stage.Hand()), spec.schema(), rows)
          .publish(SaveMode.Append, account);
    }
  }
}
