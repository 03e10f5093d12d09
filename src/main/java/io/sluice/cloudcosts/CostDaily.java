package io.sluice.cloudcosts;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.when;

import io.sluice.mart.Mart;
import io.sluice.quality.Check;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.expressions.Window;
import org.apache.spark.sql.expressions.WindowSpec;

/**
 * The mart {@code cost_daily}: reads {@code cloud_costs}, gives one row per UTC day, provider,
 * service and team with what they were charged, and what share of the provider's day no team
 * answers for.
 *
 * <p>A charge belongs to the day it starts on. Costs are exact decimals in one currency and are
 * never added across currencies: where a group holds several, its costs are null and its currency
 * reads {@value #MIXED}. The share compares {@code billed_cost}, as FinOps allocates what is
 * invoiced; credits can take it below 0 or above 1, and it is null where the provider's day adds up
 * to nothing or to no one currency.
 *
 * <p>Cost: one shuffle of the days' lines, aggregated before it, and one of the groups.
 */
public final class CostDaily implements Mart {
  /** The currency of a group that holds several. */
  static final String MIXED = "mixed";

  private static final String UNALLOCATED = "unallocated";

  @Override
  public String name() {
    return "cost_daily";
  }

  @Override
  public String description() {
    return "What each team was charged for each service of each cloud provider on a day.";
  }

  @Override
  public String owner() {
    return "finops";
  }

  @Override
  public List<String> reads() {
    return List.of("cloud_costs");
  }

  @Override
  public String partition() {
    return "day";
  }

  @Override
  public List<String> key() {
    return List.of("day", "provider", "service", "team");
  }

  @Override
  public List<Column> columns() {
    return List.of(
        new Column("day", "UTC day on which the charge periods start"),
        new Column("provider", "ProviderName of FOCUS, such as AWS"),
        new Column("service", "ServiceName of FOCUS; Unknown service when not named"),
        new Column("team", "the team that the tags name; unallocated when they name none"),
        new Column(
            "billing_currency", "ISO 4217 code of the costs; mixed when the lines hold several"),
        new Column("billed_cost", "what is invoiced, in billing_currency; null when mixed"),
        new Column(
            "effective_cost",
            "cost with commitments spread over what they cover, in billing_currency; null when"
                + " mixed"),
        new Column("list_cost", "cost at public prices, in billing_currency; null when mixed"),
        new Column("lines", "charge lines"),
        new Column(
            "unallocated_share",
            "billed_cost of team unallocated over billed_cost, of the provider's whole day, the"
                + " same in all its rows; null when the day adds up to 0 or to no one currency"));
  }

  @Override
  public List<Check> checks() {
    return List.of(
        Check.error("rows", "RowCount > 0"),
        Check.error("providers_known", "IsComplete \"provider\""),
        Check.error("services_known", "IsComplete \"service\""),
        Check.error("teams_known", "IsComplete \"team\""),
        Check.error("has_lines", "ColumnValues \"lines\" >= 1"),
        Check.warning("one_currency", "ColumnLength \"billing_currency\" = 3"),
        Check.warning("mostly_allocated", "Mean \"unallocated_share\" <= 0.5"));
  }

  @Override
  public Dataset<Row> build(Map<String, Dataset<Row>> silver) {
    WindowSpec providersDay = Window.partitionBy("day", "provider");
    Dataset<Row> groups =
        silver
            .get("cloud_costs")
            .groupBy(
                col("x_ChargeDate").as("day"),
                col("ProviderName").as("provider"),
                col("ServiceName").as("service"),
                col("x_Team").as("team"))
            .agg(
                min("BillingCurrency").as("first_currency"),
                max("BillingCurrency").as("last_currency"),
                sum("BilledCost").as("billed"),
                sum("EffectiveCost").as("effective"),
                sum("ListCost").as("list"),
                count(lit(1)).as("lines"));
    return groups
        .withColumn(
            "unallocated",
            sum(when(col("team").equalTo(UNALLOCATED), col("billed")).otherwise(lit(0)))
                .over(providersDay))
        .withColumn("all", sum("billed").over(providersDay))
        .withColumn(
            "one_currency_all_day",
            min("first_currency")
                .over(providersDay)
                .equalTo(max("last_currency").over(providersDay)))
        .withColumn("one_currency", col("first_currency").equalTo(col("last_currency")))
        .select(
            col("day"),
            col("provider"),
            col("service"),
            col("team"),
            when(col("one_currency"), col("first_currency"))
                .otherwise(lit(MIXED))
                .as("billing_currency"),
            when(col("one_currency"), col("billed")).as("billed_cost"),
            when(col("one_currency"), col("effective")).as("effective_cost"),
            when(col("one_currency"), col("list")).as("list_cost"),
            col("lines"),
            when(
                    col("one_currency_all_day").and(col("all").notEqual(0)),
                    col("unallocated").cast("double").divide(col("all").cast("double")))
                .as("unallocated_share"));
  }
}
