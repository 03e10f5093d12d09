package io.sluice.model;

import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.explode;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.when;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.ml.Transformer;
import org.apache.spark.ml.classification.LogisticRegression;
import org.apache.spark.ml.classification.LogisticRegressionModel;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** Makes probabilities of a classification's margins; reads scored rows, writes nothing. */
final class Calibration {
  private Calibration() {}

  /**
   * Learns what probability a margin stands for, by Platt's scaling with the targets that he
   * smooths: (n₊ + 1) / (n₊ + 2) and 1 / (n₋ + 2) in place of 1 and 0. By 1 and 0 there is no end
   * to the slope where the score tells all these rows apart, and then every later row is certain,
   * one way or the other, and as good as the next. A row of a target between is both labels, each
   * with its share as weight.
   *
   * <p>Platt (1999), Probabilistic outputs for support vector machines, section 2.2.
   *
   * @param scored rows with {@code rawPrediction} and {@code label}
   */
  static LogisticRegressionModel fit(Dataset<Row> scored) {
    Row counts = scored.selectExpr("count_if(label > 0.5)", "count_if(label <= 0.5)").first();
    Column target =
        when(col("label").gt(0.5), (counts.getLong(0) + 1.0) / (counts.getLong(0) + 2.0))
            .otherwise(1.0 / (counts.getLong(1) + 2.0));
    Dataset<Row> smoothed =
        scored
            .select(
                col("rawPrediction"),
                explode(
                        array(
                            struct(lit(1.0).as("label"), target.as("weight")),
                            struct(lit(0.0).as("label"), lit(1.0).minus(target).as("weight"))))
                    .as("one"))
            .select("rawPrediction", "one.*");
    return new LogisticRegression()
        .setFeaturesCol("rawPrediction")
        .setLabelCol("label")
        .setWeightCol("weight")
        .setRawPredictionCol("calibrated_margin")
        .setProbabilityCol("calibrated")
        .setPredictionCol("called")
        .fit(smoothed);
  }

  /** The pipeline with the calibration as its last stage. */
  static PipelineModel after(PipelineModel pipeline, LogisticRegressionModel calibration) {
    List<Transformer> stages = new ArrayList<>(Arrays.asList(pipeline.stages()));
    stages.add(calibration);
    return new PipelineModel("calibrated_" + pipeline.uid(), stages);
  }
}
