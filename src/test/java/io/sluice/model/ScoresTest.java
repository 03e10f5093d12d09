package io.sluice.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.testing.LocalSpark;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.apache.spark.ml.evaluation.BinaryClassificationEvaluator;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;

class ScoresTest {
  private static Scores made(int rows, double signal, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    double[] labels = new double[rows];
    double[] scores = new double[rows];
    String[] segments = new String[rows];
    for (int i = 0; i < rows; i++) {
      labels[i] = random.nextDouble() < 0.1 ? 1 : 0;
      // Few different values, so that there are ties.
      scores[i] = Math.round(20 * (signal * labels[i] + random.nextDouble())) / 40.0;
      segments[i] = i % 2 == 0 ? "even" : "odd";
    }
    return new Scores(labels, scores, segments);
  }

  @Test
  void areasAreThoseOfMLlib() {
    Scores scores = made(2_000, 0.5, 1);
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < scores.size(); i++) {
      rows.add(RowFactory.create(scores.labels()[i], scores.scores()[i]));
    }
    Dataset<Row> frame =
        LocalSpark.withoutS3()
            .createDataFrame(rows, StructType.fromDDL("label double, score double"));
    BinaryClassificationEvaluator evaluator =
        new BinaryClassificationEvaluator().setRawPredictionCol("score").setNumBins(0);
    assertEquals(evaluator.setMetricName("areaUnderROC").evaluate(frame), scores.rocArea(), 1e-9);
    // MLlib joins the points by straight lines, which is somewhat more than steps.
    assertEquals(
        evaluator.setMetricName("areaUnderPR").evaluate(frame), scores.averagePrecision(), 0.02);
  }

  @Test
  void averagePrecisionAsReckonedByHand() {
    Scores scores =
        new Scores(
            new double[] {1, 0, 1, 0},
            new double[] {0.9, 0.8, 0.7, 0.1},
            new String[] {"a", "a", "a", "a"});
    assertEquals(0.5 * 1 + 0.5 * 2 / 3, scores.averagePrecision(), 1e-12);
    assertEquals(0.75, scores.rocArea(), 1e-12);
    Scores.AtThreshold at = scores.at(0.75, 10);
    assertEquals(0.5, at.precision());
    assertEquals(0.5, at.recall());
    assertEquals(0.5, at.falsePositiveRate());
    assertEquals((10 + 1) / 4.0, at.cost());
  }

  @Test
  void theThresholdLetsNoMorePassThanAllowed() {
    Scores scores = made(5_000, 0.4, 2);
    for (double rate : new double[] {0, 0.01, 0.02, 0.2}) {
      double passed = scores.at(scores.thresholdAt(rate), 1).falsePositiveRate();
      assertTrue(passed <= rate, passed + " > " + rate);
    }
    // Scores without ties reach what is allowed.
    double[] fine = new double[1_000];
    Arrays.setAll(fine, i -> i / 1_000.0);
    Scores untied = new Scores(new double[1_000], fine, new String[1_000]);
    assertEquals(0.05, untied.at(untied.thresholdAt(0.05), 1).falsePositiveRate(), 1e-9);
  }

  @Test
  void aDifferenceIsSeenOnlyWhenItIsThere() {
    Scores good = made(4_000, 0.8, 3);
    Scores bad = good.with(made(4_000, 0.2, 3).scores());
    Scores.Difference difference = good.over(bad, Model.Task.CLASSIFICATION);
    assertTrue(difference.low() > 0, difference.toString());
    assertTrue(difference.low() < difference.value() && difference.value() < difference.high());
    Scores.Difference same = good.over(good, Model.Task.CLASSIFICATION);
    assertEquals(new Scores.Difference(0, 0, 0), same);
    assertTrue(bad.over(good, Model.Task.CLASSIFICATION).high() < 0);
  }

  @Test
  void errorsOfARegression() {
    Scores scores =
        new Scores(new double[] {10, 30}, new double[] {12, 24}, new String[] {"a", "b"});
    assertEquals(8 / 40.0, scores.absoluteError(), 1e-12);
    assertEquals(List.of("a", "b"), List.copyOf(scores.bySegment().keySet()));
    assertEquals(0.2, scores.bySegment().get("a").absoluteError(), 1e-12);
  }

  @Test
  void driftIsAChangeAndNotChance() {
    SplittableRandom random = new SplittableRandom(4);
    double[] then = random.doubles(20_000).toArray();
    Distribution usual = Distribution.of(then);
    Distribution.Drift calm = usual.drift(random.doubles(500).toArray());
    assertTrue(!calm.drifted() && calm.ks() < 0.1 && calm.psi() < 0.2, calm.toString());
    Distribution.Drift shifted =
        usual.drift(random.doubles(500).map(value -> value * value).toArray());
    // The square of a uniform value: its cumulative share is sqrt(x), at most 1/4 above x.
    assertEquals(0.25, shifted.ks(), 0.06);
    assertTrue(shifted.drifted(), shifted.toString());
    Distribution.Drift above = usual.drift(new double[] {7, 8, 9, 7, 8, 9, 7, 8, 9, 7, 8, 9});
    assertEquals(1, above.ks(), 1e-9);
    Distribution constant = Distribution.of(new double[] {1, 1, 1, 1});
    assertTrue(!constant.drift(new double[] {1, 1}).drifted());
  }
}
