package io.sluice.model;

import static org.apache.spark.ml.functions.array_to_vector;
import static org.apache.spark.sql.functions.expr;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.testing.LocalSpark;
import java.util.List;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;

class CalibrationTest {
  /** Votes as a forest of 200 trees counts them: for 0 and for 1. */
  private static Dataset<Row> rows(long from, long to, String label) {
    return LocalSpark.withoutS3()
        .range(from, to)
        .select(
            array_to_vector(expr("array(200.0D - id, cast(id as double))")).as("rawPrediction"),
            expr("cast(" + label + " as double)").as("label"));
  }

  @Test
  void aScoreThatTellsTheRowsApartStillRanksLaterOnes() {
    Dataset<Row> apart = rows(0, 40, "0").union(rows(120, 140, "1"));
    List<Double> probabilities =
        Calibration.fit(apart)
            .transform(rows(0, 201, "0"))
            .select("calibrated")
            .collectAsList()
            .stream()
            .map(row -> row.<Vector>getAs(0).apply(1))
            .toList();
    for (int votes = 1; votes <= 200; votes++) {
      double less = probabilities.get(votes - 1);
      double more = probabilities.get(votes);
      assertTrue(less < more && more < 1, votes + " votes: " + less + ", then " + more);
    }
    assertTrue(probabilities.get(20) < 0.05 && probabilities.get(130) > 0.9, "" + probabilities);
  }

  @Test
  void aScoreThatTellsLittleIsNearTheShare() {
    Dataset<Row> mixed = rows(0, 200, "pmod(xxhash64(id), 4) = 0");
    List<Row> probabilities =
        Calibration.fit(mixed).transform(rows(0, 200, "0")).select("calibrated").collectAsList();
    double mean =
        probabilities.stream()
            .mapToDouble(row -> row.<Vector>getAs(0).apply(1))
            .average()
            .orElse(0);
    double share = mixed.selectExpr("avg(label)").first().getDouble(0);
    assertTrue(Math.abs(mean - share) < 0.02, mean + " for " + share);
  }
}
