package io.sluice.purchaseorders;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.countDistinct;
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
 * Reads silver purchase order lines and gives what was spent: one row per day, department and
 * currency.
 *
 * <p>A cancelled line is a line of its order still: it counts in {@code orders}, {@code lines} and
 * {@code vendors}, but its amount and tax count nowhere. Amounts of different currencies are never
 * added. An output day needs the input of that day only. Cost: one pass over the day's lines, each
 * standing three times for the two distinct counts, a shuffle of the distinct orders and vendors,
 * and one of the groups.
 */
public final class SpendDaily implements Mart {

  private static final String MONEY = "decimal(28,2)";

  @Override
  public String name() {
    return "spend_daily";
  }

  @Override
  public String description() {
    return "What was ordered and spent, by day, department and currency.";
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
  public List<String> key() {
    return List.of("day", "department", "currency");
  }

  @Override
  public List<Column> columns() {
    return List.of(
        new Column("day", "The day (UTC) on which the orders were placed."),
        new Column("department", "The department that bears the cost."),
        new Column("currency", "ISO 4217 code of the currency of the row's amounts."),
        new Column("orders", "Orders with a line in this group, cancelled ones included."),
        new Column("lines", "Order lines, cancelled ones included."),
        new Column("cancelled_lines", "Order lines that are cancelled."),
        new Column(
            "spend", "Sum of the amounts, without tax, of the lines that are not cancelled."),
        new Column("tax", "Sum of the tax on the lines that are not cancelled."),
        new Column("vendors", "Distinct vendors of the lines, cancelled ones included."));
  }

  @Override
  public List<Check> checks() {
    return List.of(
        Check.error("rows", "RowCount > 0"),
        Check.error("day_complete", "IsComplete \"day\""),
        Check.error("spend_complete", "IsComplete \"spend\""),
        Check.error("lines_counted", "ColumnValues \"lines\" > 0"),
        Check.error("orders_counted", "ColumnValues \"orders\" > 0"),
        Check.error("vendors_counted", "ColumnValues \"vendors\" > 0"),
        Check.error("spend_not_negative", "ColumnValues \"spend\" >= 0"));
  }

  @Override
  public Dataset<Row> build(Map<String, Dataset<Row>> silver) {
    var cancelled = col("status").equalTo("cancelled");
    return silver
        .get("purchase_orders")
        .groupBy(col("order_date").as("day"), col("department"), col("currency"))
        .agg(
            countDistinct("order_id").as("orders"),
            count(lit(1)).as("lines"),
            count(when(cancelled, 1)).as("cancelled_lines"),
            // A sum over no line at all is null, and what was not spent is zero.
            coalesce(sum(when(cancelled, null).otherwise(col("amount"))), lit(0))
                .cast(MONEY)
                .as("spend"),
            coalesce(sum(when(cancelled, null).otherwise(col("tax_amount"))), lit(0))
                .cast(MONEY)
                .as("tax"),
            countDistinct("vendor_id").as("vendors"));
  }
}
