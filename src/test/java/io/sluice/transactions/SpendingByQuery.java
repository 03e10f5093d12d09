package io.sluice.transactions;

import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.explode;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.filter;
import static org.apache.spark.sql.functions.greatest;
import static org.apache.spark.sql.functions.lag;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.unix_micros;
import static org.apache.spark.sql.functions.when;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.expressions.Window;
import org.apache.spark.sql.expressions.WindowSpec;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * The alerts of {@link SpendingWindows} by another way: one query over all rows at once, by Spark's
 * own windows. What the stream finds is held against it.
 */
public final class SpendingByQuery {
  /** How far behind its partition's greatest time a row may be, in microseconds. */
  public static final long DELAY_MICROS = 120_000_000;

  /** A kind of window: how long it is, how many rows and what amount are still fine. */
  private record Kind(String name, int minutes, long count, BigDecimal amount) {}

  private static final List<Kind> KINDS =
      List.of(
          new Kind("minute", 1, 5, new BigDecimal("1000")),
          new Kind("five_minutes", 5, 15, new BigDecimal("3000")));

  /** The totals of open windows. */
  public static final StructType TOTALS =
      new StructType()
          .add("window", DataTypes.StringType, true, "minute or five_minutes.")
          .add("user_id", DataTypes.StringType, true, "Who paid.")
          .add("window_start", DataTypes.TimestampType, true, "When the window begins.")
          .add("count", DataTypes.LongType, true, "Transactions in it so far.")
          .add(
              "amount",
              DataTypes.createDecimalType(28, 2),
              true,
              "What was paid in it so far, in EUR.");

  /** One row per alert. */
  public static final StructType ALERTS =
      new StructType()
          .add("window", DataTypes.StringType, true, "minute or five_minutes.")
          .add("user_id", DataTypes.StringType, true, "Who paid.")
          .add("window_start", DataTypes.TimestampType, true, "When the window begins.")
          .add("rule", DataTypes.StringType, true, "count or amount: which limit was passed.")
          .add("count", DataTypes.LongType, true, "Transactions in the window up to this one.")
          .add(
              "amount",
              DataTypes.createDecimalType(28, 2),
              true,
              "What was paid in the window up to this one, in EUR.")
          .add("transaction_id", DataTypes.StringType, true, "The one that passed the limit.")
          .add("event_time", DataTypes.TimestampType, true, "When that was made.");

  private SpendingByQuery() {}

  /**
   * Rows with {@code _late}, and {@code _micros}, their time. A row that stands there twice, since
   * the file that it came in was written again, comes out once.
   *
   * @param rows with {@code _carried}: the greatest time, in microseconds, among earlier rows of
   *     the partition; null if there are none
   */
  public static Dataset<Row> clocked(Dataset<Row> rows) {
    WindowSpec before =
        Window.partitionBy("_file")
            .orderBy("_position")
            .rowsBetween(Window.unboundedPreceding(), -1);
    Column again =
        lag("_position", 1)
            .over(Window.partitionBy("_file").orderBy("_position"))
            .equalTo(col("_position"));
    return rows.withColumn("_again", coalesce(again, lit(false)))
        .where("not _again")
        .drop("_again")
        .withColumn("_micros", unix_micros(col("event_time")))
        .withColumn("_clock", greatest(max(col("_micros")).over(before), col("_carried")))
        .withColumn(
            "_late",
            coalesce(col("_micros").lt(col("_clock").minus(lit(DELAY_MICROS))), lit(false)));
  }

  /**
   * Each row that is not late once for each of its windows, with the window's count and amount up
   * to and with this row.
   *
   * @param totals of the windows open before these rows
   */
  public static Dataset<Row> counted(Dataset<Row> clocked, Dataset<Row> totals) {
    List<Column> windows = new ArrayList<>();
    for (Kind kind : KINDS) {
      for (int back = 0; back < kind.minutes; back++) {
        windows.add(
            struct(
                lit(kind.name).as("window"),
                expr("date_trunc('MINUTE', event_time) - interval " + back + " minutes")
                    .as("window_start")));
      }
    }
    Dataset<Row> rows =
        clocked
            .where("not _late")
            .withColumn("_window", explode(array(windows.toArray(Column[]::new))))
            .select(
                col("_window.window").as("window"),
                col("user_id"),
                col("_window.window_start").as("window_start"),
                col("transaction_id"),
                col("event_time"),
                col("amount").cast(DataTypes.createDecimalType(28, 2)).as("_amount"),
                col("_file"),
                col("_position"));
    Column[] key = {col("window"), col("user_id"), col("window_start")};
    WindowSpec upTo =
        Window.partitionBy(key)
            .orderBy("_file", "_position")
            .rowsBetween(Window.unboundedPreceding(), Window.currentRow());
    return rows.join(
            totals.withColumnRenamed("count", "_had").withColumnRenamed("amount", "_spent"),
            scala.collection.JavaConverters.asScalaBuffer(
                    List.of("window", "user_id", "window_start"))
                .toSeq(),
            "left_outer")
        .withColumn("count", count(lit(1)).over(upTo).plus(coalesce(col("_had"), lit(0L))))
        .withColumn(
            "amount",
            sum("_amount")
                .over(upTo)
                .plus(coalesce(col("_spent"), lit(BigDecimal.ZERO)))
                .cast(DataTypes.createDecimalType(28, 2)));
  }

  /** The alerts that all rows of silver raise as one batch. */
  public static Dataset<Row> ofOneBatch(Dataset<Row> silver) {
    return alerts(
        counted(
            clocked(silver.selectExpr("*", "cast(null as bigint) _carried")),
            silver.sparkSession().createDataFrame(List.of(), TOTALS)));
  }

  /** Alerts of limits in gold without the columns that only a stream has an answer for. */
  public static Dataset<Row> comparable(Dataset<Row> gold) {
    return gold.drop("score", "model_version", "run_id", "batch");
  }

  /** The alerts that counted rows raise. */
  public static Dataset<Row> alerts(Dataset<Row> counted) {
    Column often = lit(false);
    Column much = lit(false);
    for (Kind kind : KINDS) {
      Column here = col("window").equalTo(kind.name);
      often = often.or(here.and(col("count").equalTo(kind.count + 1)));
      much =
          much.or(
              here.and(col("amount").gt(kind.amount))
                  .and(col("amount").minus(col("_amount")).leq(kind.amount)));
    }
    Column rules =
        filter(
            array(when(often, lit("count")), when(much, lit("amount"))), rule -> rule.isNotNull());
    return counted
        .withColumn("rule", explode(rules))
        .select(
            java.util.Arrays.stream(ALERTS.fieldNames())
                .map(name -> col(name))
                .toArray(Column[]::new));
  }
}
