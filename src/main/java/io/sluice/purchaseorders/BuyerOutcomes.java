package io.sluice.purchaseorders;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
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

/**
 * Reads silver fraud outcomes and gives one row per day and buyer with a decision on that day: what
 * was decided about the buyer's orders in the {@value #DAYS} days that end with it.
 *
 * <p>A day is that of the decision, not of the order, so a row holds what was known when its day
 * closed. Cost: the outcomes of {@value #DAYS} days, one shuffle.
 */
public final class BuyerOutcomes implements Mart {
  /** How long a decision counts. */
  static final int DAYS = 90;

  @Override
  public String name() {
    return "buyer_outcomes";
  }

  @Override
  public String description() {
    return "What the fraud desk had decided about each buyer's orders by the end of a day.";
  }

  @Override
  public String owner() {
    return "fraud-desk";
  }

  @Override
  public List<String> reads() {
    return List.of("fraud_outcomes");
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
    return List.of("day", "buyer_id");
  }

  @Override
  public List<Column> columns() {
    return List.of(
        new Column("day", "The UTC day of the decisions."),
        new Column("buyer_id", "The employee who placed the orders."),
        new Column(
            "confirmed_90d", "Orders confirmed as fraud in the 90 days that end with the day."),
        new Column("cleared_90d", "Orders cleared in those days."));
  }

  @Override
  public List<Check> checks() {
    return List.of(
        Check.error("rows", "RowCount > 0"),
        Check.error("buyer_complete", "IsComplete \"buyer_id\""),
        Check.error("confirmed_counted", "ColumnValues \"confirmed_90d\" >= 0"));
  }

  @Override
  public Dataset<Row> build(Map<String, Dataset<Row>> silver) {
    var days =
        Window.partitionBy("buyer_id").orderBy(unix_date(col("day"))).rangeBetween(1 - DAYS, 0);
    return silver
        .get("fraud_outcomes")
        .groupBy(col("decided_on").as("day"), col("buyer_id"))
        .agg(
            count(when(col("outcome").equalTo("confirmed"), 1)).as("confirmed"),
            count(when(col("outcome").equalTo("cleared"), 1)).as("cleared"))
        .select(
            col("day"),
            col("buyer_id"),
            sum("confirmed").over(days).as("confirmed_90d"),
            sum("cleared").over(days).as("cleared_90d"));
  }
}
