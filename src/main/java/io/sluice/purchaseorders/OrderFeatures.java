package io.sluice.purchaseorders;

import static org.apache.spark.sql.functions.avg;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.collect_set;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.datediff;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.greatest;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.log;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.round;
import static org.apache.spark.sql.functions.size;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.unix_date;
import static org.apache.spark.sql.functions.unix_timestamp;
import static org.apache.spark.sql.functions.when;

import io.sluice.mart.AsOf;
import io.sluice.mart.Mart;
import io.sluice.quality.Check;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.expressions.Window;
import org.apache.spark.sql.expressions.WindowSpec;

/**
 * Reads silver purchase order lines and the history of vendors and gives one row per order: what is
 * known of it when its day closes, from the {@value #DAYS} days that end with that day.
 *
 * <p>The feature table of order fraud. Nothing in a row depends on a later day: windows end with
 * the order's day, a vendor is what its register said when the order was made, and an order's
 * status, which tells what people decided later, is not looked at. A line that is corrected
 * afterwards changes its order's row.
 *
 * <p>Cost: the lines of the days asked for and of the {@value #DAYS} before, one shuffle each by
 * item, order, vendor, account and buyer.
 */
public final class OrderFeatures implements Mart {
  private static final int DAYS = 30;

  /** Above each of these another person must approve, in the order's currency. */
  private static final double[] APPROVAL_LIMITS = {1_000, 5_000, 25_000, 100_000};

  @Override
  public String name() {
    return "order_features";
  }

  @Override
  public String description() {
    return "What is known of each order when its day closes: the features of order fraud.";
  }

  @Override
  public String owner() {
    return "fraud-desk";
  }

  @Override
  public List<String> reads() {
    return List.of("purchase_orders", "vendors_history");
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
    return List.of("day", "order_id");
  }

  @Override
  public List<Column> columns() {
    return List.of(
        new Column("day", "The day (UTC) on which the order was placed."),
        new Column("order_id", "The order's number."),
        new Column("created_at", "When the order was placed: the features' event time."),
        new Column("buyer_id", "The employee who placed it."),
        new Column("vendor_id", "Who supplies it."),
        new Column("vendor_category", "What the vendor mainly supplies."),
        new Column("total", "Sum of its lines without tax, in its own currency."),
        new Column("lines", "Its lines."),
        new Column(
            "limit_share",
            "Its total as a share of the next approval limit (1,000, 5,000, 25,000 or 100,000)."),
        new Column(
            "alike_orders",
            "Orders of the day by the same buyer from the same vendor for the same customer, itself"
                + " included."),
        new Column("alike_least_limit_share", "The least limit_share among those."),
        new Column("office_hour", "Hours since the buyer's office opened, 0 to 24."),
        new Column("vendor_age_days", "Days since the vendor was admitted."),
        new Column(
            "vendor_orders_30d", "The vendor's orders of the 30 days that end with the day."),
        new Column("account_given", "1 if there is an account to be paid, else 0."),
        new Column(
            "account_vendors_30d",
            "Vendors whose orders named the account in the 30 days; 0 without an account."),
        new Column(
            "account_share_30d",
            "Share of the vendor's orders of the 30 days that named the account; 1 without one."),
        new Column(
            "price_over_usual",
            "Mean logarithm of its prices over what its items cost in other orders of the 30 days,"
                + " less the vendor's mean; 0 where there are no others."),
        new Column("buyer_orders_30d", "The buyer's orders of the 30 days."),
        new Column(
            "buyer_region_share_30d",
            "Share of the buyer's orders of the 30 days from the same region; 1 if it is not"
                + " known."));
  }

  @Override
  public List<Check> checks() {
    return List.of(
        Check.error("rows", "RowCount > 0"),
        Check.error("order_complete", "IsComplete \"order_id\""),
        Check.error("total_complete", "IsComplete \"total\""),
        Check.error("hour_of_a_day", "ColumnValues \"office_hour\" between -0.01 and 24.01"),
        Check.error("price_finite", "ColumnValues \"price_over_usual\" between -30 and 30"));
  }

  @Override
  public Dataset<Row> build(Map<String, Dataset<Row>> silver) {
    var orders = orders(priced(silver.get("purchase_orders")));
    var vendors = new AsOf(silver.get("vendors_history"), List.of("vendor_id"));
    return vendors
        .join(windows(orders), "created_at", List.of("category", "onboarded_on"))
        .select(
            col("order_date").as("day"),
            col("order_id"),
            col("created_at"),
            col("buyer_id"),
            col("vendor_id"),
            col("category").as("vendor_category"),
            col("total"),
            col("lines"),
            col("limit_share"),
            col("alike_orders"),
            col("alike_least_limit_share"),
            officeHour().as("office_hour"),
            coalesce(datediff(col("order_date"), col("onboarded_on")), lit(0))
                .as("vendor_age_days"),
            col("vendor_orders_30d"),
            when(col("bank_account").isNull(), 0).otherwise(1).as("account_given"),
            col("account_vendors_30d"),
            col("account_share_30d"),
            col("price_over_usual"),
            col("buyer_orders_30d"),
            col("buyer_region_share_30d"));
  }

  /** The lines with the logarithm of their price over that of their item in other orders. */
  private static Dataset<Row> priced(Dataset<Row> lines) {
    var item = days("item_id");
    var price = log(greatest(col("unit_price").cast("double"), lit(1e-4)));
    return lines
        .withColumn("day_number", unix_date(col("order_date")))
        .withColumn("log_price", price)
        .withColumn("item_lines", count(lit(1)).over(item))
        .withColumn("item_log_price", sum("log_price").over(item))
        .withColumn(
            "over_item",
            when(
                col("item_lines").gt(1),
                col("log_price")
                    .minus(
                        col("item_log_price")
                            .minus(col("log_price"))
                            .divide(col("item_lines").minus(1)))));
  }

  private static Dataset<Row> orders(Dataset<Row> lines) {
    org.apache.spark.sql.Column limit = lit(APPROVAL_LIMITS[APPROVAL_LIMITS.length - 1]);
    for (int n = APPROVAL_LIMITS.length - 2; n >= 0; n--) {
      limit = when(col("total").lt(APPROVAL_LIMITS[n]), APPROVAL_LIMITS[n]).otherwise(limit);
    }
    return lines
        .groupBy("order_date", "day_number", "order_id")
        .agg(
            min("vendor_id").as("vendor_id"),
            min("buyer_id").as("buyer_id"),
            min("customer_id").as("customer_id"),
            min("bank_account").as("bank_account"),
            min("region").as("region"),
            min("created_at").as("created_at"),
            sum("amount").cast("double").as("total"),
            count(lit(1)).as("lines"),
            // Sums of doubles depend on their order; rounding hides that.
            round(avg("over_item"), 9).as("over_items"))
        .withColumn("limit_share", col("total").divide(limit));
  }

  private static Dataset<Row> windows(Dataset<Row> orders) {
    var alike = Window.partitionBy("order_date", "buyer_id", "vendor_id", "customer_id");
    var vendor = days("vendor_id");
    var account = days("bank_account");
    var vendorAndAccount = days("vendor_id", "bank_account");
    var buyer = days("buyer_id");
    var others = count("over_items").over(vendor).minus(1);
    var vendorMean =
        when(others.gt(0), sum("over_items").over(vendor).minus(col("over_items")).divide(others))
            .otherwise(0);
    return orders
        .withColumn("alike_orders", count(lit(1)).over(alike))
        .withColumn("alike_least_limit_share", min("limit_share").over(alike))
        .withColumn("vendor_orders_30d", count(lit(1)).over(vendor))
        .withColumn(
            "price_over_usual", round(coalesce(col("over_items").minus(vendorMean), lit(0)), 6))
        .withColumn(
            "account_vendors_30d",
            when(col("bank_account").isNull(), 0)
                .otherwise(size(collect_set("vendor_id").over(account))))
        .withColumn(
            "account_share_30d",
            when(col("bank_account").isNull(), 1.0)
                .otherwise(
                    count(lit(1))
                        .over(vendorAndAccount)
                        .divide(count("bank_account").over(vendor))))
        .withColumn("buyer_orders_30d", count(lit(1)).over(buyer))
        .withColumn("in_amer", count(when(col("region").equalTo("AMER"), 1)).over(buyer))
        .withColumn("in_apac", count(when(col("region").equalTo("APAC"), 1)).over(buyer))
        .withColumn("in_emea", count(when(col("region").equalTo("EMEA"), 1)).over(buyer))
        .withColumn(
            "buyer_region_share_30d",
            when(col("region").isNull(), 1.0)
                .otherwise(
                    expr(
                        "case region when 'AMER' then in_amer when 'APAC' then in_apac else in_emea"
                            + " end / (in_amer + in_apac + in_emea)")));
  }

  /** Offices open at 13:00 (AMER), 0:30 (APAC) and 7:00 UTC (EMEA). */
  private static org.apache.spark.sql.Column officeHour() {
    var home =
        expr(
            "coalesce(region, case greatest(in_amer, in_apac, in_emea)"
                + " when in_emea then 'EMEA' when in_amer then 'AMER' else 'APAC' end)");
    var opening =
        when(home.equalTo("AMER"), 13 * 3_600)
            .when(home.equalTo("APAC"), 1_800)
            .otherwise(7 * 3_600);
    var second = unix_timestamp(col("created_at")).mod(86_400);
    return second.minus(opening).plus(86_400).mod(86_400).divide(3_600.0);
  }

  private static WindowSpec days(String... by) {
    return Window.partitionBy(
            Arrays.stream(by).map(name -> col(name)).toArray(org.apache.spark.sql.Column[]::new))
        .orderBy("day_number")
        .rangeBetween(1 - DAYS, 0);
  }
}
