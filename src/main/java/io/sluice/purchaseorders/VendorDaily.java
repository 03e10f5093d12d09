package io.sluice.purchaseorders;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.countDistinct;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.sqrt;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.unix_date;
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
 * Reads silver purchase order lines and gives each vendor's orders: one row per day, vendor and
 * currency with orders.
 *
 * <p>Beside the day's own figures stand those of the 7 and 30 calendar days that end with the day.
 * As in {@link SpendDaily}, a cancelled line counts in orders and lines, but its amount counts
 * nowhere: neither in spend nor in mean and standard deviation.
 *
 * <p>The standard deviation is the sample's, {@code sqrt((n Σx² − (Σx)²) / (n (n − 1)))}. The
 * difference under the root is taken of exact DECIMAL sums, so nothing cancels out; only the root
 * of it is a DOUBLE. It is null for fewer than two lines.
 *
 * <p>Cost: one pass over the lines, a shuffle to a row per order, one to a row per day, vendor and
 * currency, and one of those rows by vendor, which serves all windows; a window looks at no more
 * than 30 rows, however many lines they stand for.
 */
public final class VendorDaily implements Mart {

  private static final int WEEK = 7;
  private static final int MONTH = 30;

  private static final String MONEY = "decimal(28,2)";
  private static final String MEAN = "decimal(28,4)";

  @Override
  public String name() {
    return "vendor_daily";
  }

  @Override
  public String description() {
    return "Each vendor's orders and spend, by day and currency, with the 7 and 30 days that end"
        + " with the day.";
  }

  @Override
  public String owner() {
    return "procurement-data";
  }

  @Override
  public List<String> reads() {
    return List.of("purchase_orders");
  }

  @Override
  public String partition() {
    return "day";
  }

  @Override
  public int lookbackDays() {
    return MONTH - 1;
  }

  @Override
  public List<String> key() {
    return List.of("day", "vendor_id", "currency");
  }

  @Override
  public List<Column> columns() {
    return List.of(
        new Column("day", "The day (UTC) on which the orders were placed."),
        new Column("vendor_id", "Who supplies the orders."),
        new Column("currency", "ISO 4217 code of the currency of the row's amounts."),
        new Column("orders", "The day's orders, cancelled ones included."),
        new Column("lines", "The day's order lines, cancelled ones included."),
        new Column(
            "spend", "Sum of the amounts, without tax, of the day's lines that are not cancelled."),
        new Column("spend_7d", "Spend of the 7 days that end with the day."),
        new Column("orders_7d", "Orders of the 7 days that end with the day."),
        new Column(
            "mean_line_amount_7d",
            "Mean amount of the lines, not cancelled, of the 7 days; null if there are none."),
        new Column(
            "stddev_line_amount_7d",
            "Sample standard deviation of the amounts of the lines, not cancelled, of the 7 days,"
                + " in the row's currency; null if there are fewer than two."),
        new Column("spend_30d", "Spend of the 30 days that end with the day."),
        new Column("orders_30d", "Orders of the 30 days that end with the day."),
        new Column(
            "mean_line_amount_30d",
            "Mean amount of the lines, not cancelled, of the 30 days; null if there are none."),
        new Column(
            "stddev_line_amount_30d",
            "Sample standard deviation of the amounts of the lines, not cancelled, of the 30 days,"
                + " in the row's currency; null if there are fewer than two."),
        new Column(
            "days_since_previous_order",
            "Days since the last earlier day with an order to the vendor in any currency; null if"
                + " there is none in the 29 days before."));
  }

  @Override
  public List<Check> checks() {
    return List.of(
        Check.error("rows", "RowCount > 0"),
        Check.error("vendor_complete", "IsComplete \"vendor_id\""),
        Check.error("spend_complete", "IsComplete \"spend_30d\""),
        Check.error("orders_counted", "ColumnValues \"orders\" > 0"),
        Check.error("lines_counted", "ColumnValues \"lines\" > 0"),
        Check.error("spend_not_negative", "ColumnValues \"spend\" >= 0"),
        Check.error("spend_30d_not_negative", "ColumnValues \"spend_30d\" >= 0"));
  }

  @Override
  public Dataset<Row> build(Map<String, Dataset<Row>> silver) {
    var days = days(silver.get("purchase_orders"));
    // Only rows of the 29 days before count, so the result is the same however much more was read.
    var earlier = Window.partitionBy("vendor_id").orderBy("day_number").rangeBetween(1 - MONTH, -1);
    var week =
        Window.partitionBy("vendor_id", "currency").orderBy("day_number").rangeBetween(1 - WEEK, 0);
    var month =
        Window.partitionBy("vendor_id", "currency")
            .orderBy("day_number")
            .rangeBetween(1 - MONTH, 0);
    return days.withColumn("gap", col("day_number").minus(max("day_number").over(earlier)))
        .select(
            col("day"),
            col("vendor_id"),
            col("currency"),
            col("orders"),
            col("lines"),
            col("spend"),
            money("spend", week).as("spend_7d"),
            sum("orders").over(week).as("orders_7d"),
            mean(week).as("mean_line_amount_7d"),
            deviation(week).as("stddev_line_amount_7d"),
            money("spend", month).as("spend_30d"),
            sum("orders").over(month).as("orders_30d"),
            mean(month).as("mean_line_amount_30d"),
            deviation(month).as("stddev_line_amount_30d"),
            col("gap").as("days_since_previous_order"));
  }

  /**
   * Sums lines to one row per day, vendor and currency, with what the windows need: counts, sums,
   * sums of squares.
   */
  private static Dataset<Row> days(Dataset<Row> lines) {
    var spent = when(col("status").notEqual("cancelled"), col("amount"));
    return lines
        .groupBy(col("order_date").as("day"), col("vendor_id"), col("currency"))
        .agg(
            countDistinct("order_id").as("orders"),
            count(lit(1)).as("lines"),
            count(spent).as("spent_lines"),
            // A sum over no line at all is null, and what was not spent is zero.
            coalesce(sum(spent), lit(0)).cast(MONEY).as("spend"),
            coalesce(sum(spent.multiply(spent)), lit(0)).cast("decimal(38,4)").as("squares"))
        .withColumn("day_number", unix_date(col("day")));
  }

  private static org.apache.spark.sql.Column money(String column, WindowSpec window) {
    return sum(column).over(window).cast(MONEY);
  }

  private static org.apache.spark.sql.Column mean(WindowSpec window) {
    var lines = sum("spent_lines").over(window);
    return when(lines.gt(0), money("spend", window).divide(lines).cast(MEAN));
  }

  private static org.apache.spark.sql.Column deviation(WindowSpec window) {
    var n = sum("spent_lines").over(window);
    var total = money("spend", window);
    var squares = sum("squares").over(window).cast("decimal(38,4)");
    var spread = squares.multiply(n.cast("decimal(20,0)")).minus(total.multiply(total));
    var pairs = n.cast("double").multiply(n.minus(1));
    return when(n.gt(1), sqrt(spread.cast("double").divide(pairs)));
  }
}
