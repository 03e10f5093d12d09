package io.sluice.model;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.max_by;
import static org.apache.spark.sql.functions.when;

import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** Labels from what people decided about something that looked like fraud. */
public final class FraudLabels {
  private FraudLabels() {}

  /**
   * The last word of each day: {@code key}, {@code label} (1 for the outcome {@code confirmed},
   * else 0) and {@code known_on}.
   *
   * @param decisions has the columns {@code key}, {@code outcome}, {@code decided_at} and {@code
   *     decided_on}
   */
  public static Dataset<Row> confirmed(Dataset<Row> decisions, String key) {
    return decisions
        .groupBy(key, "decided_on")
        .agg(max_by(col("outcome"), col("decided_at")).as("outcome"))
        .select(
            col(key),
            when(col("outcome").equalTo("confirmed"), 1.0).otherwise(0.0).as("label"),
            col("decided_on").as("known_on"));
  }
}
