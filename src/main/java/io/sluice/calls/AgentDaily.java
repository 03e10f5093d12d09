package io.sluice.calls;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.unix_date;

import io.sluice.mart.Mart;
import io.sluice.quality.Check;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.expressions.Window;
import org.apache.spark.sql.expressions.WindowSpec;

/**
 * The mart {@code agent_daily}: reads {@code calls}, gives one row per UTC day and agent who was
 * routed a call on it, with counts, times in seconds and rates, of the day and of the seven days
 * that end with it.
 *
 * <p>A call belongs to the day it reached the queue. Only answered calls have a handle time: from
 * answer to end, hold included, as contact centres define it. An average or a rate over nothing is
 * null. Sums are taken in microseconds and divided once, so that a run gives the same doubles
 * however Spark orders the rows.
 *
 * <p>Cost: a sort and one shuffle of the days' calls, aggregated before it, and one shuffle of the
 * agents' days.
 */
public final class AgentDaily implements Mart {
  private static final int DAYS_BEFORE = 6;

  @Override
  public String name() {
    return "agent_daily";
  }

  @Override
  public String description() {
    return "How many calls each agent took on a day, how long they lasted and how they went.";
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
  public int lookbackDays() {
    return DAYS_BEFORE;
  }

  @Override
  public List<String> key() {
    return List.of("day", "agent_id");
  }

  @Override
  public List<Column> columns() {
    return List.of(
        new Column("day", "UTC day on which the calls reached their queues"),
        new Column("agent_id", "the agent the calls were routed to"),
        new Column("agent_team", "the agent's team at the day's last call"),
        new Column("calls", "calls routed to the agent"),
        new Column("answered", "calls the agent answered"),
        new Column("completed", "answered calls that ended without an escalation"),
        new Column("escalated", "answered calls handed to a supervisor"),
        new Column("dropped", "calls hung up in the queue or cut off while talking"),
        new Column(
            "handle_seconds", "seconds from answer to end, hold included, of all answered calls"),
        new Column("hold_seconds", "seconds on hold, of all calls"),
        new Column("talk_seconds", "handle seconds less hold seconds"),
        new Column("average_handle_seconds", "handle seconds per answered call; null when none"),
        new Column("average_hold_seconds", "hold seconds per answered call; null when none"),
        new Column(
            "escalation_rate", "share of the answered calls escalated, 0 to 1; null when none"),
        new Column("surveyed", "calls with a satisfaction answer so far"),
        new Column("average_satisfaction", "mean satisfaction answer, 1 to 5; null when none"),
        new Column(
            "average_handle_seconds_7d",
            "handle seconds per answered call of this day and the six before; null when none"),
        new Column(
            "escalation_rate_7d",
            "share of the answered calls escalated, of this day and the six before; null when"
                + " none"));
  }

  @Override
  public List<Check> checks() {
    return List.of(
        Check.error("rows", "RowCount > 0"),
        Check.error("agents_known", "IsComplete \"agent_id\""),
        Check.error("has_calls", "ColumnValues \"calls\" >= 1"),
        Check.error("talk_not_negative", "ColumnValues \"talk_seconds\" >= 0"),
        Check.warning("escalations_rare", "Mean \"escalation_rate\" < 0.5"),
        Check.warning("at_most_a_day_of_handling", "ColumnValues \"handle_seconds\" <= 86400"));
  }

  @Override
  public Dataset<Row> build(Map<String, Dataset<Row>> silver) {
    WindowSpec sevenDays =
        Window.partitionBy("agent_id").orderBy("epoch_day").rangeBetween(-DAYS_BEFORE, 0);
    return silver
        .get("calls")
        .groupBy(col("call_date").as("day"), col("agent_id"))
        .agg(
            expr("max_by(agent_team, struct(started_at, call_id))").as("agent_team"),
            count(lit(1)).as("calls"),
            count(col("answered_at")).as("answered"),
            expr("count_if(status = 'completed')").as("completed"),
            expr("count_if(status = 'escalated')").as("escalated"),
            expr("count_if(status = 'dropped')").as("dropped"),
            coalesce(sum(expr("unix_micros(ended_at) - unix_micros(answered_at)")), lit(0L))
                .as("handle_micros"),
            sum(col("hold_seconds")).as("hold_seconds"),
            count(col("satisfaction")).as("surveyed"),
            sum(col("satisfaction")).as("satisfactions"))
        .withColumn("epoch_day", unix_date(col("day")))
        // All three at once: Spark then walks one window, not three.
        .select(
            col("*"),
            sum("handle_micros").over(sevenDays).as("handle_micros_7d"),
            sum("answered").over(sevenDays).as("answered_7d"),
            sum("escalated").over(sevenDays).as("escalated_7d"))
        .select(
            col("day"),
            col("agent_id"),
            col("agent_team"),
            col("calls"),
            col("answered"),
            col("completed"),
            col("escalated"),
            col("dropped"),
            expr("handle_micros / 1e6D").as("handle_seconds"),
            col("hold_seconds"),
            expr("(handle_micros - hold_seconds * 1000000) / 1e6D").as("talk_seconds"),
            expr("handle_micros / 1e6D / nullif(answered, 0)").as("average_handle_seconds"),
            expr("hold_seconds / nullif(answered, 0)").as("average_hold_seconds"),
            expr("escalated / nullif(answered, 0)").as("escalation_rate"),
            col("surveyed"),
            expr("satisfactions / nullif(surveyed, 0)").as("average_satisfaction"),
            expr("handle_micros_7d / 1e6D / nullif(answered_7d, 0)")
                .as("average_handle_seconds_7d"),
            expr("escalated_7d / nullif(answered_7d, 0)").as("escalation_rate_7d"));
  }
}
