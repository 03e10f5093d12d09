package io.sluice.transactions;

import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.explode;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.sum;

import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.expressions.Window;
import org.apache.spark.sql.expressions.WindowSpec;

/**
 * The alerts of {@link SpendingWindows} by another way: one query over all rows at once, by Spark's
 * own windows. What the stream finds is held against it.
 */
public final class SpendingByQuery {
  private SpendingByQuery() {}

  /** The alerts that all rows of silver raise, in the columns of {@link #comparable}. */
  public static Dataset<Row> alerts(Dataset<Row> silver) {
    WindowSpec before =
        Window.partitionBy("_file")
            .orderBy("_position")
            .rowsBetween(Window.unboundedPreceding(), -1);
    List<Column> windows = new ArrayList<>();
    windows.addAll(windows("minute", 1, 5, 1000));
    windows.addAll(windows("five_minutes", 5, 15, 3000));
    WindowSpec upTo =
        Window.partitionBy("window", "user_id", "window_start")
            .orderBy("_file", "_position")
            .rowsBetween(Window.unboundedPreceding(), Window.currentRow());
    return silver
        .withColumn("clock", max("event_time").over(before))
        .where("clock is null or event_time >= clock - interval 120 seconds")
        .withColumn("w", explode(array(windows.toArray(Column[]::new))))
        .select("w.*", "user_id", "transaction_id", "event_time", "amount", "_file", "_position")
        .withColumn("count", count(lit(1)).over(upTo))
        .withColumn("total", sum("amount").over(upTo))
        .withColumn(
            "rule",
            expr(
                "explode(filter(array(if(count = most_count + 1, 'count', null),"
                    + " if(total > most_amount and total - amount <= most_amount, 'amount', null)),"
                    + " rule -> rule is not null))"))
        .selectExpr(
            "window",
            "user_id",
            "window_start",
            "rule",
            "count",
            "cast(total as decimal(28, 2)) amount",
            "transaction_id",
            "event_time");
  }

  /** The windows that a row lies in: one for each minute that they may begin in. */
  private static List<Column> windows(String name, int minutes, long mostCount, int mostAmount) {
    List<Column> windows = new ArrayList<>();
    for (int back = 0; back < minutes; back++) {
      windows.add(
          struct(
              lit(name).as("window"),
              expr("date_trunc('MINUTE', event_time) - interval " + back + " minutes")
                  .as("window_start"),
              lit(mostCount).as("most_count"),
              lit(mostAmount).as("most_amount")));
    }
    return windows;
  }

  /** Alerts of limits in gold without the columns that only a stream has an answer for. */
  public static Dataset<Row> comparable(Dataset<Row> gold) {
    return gold.drop("score", "model_version", "run_id", "batch");
  }
}
