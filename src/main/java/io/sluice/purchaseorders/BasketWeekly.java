package io.sluice.purchaseorders;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.countDistinct;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.trunc;

import io.sluice.mart.Mart;
import io.sluice.quality.Check;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * Reads silver basket lines and products and gives what was sold: one row per week, department and
 * manufacturer.
 *
 * <p>Lines of an unknown product are kept, in a group without department: their money is never left
 * out unseen, and the mart's checks stop such a commit. A product counts under the department and
 * manufacturer of its newest version when the week is built; weeks built before do not change with
 * it. An output week needs the input of its own seven days, and all products. Cost: one pass over
 * the week's lines, the join with the products' three columns, and one shuffle, in which each line
 * stands twice for the distinct count.
 */
public final class BasketWeekly implements Mart {

  private static final String MONEY = "decimal(28,2)";

  @Override
  public String name() {
    return "basket_weekly";
  }

  @Override
  public String description() {
    return "What was sold in the shops, by week, department and manufacturer.";
  }

  @Override
  public String owner() {
    return "grocery-data";
  }

  @Override
  public List<String> reads() {
    return List.of("basket_lines", "products");
  }

  @Override
  public String partition() {
    return "week";
  }

  @Override
  public Period period() {
    return Period.WEEK;
  }

  @Override
  public List<String> key() {
    return List.of("week", "department", "manufacturer_id");
  }

  @Override
  public List<Column> columns() {
    return List.of(
        new Column("week", "The Monday of the ISO week, by the shops' own calendar."),
        new Column("department", "The shops' department that sells the products."),
        new Column("manufacturer_id", "Who makes the products."),
        new Column(
            "baskets",
            "Baskets with a line in this group; one counts in each of its groups, so that they do"
                + " not add up."),
        new Column("lines", "Basket lines."),
        new Column(
            "units", "Sum of the lines' quantities: pieces, but thousandths of a gallon for fuel."),
        new Column("sales_value", "What the retailer received, in US dollars."),
        new Column("retail_disc", "Discounts of the retailer's loyalty card, in US dollars."),
        new Column("coupon_disc", "Discounts of manufacturers' coupons, in US dollars."),
        new Column(
            "coupon_match_disc",
            "What the retailer added to manufacturers' coupons, in US dollars."));
  }

  @Override
  public List<Check> checks() {
    return List.of(
        Check.error("rows", "RowCount > 0"),
        Check.error("department_complete", "IsComplete \"department\""),
        Check.error("manufacturer_complete", "IsComplete \"manufacturer_id\""),
        Check.error("baskets_counted", "ColumnValues \"baskets\" > 0"),
        Check.error("units_counted", "ColumnValues \"units\" > 0"),
        Check.error("sales_not_negative", "ColumnValues \"sales_value\" >= 0"),
        // A week's groups took 48 to 57 dollars in the mean, and 16 in a week of one day.
        Check.warning("usual_sales", "Mean \"sales_value\" between 10 and 100"));
  }

  @Override
  public Dataset<Row> build(Map<String, Dataset<Row>> silver) {
    var products = silver.get("products").select("product_id", "department", "manufacturer_id");
    return silver
        .get("basket_lines")
        .join(products, new String[] {"product_id"}, "left")
        .groupBy(
            trunc(col("transaction_date"), "week").as("week"),
            col("department"),
            col("manufacturer_id"))
        .agg(
            countDistinct("basket_id").as("baskets"),
            count(lit(1)).as("lines"),
            sum("quantity").as("units"),
            money("sales_value"),
            money("retail_disc"),
            money("coupon_disc"),
            money("coupon_match_disc"));
  }

  private static org.apache.spark.sql.Column money(String column) {
    return sum(column).cast(MONEY).as(column);
  }
}
