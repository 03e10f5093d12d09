package io.sluice.purchaseorders;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.countDistinct;
import static org.apache.spark.sql.functions.date_add;
import static org.apache.spark.sql.functions.datediff;
import static org.apache.spark.sql.functions.dayofmonth;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.when;

import io.sluice.mart.Mart;
import io.sluice.quality.Check;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * Reads silver lines of what was ordered and gives one row per day and thing that was ordered in
 * the {@value #DAYS} days that end with it: how much, week by week.
 *
 * <p>The feature table of {@link Demand}, for vendors (orders) and for categories of products
 * (baskets). A day has rows only if anything at all was ordered on it; a thing that was not ordered
 * on the day has a row too, for that it was not says something. Cost: one pass over the lines, a
 * shuffle to a row per day and thing, and one of {@value #DAYS} times as many rows.
 */
public final class DemandFeatures implements Mart {
  private static final int DAYS = 28;

  /** Orders by vendor. */
  public static final DemandFeatures OF_VENDORS =
      new DemandFeatures(
          "vendor_demand", "procurement-data", List.of("purchase_orders"), "vendor_id", "orders");

  /** Baskets by category of product. */
  public static final DemandFeatures OF_CATEGORIES =
      new DemandFeatures(
          "category_demand",
          "grocery-data",
          List.of("basket_lines", "products"),
          "product_category",
          "baskets");

  private final String name;
  private final String owner;
  private final List<String> reads;
  private final String thing;
  private final String unit;

  private DemandFeatures(String name, String owner, List<String> reads, String thing, String unit) {
    this.name = name;
    this.owner = owner;
    this.reads = reads;
    this.thing = thing;
    this.unit = unit;
  }

  @Override
  public String name() {
    return name;
  }

  /** What is ordered: the column that names it. */
  String thing() {
    return thing;
  }

  @Override
  public String description() {
    return "How much was ordered in the four weeks that end with a day: the features of demand.";
  }

  @Override
  public String owner() {
    return owner;
  }

  @Override
  public List<String> reads() {
    return reads;
  }

  @Override
  public String partition() {
    return "day";
  }

  @Override
  public int lookbackDays() {
    return DAYS - 1;
  }

  @Override
  public List<String> key() {
    return List.of("day", thing);
  }

  @Override
  public List<Column> columns() {
    String of = " (" + unit + ").";
    return List.of(
        new Column("day", "The UTC day."),
        new Column(thing, "What was ordered."),
        new Column("ordered", "On the day" + of),
        new Column("ordered_7d", "In the 7 days that end with the day" + of),
        new Column("ordered_7d_1", "In the 7 days before those" + of),
        new Column("ordered_7d_2", "In the 7 days before those" + of),
        new Column("ordered_7d_3", "In the 7 days before those" + of),
        new Column("days_ordered_28d", "Days of the 28 with any."),
        new Column("day_of_month_ahead", "The day of the month three days later."));
  }

  @Override
  public List<Check> checks() {
    return List.of(
        Check.error("rows", "RowCount > 0"),
        Check.error("thing_complete", "IsComplete \"" + thing + "\""),
        Check.error("ordered_not_negative", "ColumnValues \"ordered_7d\" >= 0"));
  }

  @Override
  public Dataset<Row> build(Map<String, Dataset<Row>> silver) {
    Dataset<Row> days = reads.contains("products") ? baskets(silver) : orders(silver);
    var age = datediff(col("day"), col("on"));
    return days.withColumnRenamed("day", "on")
        .withColumn("day", expr("explode(sequence(on, date_add(on, " + (DAYS - 1) + ")))"))
        // Days that have not come yet, or of which nothing is known, have no row.
        .join(days.select("day").distinct(), new String[] {"day"}, "left_semi")
        .groupBy("day", thing)
        .agg(
            amount(age.equalTo(0)).as("ordered"),
            amount(age.between(0, 6)).as("ordered_7d"),
            amount(age.between(7, 13)).as("ordered_7d_1"),
            amount(age.between(14, 20)).as("ordered_7d_2"),
            amount(age.between(21, 27)).as("ordered_7d_3"),
            countDistinct("on").as("days_ordered_28d"))
        .withColumn("day_of_month_ahead", dayofmonth(date_add(col("day"), 3)));
  }

  private static org.apache.spark.sql.Column amount(org.apache.spark.sql.Column when) {
    return coalesce(sum(when(when, col("amount"))), lit(0L)).cast("bigint");
  }

  private Dataset<Row> orders(Map<String, Dataset<Row>> silver) {
    return silver
        .get("purchase_orders")
        .groupBy(col("order_date").as("day"), col(thing))
        .agg(countDistinct("order_id").as("amount"));
  }

  private Dataset<Row> baskets(Map<String, Dataset<Row>> silver) {
    return silver
        .get("basket_lines")
        .join(
            silver
                .get("products")
                .select(col("product_id"), coalesce(col(thing), lit("unknown")).as(thing)),
            "product_id")
        .groupBy(col("transaction_date").as("day"), col(thing))
        .agg(countDistinct("basket_id").as("amount"));
  }
}
