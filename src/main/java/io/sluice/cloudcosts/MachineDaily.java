package io.sluice.cloudcosts;

import static org.apache.spark.sql.functions.avg;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.min;
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
 * The mart {@code machine_daily}: reads {@code machine_metrics} and {@code cloud_costs}, gives one
 * row per UTC day and machine observed on it, with its load in per cent, its traffic in bytes and
 * what it cost.
 *
 * <p>Percentages are exact decimals, rounded half up to three places, so that a run gives the same
 * values however Spark orders the rows. The 95th percentile is the continuous one (SQL's {@code
 * percentile_cont}) of the day's hours. A machine's cost is that of all lines that name it as their
 * resource; disks and addresses are resources of their own. A machine without a line costs 0 in
 * currency {@value #NO_CURRENCY} (ISO 4217: no currency); one charged in several has no cost, for
 * they do not add up, and its currency reads {@value CostDaily#MIXED}.
 *
 * <p>Cost: one shuffle of each input, aggregated before it by day and resource, and a join of the
 * results.
 */
public final class MachineDaily implements Mart {
  static final String NO_CURRENCY = "XXX";

  private static final int DAYS_BEFORE = 6;
  private static final String[] DAY_AND_MACHINE = {"day", "resource_id"};

  @Override
  public String name() {
    return "machine_daily";
  }

  @Override
  public String description() {
    return "How busy each machine was on a day and over a week, and what it cost.";
  }

  @Override
  public String owner() {
    return "finops";
  }

  @Override
  public List<String> reads() {
    return List.of("machine_metrics", "cloud_costs");
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
    return List.of("day", "resource_id");
  }

  @Override
  public List<Column> columns() {
    return List.of(
        new Column("day", "UTC day of the hours observed"),
        new Column("resource_id", "the machine, as providers name it"),
        new Column("provider", "who rents it out, such as AWS"),
        new Column("hours", "hours observed, 1 to 24"),
        new Column("mean_cpu_percent", "mean CPU of the hours, per cent"),
        new Column("max_cpu_percent", "CPU of the busiest hour, per cent"),
        new Column("p95_cpu_percent", "95th percentile of the hours' CPU, per cent"),
        new Column(
            "mean_memory_percent",
            "mean memory of the hours that report it, per cent; null if none"),
        new Column("network_bytes", "bytes sent and received"),
        new Column("hours_under_5_percent", "hours with less than 5 per cent CPU"),
        new Column("hours_under_20_percent", "hours with less than 20 per cent CPU"),
        new Column(
            "mean_cpu_percent_7d",
            "mean CPU of all hours of this day and the six before, as far as they were observed,"
                + " per cent"),
        new Column(
            "billing_currency",
            "ISO 4217 code of the costs; XXX when nothing was charged, mixed when in several"),
        new Column(
            "billed_cost",
            "what is invoiced for the machine, in billing_currency; null when mixed"),
        new Column(
            "effective_cost",
            "cost with commitments spread over what they cover, in billing_currency; null when"
                + " mixed"));
  }

  @Override
  public List<Check> checks() {
    return List.of(
        Check.error("rows", "RowCount > 0"),
        Check.error("machines_known", "IsComplete \"resource_id\""),
        Check.error("at_least_an_hour", "ColumnValues \"hours\" >= 1"),
        Check.error("at_most_a_day", "ColumnValues \"hours\" <= 24"),
        Check.error("cpu_not_negative", "ColumnValues \"mean_cpu_percent\" >= 0"),
        Check.error("cpu_at_most_all", "ColumnValues \"max_cpu_percent\" <= 100"),
        Check.warning("one_currency", "ColumnLength \"billing_currency\" = 3"),
        Check.warning("mostly_observed", "Mean \"hours\" >= 8"));
  }

  @Override
  public Dataset<Row> build(Map<String, Dataset<Row>> silver) {
    WindowSpec sevenDays =
        Window.partitionBy("resource_id")
            .orderBy(unix_date(col("day")))
            .rangeBetween(-DAYS_BEFORE, 0);
    Dataset<Row> load =
        load(silver.get("machine_metrics"))
            .withColumn("cpu_7d", sum("cpu_sum").over(sevenDays))
            .withColumn("hours_7d", sum("hours").over(sevenDays));
    String oneCurrency = "first_currency = last_currency";
    return load.join(cost(silver.get("cloud_costs")), DAY_AND_MACHINE, "left_outer")
        .selectExpr(
            "day",
            "resource_id",
            "provider",
            "hours",
            "cast(mean_cpu as decimal(6,3)) as mean_cpu_percent",
            "cast(max_cpu as decimal(6,3)) as max_cpu_percent",
            "cast(p95_cpu as decimal(6,3)) as p95_cpu_percent",
            "cast(mean_memory as decimal(6,3)) as mean_memory_percent",
            "network_bytes",
            "hours_under_5_percent",
            "hours_under_20_percent",
            "cast(cpu_7d / hours_7d as decimal(6,3)) as mean_cpu_percent_7d",
            "case when first_currency is null then '"
                + NO_CURRENCY
                + "'"
                + " when "
                + oneCurrency
                + " then first_currency"
                + " else '"
                + CostDaily.MIXED
                + "' end as billing_currency",
            "case when first_currency is null then 0BD when "
                + oneCurrency
                + " then billed end as billed_cost",
            "case when first_currency is null then 0BD when "
                + oneCurrency
                + " then effective end as effective_cost");
  }

  private static Dataset<Row> load(Dataset<Row> metrics) {
    return metrics
        .groupBy(col("metric_date").as("day"), col("resource_id"))
        .agg(
            max("provider").as("provider"),
            count(lit(1)).as("hours"),
            sum("cpu_percent").as("cpu_sum"),
            avg("cpu_percent").as("mean_cpu"),
            max("cpu_percent").as("max_cpu"),
            expr("percentile(cpu_percent, 0.95)").as("p95_cpu"),
            avg("memory_percent").as("mean_memory"),
            sum("network_bytes").as("network_bytes"),
            expr("count_if(cpu_percent < 5)").as("hours_under_5_percent"),
            expr("count_if(cpu_percent < 20)").as("hours_under_20_percent"));
  }

  private static Dataset<Row> cost(Dataset<Row> lines) {
    return lines
        .where(col("ResourceId").isNotNull())
        .groupBy(col("x_ChargeDate").as("day"), col("ResourceId").as("resource_id"))
        .agg(
            min("BillingCurrency").as("first_currency"),
            max("BillingCurrency").as("last_currency"),
            sum("BilledCost").as("billed"),
            sum("EffectiveCost").as("effective"));
  }
}
