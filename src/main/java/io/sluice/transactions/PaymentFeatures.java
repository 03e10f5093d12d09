package io.sluice.transactions;

import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.explode;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.hour;
import static org.apache.spark.sql.functions.lag;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.log1p;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.unix_micros;
import static org.apache.spark.sql.functions.when;

import io.sluice.contract.Alert;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.expressions.Window;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * What is known of a payment when it is made: its amount, its hour, and where its user stands with
 * it in the minute and in the last five.
 *
 * <p>{@link #of} is the one definition. Where a user stands is counted by {@link PaymentStanding}
 * as payments come, and by {@link #standing} over rows of silver; both give the same.
 */
public final class PaymentFeatures {
  /** A payment with where its user stands; amounts in cents. */
  public static final StructType STANDING =
      new StructType()
          .add("transaction_id", DataTypes.StringType)
          .add("day", DataTypes.DateType)
          .add("event_time", DataTypes.TimestampType)
          .add("cents", DataTypes.LongType)
          .add("count_minute", DataTypes.LongType)
          .add("cents_minute", DataTypes.LongType)
          .add("count_five", DataTypes.LongType)
          .add("cents_five", DataTypes.LongType);

  static final List<String> INPUTS =
      List.of("amount", "others_minute", "spent_minute", "others_five", "spent_five", "hour");

  private PaymentFeatures() {}

  /** The features of each payment by itself. */
  public static Dataset<Row> of(Dataset<Row> standing) {
    return standing.select(
        col("day"),
        col("transaction_id"),
        when(col("cents").lt(5_000), "small")
            .when(col("cents").lt(30_000), "middle")
            .otherwise("large")
            .as("segment"),
        log1p(col("cents")).as("amount"),
        col("count_minute").minus(1).cast("double").as("others_minute"),
        log1p(col("cents_minute").minus(col("cents"))).as("spent_minute"),
        col("count_five").minus(1).cast("double").as("others_five"),
        log1p(col("cents_five").minus(col("cents"))).as("spent_five"),
        hour(col("event_time")).cast("double").as("hour"));
  }

  /** How far behind its user's newest time a payment may be, in microseconds. */
  private static final long LATENESS = Alert.USUAL_LATENESS.toSeconds() * 1_000_000;

  /** How far behind its partition's newest time a payment may be, in microseconds. */
  private static final long BEHIND = Alert.USUAL_BEHIND.toSeconds() * 1_000_000;

  /**
   * Where the users stand with each row of silver that came by a topic and was not late: the user's
   * rows that stand before it in its partition count, in its minute and in the four before.
   */
  public static Dataset<Row> standing(Dataset<Row> silver) {
    var partition = Window.partitionBy("_file").orderBy("_position");
    var before = partition.rowsBetween(Window.unboundedPreceding(), -1);
    var own =
        Window.partitionBy("user_id")
            .orderBy("_file", "_position")
            .rowsBetween(Window.unboundedPreceding(), -1);
    Dataset<Row> rows =
        silver
            .withColumn("_again", lag("_position", 1).over(partition).equalTo(col("_position")))
            .where("not coalesce(_again, false)")
            .withColumn("_micros", unix_micros(col("event_time")))
            .withColumn("_behind", max(col("_micros")).over(before).minus(lit(BEHIND)))
            .withColumn("_late", max(col("_micros")).over(own).minus(lit(LATENESS)))
            .where("coalesce(_micros >= _behind, true) and coalesce(_micros >= _late, true)")
            .withColumn("cents", expr("cast(amount * 100 as bigint)"))
            .withColumn("_minute", expr("_micros div 60000000"));
    // A row counts in the five windows of five minutes that it lies in; its own begins four before.
    Column[] starts = new Column[5];
    for (int back = 0; back < starts.length; back++) {
      starts[back] = col("_minute").minus(back);
    }
    var upTo =
        Window.partitionBy("user_id", "_start")
            .orderBy("_file", "_position")
            .rowsBetween(Window.unboundedPreceding(), Window.currentRow());
    var minute =
        Window.partitionBy("user_id", "_start", "_minute")
            .orderBy("_file", "_position")
            .rowsBetween(Window.unboundedPreceding(), Window.currentRow());
    return rows.withColumn("_start", explode(array(starts)))
        .withColumn("count_minute", count(lit(1)).over(minute))
        .withColumn("cents_minute", sum("cents").over(minute))
        .withColumn("count_five", count(lit(1)).over(upTo))
        .withColumn("cents_five", sum("cents").over(upTo))
        .where("_start = _minute - 4")
        .select(
            java.util.Arrays.stream(STANDING.fieldNames())
                .map(name -> col(name))
                .toArray(Column[]::new));
  }
}
