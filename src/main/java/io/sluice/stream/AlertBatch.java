package io.sluice.stream;

import static io.sluice.engine.Columns.named;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;

import io.sluice.contract.Contract;
import io.sluice.settings.ValidationErrors;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * What a contract's alerts with a condition say of rows of silver that are there already, all at
 * once: what the stream has raised, or would have.
 *
 * <p>Rows of silver in; out one row an alert: {@code alert}, {@code key}, {@code window_start},
 * {@code window_end}, {@code event_time}, {@code row_key}, {@code counted}, as {@code
 * gold.<source>_alerts} has them. Alerts of a score are not among them: they hang on the model that
 * served when the row came. The stream counts each version of a row that it accepts, this the one
 * that silver holds. Cost: a shuffle of the rows by key for each key that alerts are declared by.
 */
public final class AlertBatch {
  private AlertBatch() {}

  /** Adds an error for each condition that Spark refuses and each rule that is unknown. */
  public static void check(Contract contract, SparkSession spark, ValidationErrors errors) {
    AlertPlan.of(spark, contract, errors);
  }

  /**
   * The alerts.
   *
   * @throws io.sluice.settings.ValidationErrors.ValidationException if the contract's alerts have
   *     errors
   */
  public static Dataset<Row> of(Contract contract, Dataset<Row> silver) {
    Dataset<Row> all = null;
    for (AlertPlan plan : AlertPlan.of(silver.sparkSession(), contract)) {
      Dataset<Row> raised = plan.raisedAtOnce(plan.input(plan.clocked(silver)));
      all = all == null ? raised : all.unionAll(raised);
    }
    if (all == null) {
      return silver.sparkSession().createDataFrame(List.of(), AlertFold.RAISED).drop("measures");
    }
    return all.where(col("measures").isNull()).drop("measures");
  }

  /**
   * The alerts of the windows that begin in a stretch of time; of silver is read what these windows
   * and their lateness reach back to.
   *
   * @param from the first moment
   * @param until the one behind the last
   */
  public static Dataset<Row> of(
      Contract contract, Dataset<Row> silver, Instant from, Instant until) {
    List<AlertPlan> plans = AlertPlan.of(silver.sparkSession(), contract);
    long reach = plans.stream().mapToLong(AlertPlan::reachMicros).max().orElse(0) / 1_000_000;
    Column wanted = lit(false);
    for (String time : times(plans)) {
      wanted =
          wanted.or(
              named(time)
                  .between(
                      timestamp(from.minusSeconds(reach)), timestamp(until.plusSeconds(reach))));
    }
    return of(contract, silver.where(wanted))
        .where(
            col("window_start").geq(timestamp(from)).and(col("window_start").lt(timestamp(until))));
  }

  private static List<String> times(List<AlertPlan> plans) {
    List<String> times = new ArrayList<>();
    plans.forEach(plan -> times.add(plan.time()));
    return times;
  }

  private static Column timestamp(Instant at) {
    return lit(at.toString()).cast("timestamp");
  }
}
