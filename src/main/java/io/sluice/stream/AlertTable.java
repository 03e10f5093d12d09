package io.sluice.stream;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;

import io.sluice.contract.Contract;
import io.sluice.run.RowCounts;
import io.sluice.run.Run;
import io.sluice.run.RunContext;
import io.sluice.table.Checkpoint;
import io.sluice.table.LakeTable;
import io.sluice.table.RowWriter;
import io.sluice.table.TableSpec;
import io.sluice.table.TableTransaction;
import java.sql.Timestamp;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * Writes the alerts of one {@link AlertPlan} to {@code gold.<source>_alerts}, and reads how far
 * they have been raised.
 *
 * <p>Guarantee: a commit of alerts carries silver's version and the marks of its partitions, so the
 * alerts of a version are there once and whole; a second driver that raises the same is refused. An
 * alert of a window stands once, however often its rows are judged. Cost: one commit, without a
 * job; the alerts of windows that are open, in memory.
 */
final class AlertTable {
  static final StructType ALERTS =
      new StructType()
          .add("alert", DataTypes.StringType, true, "The alert's name in the contract.")
          .add("key", DataTypes.StringType, true, "Whose rows raised it, as text.")
          .add(
              "window_start",
              DataTypes.TimestampType,
              true,
              "When the window begins; of a score, when the row happened.")
          .add(
              "window_end",
              DataTypes.TimestampType,
              true,
              "When the window ends, itself not in it; of a score, when the row happened.")
          .add(
              "event_time",
              DataTypes.TimestampType,
              true,
              "When the row happened that raised the alert.")
          .add("row_key", DataTypes.StringType, true, "That row's key, as JSON.")
          .add(
              "counted",
              DataTypes.createMapType(DataTypes.StringType, DataTypes.StringType),
              true,
              "What the condition's aggregates came to with that row, as text.")
          .add("score", DataTypes.DoubleType, true, "What the model says; null for a condition.")
          .add("model_version", DataTypes.IntegerType, true, "The version that says so.")
          .add("run_id", DataTypes.StringType, true, "The run that raised it.")
          .add("batch", DataTypes.LongType, true, "The silver version its batch reached.");

  /** So many alerts of open windows are remembered; of others the table is asked. */
  private static final int REMEMBERED = 500_000;

  private final LakeTable table;
  private final TableSpec spec;
  private final Executor upkeep;
  private final String of;
  private final RowWriter writer = new RowWriter();
  private final Set<List<Object>> raised = new HashSet<>();
  private long remembersFrom = Long.MAX_VALUE;

  /**
   * @param upkeep makes the checkpoints of the table's log
   */
  AlertTable(RunContext context, AlertPlan plan, Executor upkeep) {
    this.table = table(context, plan.contract());
    this.upkeep = upkeep;
    this.of = plan.key() + "/" + plan.time();
    this.spec = spec(plan.contract());
  }

  static LakeTable table(RunContext context, Contract contract) {
    return context.lake().gold(contract.id() + "_alerts");
  }

  static TableSpec spec(Contract contract) {
    return new TableSpec(
            "One row per window in which a key of " + contract.id() + " raised an alert.",
            ALERTS,
            List.of(),
            List.of("batch", "event_time"))
        .oftenCommitted();
  }

  LakeTable table() {
    return table;
  }

  /**
   * How far alerts have been raised.
   *
   * @param version of silver; -1 if none has been looked at
   * @param marks by topic partition
   */
  record Reached(long version, Map<String, AlertMarks.Mark> marks) {}

  /**
   * How far alerts have been raised; the table is made if it is not there.
   *
   * @param now where silver is, which is where alerts begin that have never been raised
   * @param marks of silver's newest rows, for alerts that have never been raised
   */
  Reached open(long now, java.util.function.Supplier<Map<String, AlertMarks.Mark>> marks) {
    TableTransaction transaction = TableTransaction.begin(table, spec);
    long next = transaction.checkpoint(Checkpoint.alerted(of));
    if (next >= 0) {
      Map<String, Long> clocks = transaction.checkpoints(Checkpoint.alertClocks(of));
      Map<String, AlertMarks.Mark> known = new HashMap<>();
      transaction
          .checkpoints(Checkpoint.alertOffsets(of))
          .forEach(
              (file, offset) -> known.put(file, new AlertMarks.Mark(offset, clocks.get(file))));
      return new Reached(next - 1, known);
    }
    Map<String, AlertMarks.Mark> known = now < 0 ? Map.of() : marks.get();
    mark(transaction, now, known).publish(SaveMode.Append, "{}");
    return new Reached(now, known);
  }

  private TableTransaction mark(
      TableTransaction transaction, long until, Map<String, AlertMarks.Mark> marks) {
    marks.forEach(
        (file, mark) ->
            transaction
                .checkpoint(Checkpoint.alertOffsets(of).of(file), mark.position())
                .checkpoint(Checkpoint.alertClocks(of).of(file), mark.clock()));
    return transaction.checkpoint(Checkpoint.alerted(of), until + 1);
  }

  /** The alerts of the batches after a silver version. */
  Dataset<Row> after(long version) {
    return table.read().where(col("batch").gt(version));
  }

  /** An alert is told from others by its window or, of a score, by its row. */
  private static List<Object> identity(Row alert) {
    return List.of(
        alert.getString(0),
        alert.getString(1),
        alert.getTimestamp(2),
        alert.isNullAt(6) ? alert.getString(5) : "");
  }

  /** Those among some alerts that the table does not have. */
  List<Row> unraised(List<Row> alerts) {
    long first =
        alerts.stream()
            .mapToLong(alert -> alert.getTimestamp(2).getTime())
            .min()
            .orElse(Long.MAX_VALUE);
    if (first < remembersFrom) {
      Column unknown =
          col("window_start")
              .geq(new Timestamp(first))
              .and(
                  remembersFrom == Long.MAX_VALUE
                      ? lit(true)
                      : col("window_start").lt(new Timestamp(remembersFrom)));
      table.read().where(unknown).collectAsList().forEach(row -> raised.add(identity(row)));
      remembersFrom = first;
    }
    return alerts.stream().filter(alert -> !raised.contains(identity(alert))).toList();
  }

  /**
   * Publishes the alerts of the silver versions after {@code from} up to {@code until}.
   *
   * @param alerts rows of {@link #ALERTS}
   * @throws io.sluice.table.FencedException if another driver has come further meanwhile
   */
  void publish(
      Run run, List<Row> alerts, long from, long until, Map<String, AlertMarks.Mark> marks) {
    TableTransaction transaction = TableTransaction.beginAsKnown(table, spec);
    transaction.requireAt(Checkpoint.alerted(of), from + 1);
    if (!alerts.isEmpty()) {
      transaction.append(writer, ALERTS, alerts);
    }
    mark(transaction.checkpointsBy(upkeep), until, marks)
        .publish(
            SaveMode.Append,
            new RowCounts(alerts.size(), alerts.size(), 0, 0, 0).json(run, from, until));
    if (raised.size() + alerts.size() > REMEMBERED) {
      raised.clear();
      remembersFrom = Long.MAX_VALUE;
    }
    alerts.forEach(alert -> raised.add(identity(alert)));
  }

  /** An alert as the table has it. */
  static Row row(Row raised, Double score, Integer version, Run run, long until) {
    return RowFactory.create(
        raised.get(0),
        raised.get(1),
        raised.get(2),
        raised.get(3),
        raised.get(4),
        raised.get(5),
        raised.get(6),
        score,
        version,
        run.id(),
        until);
  }
}
