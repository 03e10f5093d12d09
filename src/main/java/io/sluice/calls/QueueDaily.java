package io.sluice.calls;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.lit;

import io.sluice.mart.Mart;
import io.sluice.quality.Check;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * The mart {@code queue_daily}: reads {@code calls}, gives one row per UTC day and queue with
 * calls, with counts, waits in seconds and the service level.
 *
 * <p>A call's wait runs from its start to its answer, or until the caller hung up in the queue. The
 * percentiles and the longest wait are over all offered calls, the speed of answer over the
 * answered ones. Percentiles are exact, with linear interpolation between the two nearest waits. An
 * average over nothing is null. Sums are taken in microseconds and divided once, so that a run
 * gives the same doubles however Spark orders the rows.
 *
 * <p>Cost: one shuffle of the days' calls, aggregated before it; memory for the distinct waits of a
 * queue's day.
 */
public final class QueueDaily implements Mart {

  @Override
  public String name() {
    return "queue_daily";
  }

  @Override
  public String description() {
    return "How many calls each queue was offered on a day and how fast they were answered.";
  }

  @Override
  public String owner() {
    return "contact-centre-data";
  }

  @Override
  public List<String> reads() {
    return List.of("calls");
  }

  @Override
  public String partition() {
    return "day";
  }

  @Override
  public List<String> key() {
    return List.of("day", "queue");
  }

  @Override
  public List<Column> columns() {
    return List.of(
        new Column("day", "UTC day on which the calls reached the queue"),
        new Column("queue", "the queue the callers chose"),
        new Column("offered", "calls that reached the queue: answered or abandoned"),
        new Column("answered", "calls an agent answered"),
        new Column("abandoned", "calls hung up before an answer"),
        new Column("dropped", "calls with status dropped: abandoned, or cut off while talking"),
        new Column("answered_within_20s", "calls answered 20 seconds after their start or sooner"),
        new Column("service_level", "answered within 20 seconds per offered call, 0 to 1"),
        new Column(
            "average_speed_of_answer_seconds",
            "mean seconds from start to answer of the answered calls; null when none"),
        new Column("p50_wait_seconds", "median wait of all offered calls, exact"),
        new Column("p95_wait_seconds", "wait that 95 % of the offered calls do not exceed, exact"),
        new Column("longest_wait_seconds", "longest wait of all offered calls"));
  }

  @Override
  public List<Check> checks() {
    return List.of(
        Check.error("rows", "RowCount > 0"),
        Check.error("queues_known", "IsComplete \"queue\""),
        Check.error("has_calls", "ColumnValues \"offered\" >= 1"),
        Check.error("service_level_at_least_0", "ColumnValues \"service_level\" >= 0"),
        Check.error("service_level_at_most_1", "ColumnValues \"service_level\" <= 1"),
        Check.error("wait_not_negative", "ColumnValues \"p50_wait_seconds\" >= 0"),
        Check.warning("longest_wait_below_a_day", "ColumnValues \"longest_wait_seconds\" < 86400"));
  }

  @Override
  public Dataset<Row> build(Map<String, Dataset<Row>> silver) {
    return silver
        .get("calls")
        .withColumn(
            "wait_micros",
            coalesce(expr("unix_micros(answered_at)"), expr("unix_micros(ended_at)"))
                .minus(expr("unix_micros(started_at)")))
        .groupBy(col("call_date").as("day"), col("queue"))
        .agg(
            count(lit(1)).as("offered"),
            count(col("answered_at")).as("answered"),
            expr("count_if(status = 'dropped')").as("dropped"),
            expr("count_if(answered_at is not null and wait_micros <= 20000000)")
                .as("answered_within_20s"),
            expr("sum(wait_micros) filter (where answered_at is not null)").as("answer_micros"),
            expr("percentile(wait_micros, array(0.5D, 0.95D))").as("waits"),
            expr("max(wait_micros)").as("longest_micros"))
        .select(
            col("day"),
            col("queue"),
            col("offered"),
            col("answered"),
            expr("offered - answered").as("abandoned"),
            col("dropped"),
            col("answered_within_20s"),
            expr("answered_within_20s / nullif(offered, 0)").as("service_level"),
            expr("answer_micros / 1e6D / nullif(answered, 0)")
                .as("average_speed_of_answer_seconds"),
            expr("round(waits[0]) / 1e6D").as("p50_wait_seconds"),
            expr("round(waits[1]) / 1e6D").as("p95_wait_seconds"),
            expr("longest_micros / 1e6D").as("longest_wait_seconds"));
  }
}
