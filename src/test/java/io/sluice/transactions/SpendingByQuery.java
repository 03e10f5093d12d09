package io.sluice.transactions;

import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.explode;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.row_number;
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
 * The alerts on spending of the transactions' contract by another way: one query over all rows at
 * once, by Spark's own windows. What the stream finds is held against it.
 */
public final class SpendingByQuery {
  private SpendingByQuery() {}

  /** The alerts that all rows of silver raise, in the columns of {@link #comparable}. */
  public static Dataset<Row> alerts(Dataset<Row> silver) {
    WindowSpec before =
        Window.partitionBy("user_id")
            .orderBy("_file", "_position")
            .rowsBetween(Window.unboundedPreceding(), -1);
    List<Column> windows = new ArrayList<>();
    windows.addAll(windows("spending_minute", 1, 5, 1000));
    windows.addAll(windows("spending_five_minutes", 5, 15, 3000));
    WindowSpec upTo =
        Window.partitionBy("alert", "user_id", "window_start").orderBy("_file", "_position");
    return silver
        .withColumn("clock", max("event_time").over(before))
        .where("clock is null or event_time >= clock - interval 120 seconds")
        .withColumn("w", explode(array(windows.toArray(Column[]::new))))
        .select(
            "w.*", "user_id", "transaction_id", "day", "event_time", "amount", "_file", "_position")
        .withColumn("count", count(lit(1)).over(upTo))
        .withColumn("total", sum("amount").over(upTo))
        .withColumn("over", expr("count > most_count or total > most_amount"))
        .where("over")
        .withColumn("first", row_number().over(upTo))
        .where("first = 1")
        .selectExpr(
            "alert",
            "user_id as key",
            "window_start",
            "window_end",
            "event_time",
            "to_json(struct(transaction_id, day)) as row_key",
            "to_json(map('count(*)', cast(count as string), 'sum(amount)', cast(total as string)))"
                + " as counted");
  }

  /** The windows that a row lies in: one for each minute that they may begin in. */
  private static List<Column> windows(String name, int minutes, long mostCount, int mostAmount) {
    List<Column> windows = new ArrayList<>();
    for (int back = 0; back < minutes; back++) {
      String start = "date_trunc('MINUTE', event_time) - interval " + back + " minutes";
      windows.add(
          struct(
              lit(name).as("alert"),
              expr(start).as("window_start"),
              expr(start + " + interval " + minutes + " minutes").as("window_end"),
              lit(mostCount).as("most_count"),
              lit(mostAmount).as("most_amount")));
    }
    return windows;
  }

  /** Alerts on spending in gold without the columns that only a stream has an answer for. */
  public static Dataset<Row> comparable(Dataset<Row> gold) {
    return gold.where("score is null")
        .selectExpr(
            "alert",
            "key",
            "window_start",
            "window_end",
            "event_time",
            "row_key",
            "to_json(counted) as counted");
  }
}
