package io.sluice.model;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;

import java.sql.Date;
import java.time.LocalDate;
import java.util.Arrays;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** Joins what a model sees of its rows with what turned out; pure functions, nothing is written. */
public final class Examples {
  private static final int PARTITIONS = 2;

  private Examples() {}

  /**
   * Rows with what turned out, of the days whose labels were known by the end of a day, in an order
   * that does not depend on how the tables' files are cut.
   *
   * <p>Cost: one shuffle of the days that the model's policy names.
   *
   * @param features as {@link Model#features} gives them
   * @param labels as {@link Model#labels} gives them
   * @param known the day: what became known after it is not used
   * @return the features with {@code label} DOUBLE, never null
   */
  public static Dataset<Row> of(
      Model model, Dataset<Row> features, Dataset<Row> labels, LocalDate known) {
    Dataset<Row> told = labels.where(col("known_on").leq(Date.valueOf(known))).drop("known_on");
    String[] by =
        Arrays.stream(told.columns()).filter(name -> !name.equals("label")).toArray(String[]::new);
    LocalDate last = known.minusDays(model.matureDays());
    Dataset<Row> rows =
        features
            .where(col(model.day()).leq(Date.valueOf(last)))
            .where(col(model.day()).gt(Date.valueOf(last.minusDays(model.policy().days()))))
            .join(told, by, "left");
    Dataset<Row> labelled =
        model.ifUnheard().isPresent()
            ? rows.withColumn("label", coalesce(col("label"), lit(model.ifUnheard().getAsDouble())))
            : rows.where(col("label").isNotNull());
    Column[] key = model.key().stream().map(name -> col(name)).toArray(Column[]::new);
    return labelled.repartition(PARTITIONS, key).sortWithinPartitions(key);
  }
}
