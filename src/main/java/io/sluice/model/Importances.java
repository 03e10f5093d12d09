package io.sluice.model;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.ml.Transformer;
import org.apache.spark.ml.classification.LogisticRegressionModel;
import org.apache.spark.ml.classification.RandomForestClassificationModel;
import org.apache.spark.ml.feature.CountVectorizerModel;
import org.apache.spark.ml.regression.LinearRegressionModel;
import org.apache.spark.ml.regression.RandomForestRegressionModel;

/**
 * Reads from a pipeline how much each input counts: of a forest its importances, of a linear model
 * by how much the margin moves over the middle 80 % of the input's values.
 */
final class Importances {
  private static final int MOST = 40;

  private Importances() {}

  /**
   * The weight of each input, or of each word of a text; the 40 greatest, the greatest first.
   *
   * @param inputs the names of the inputs, in the order of the feature vector
   * @param spread how the inputs that are numbers were spread
   */
  static Map<String, Double> of(
      PipelineModel pipeline, List<String> inputs, SortedMap<String, Distribution> spread) {
    Map<String, Double> found = new TreeMap<>();
    List<String> names = inputs;
    for (Transformer stage : pipeline.stages()) {
      if (stage instanceof CountVectorizerModel words) {
        names = List.of(words.vocabulary());
      }
      double[] weights = weights(stage);
      boolean linear =
          !(stage instanceof RandomForestClassificationModel)
              && !(stage instanceof RandomForestRegressionModel);
      for (int i = 0; i < weights.length; i++) {
        Distribution values = spread.get(names.get(i));
        double width = linear && values != null ? values.width() : 1;
        found.put(names.get(i), weights[i] * width);
      }
    }
    Map<String, Double> ordered = new LinkedHashMap<>();
    found.entrySet().stream()
        .sorted((a, b) -> Double.compare(Math.abs(b.getValue()), Math.abs(a.getValue())))
        .limit(MOST)
        .forEach(entry -> ordered.put(entry.getKey(), entry.getValue()));
    return ordered;
  }

  /** Of each element of the feature vector; empty for a stage that does not learn from it. */
  private static double[] weights(Transformer stage) {
    if (stage instanceof RandomForestClassificationModel forest) {
      return forest.featureImportances().toArray();
    }
    if (stage instanceof RandomForestRegressionModel forest) {
      return forest.featureImportances().toArray();
    }
    if (stage instanceof LinearRegressionModel line) {
      return line.coefficients().toArray();
    }
    // The calibration is a logistic regression too, and learns from the margin.
    if (stage instanceof LogisticRegressionModel line && line.getFeaturesCol().equals("features")) {
      return line.coefficients().toArray();
    }
    return new double[0];
  }
}
