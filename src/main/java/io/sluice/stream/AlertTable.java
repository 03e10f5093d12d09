package io.sluice.stream;

import static org.apache.spark.sql.functions.col;

import io.sluice.engine.CompiledRows;
import io.sluice.engine.LocalRows;
import io.sluice.run.RowCounts;
import io.sluice.run.Run;
import io.sluice.run.RunContext;
import io.sluice.table.Checkpoint;
import io.sluice.table.FencedException;
import io.sluice.table.LakeTable;
import io.sluice.table.RowWriter;
import io.sluice.table.TableSpec;
import io.sluice.table.TableTransaction;
import io.sluice.transactions.SpendingWindows.Raised;
import java.util.List;
import java.util.concurrent.Executor;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.Decimal;
import org.apache.spark.sql.types.StructType;

/**
 * Writes raised alerts to {@code gold.spending_alerts}, and reads how far they have been raised.
 *
 * <p>Guarantee: a commit of alerts carries silver's version as its checkpoint, so that the alerts
 * of a version are there once and whole; a second driver that raises alerts here is refused. Cost:
 * one commit, without a job.
 */
final class AlertTable {
  static final StructType ALERTS =
      new StructType()
          .add(
              "window",
              DataTypes.StringType,
              true,
              "minute or five_minutes; of a score, transaction.")
          .add("user_id", DataTypes.StringType, true, "Who paid.")
          .add("window_start", DataTypes.TimestampType, true, "When the window begins.")
          .add(
              "rule", DataTypes.StringType, true, "count or amount: which limit was passed; score.")
          .add("count", DataTypes.LongType, true, "Transactions in the window up to this one.")
          .add(
              "amount",
              DataTypes.createDecimalType(28, 2),
              true,
              "What was paid in the window up to this one, in EUR.")
          .add("transaction_id", DataTypes.StringType, true, "The one that passed the limit.")
          .add("event_time", DataTypes.TimestampType, true, "When that was made.")
          .add("score", DataTypes.DoubleType, true, "What the model says; null for a limit.")
          .add("model_version", DataTypes.IntegerType, true, "The version that says so.")
          .add("run_id", DataTypes.StringType, true, "The run that raised it.")
          .add("batch", DataTypes.LongType, true, "The silver version its batch reached.");

  private static final TableSpec SPEC =
      new TableSpec(
              "One row per window and limit that a user has passed, and per suspicious transaction.",
              ALERTS,
              List.of(),
              List.of("batch", "event_time"))
          .oftenCommitted();

  private final SparkSession spark;
  private final LakeTable table;
  private final Executor upkeep;
  private final RowWriter writer = new RowWriter();
  private CompiledRows ordered;
  private StructType order;

  /**
   * @param upkeep makes the checkpoints of the table's log
   */
  AlertTable(RunContext context, Executor upkeep) {
    this.spark = context.spark();
    this.table = context.lake().gold("spending_alerts");
    this.upkeep = upkeep;
  }

  /** The alerts of one batch, by {@link #ALERTS}. */
  static final class Batch {
    private final LocalRows.Builder rows = LocalRows.builder(ALERTS);
    private final String run;
    private final long until;

    /**
     * @param until the silver version that the batch reaches
     */
    Batch(Run run, long until) {
      this.run = run.id();
      this.until = until;
    }

    /** Adds the alert of a limit. */
    void add(Raised raised) {
      add(raised, null, null);
    }

    /** Adds the alert of a score. */
    void add(Raised raised, PaymentScores.Served served) {
      add(raised, served.score(), served.version());
    }

    private void add(Raised raised, Double score, Integer version) {
      Decimal amount = Decimal.apply(raised.cents(), 18, 2);
      amount.changePrecision(28, 2);
      rows.add(
          raised.window(),
          raised.by().user(),
          raised.start(),
          raised.rule(),
          raised.count(),
          amount,
          raised.by().transaction(),
          raised.by().time(),
          score,
          version,
          run,
          until);
    }

    LocalRows rows() {
      return rows.build();
    }
  }

  /** The silver version up to which alerts have been raised; -1 if none has been. */
  long raisedUpTo() {
    return table.exists() ? table.checkpoint(Checkpoint.ALERTED) : -1;
  }

  /** The alerts of the batches after a silver version. */
  Dataset<Row> after(long version) {
    return table.read().where(col("batch").gt(version));
  }

  /**
   * Publishes the alerts of the silver versions after {@code from} up to {@code until}.
   *
   * @throws FencedException if alerts up to there have been published meanwhile
   */
  void publish(Run run, LocalRows alerts, long from, long until) {
    TableTransaction transaction = TableTransaction.beginAsKnown(table, SPEC);
    long raised = transaction.checkpoint(Checkpoint.ALERTED);
    if (raised >= until) {
      throw new FencedException(table.name(), Checkpoint.ALERTED, from, raised);
    }
    if (!transaction.schema().equals(order)) {
      order = transaction.schema();
      ordered =
          CompiledRows.of(spark, ALERTS, rows -> TableTransaction.ordered(rows, order))
              .orElseThrow();
    }
    transaction
        .checkpointsBy(upkeep)
        .append(writer, ordered.apply(alerts))
        .checkpoint(Checkpoint.ALERTED, until)
        .publish(
            SaveMode.Append,
            new RowCounts(alerts.size(), alerts.size(), 0, 0, 0).json(run, from, until));
  }
}
