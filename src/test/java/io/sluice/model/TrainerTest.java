package io.sluice.model;

import static org.apache.spark.sql.functions.expr;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.testing.LocalSpark;
import java.time.LocalDate;
import java.util.List;
import java.util.TreeMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;

/** A model learns in memory; its importances, its card and what the gate is given. */
class TrainerTest {
  private static final LocalDate FIRST = LocalDate.of(2026, 3, 1);
  private static final GatePolicy POLICY =
      GatePolicy.defaults().withValidationDays(3).withHoldoutDays(2).withFalsePositiveRate(0.1);
  private static final TimeSplit SPLIT = TimeSplit.of(POLICY, FIRST, FIRST.plusDays(19));

  /** The label follows {@code x}; {@code y} says nothing and is spread a hundred times as wide. */
  private static Dataset<Row> examples(String label) {
    return LocalSpark.withoutS3()
        .range(2_000)
        .select(
            expr("date_add(date'2026-03-01', cast(id div 100 as int))").as("day"),
            expr("id"),
            expr("(xxhash64(id, 'x') & 1023) / 1024D").as("x"),
            expr("(xxhash64(id, 'y') & 1023) / 10.24D").as("y"),
            expr("if(id % 2 = 0, 'even', 'odd')").as("segment"))
        .withColumn("label", expr(label));
  }

  @Test
  void aClassificationLearnsACalibratedScoreAndAThreshold() {
    Model model = NumbersModel.of(Model.Task.CLASSIFICATION, POLICY);
    TrainedModel trained =
        new Trainer(model)
            .train(examples("if(x + (xxhash64(id) & 1023) / 4096D > 0.95, 1D, 0D)"), SPLIT);
    assertEquals(List.of("line"), trained.trials().stream().map(Trainer.Trial::candidate).toList());
    assertEquals(1_800, trained.rows());
    assertEquals(200, trained.holdout().size());
    assertTrue(trained.holdout().averagePrecision() > 0.8, "" + trained.holdout());
    double rate = trained.holdout().at(trained.threshold(), 1).falsePositiveRate();
    assertTrue(rate < 0.2, "" + rate);
    // Weights are compared by how far they move the score over the input's own values.
    assertEquals(List.of("x", "y"), List.copyOf(trained.importances().keySet()));
    assertTrue(trained.importances().get("x") > 10 * Math.abs(trained.importances().get("y")));
    assertEquals(List.of("score", "x", "y"), List.copyOf(trained.spread().keySet()));

    Gate gate = Gate.judge(model, trained.holdout(), trained.baseline(), "no model");
    assertTrue(gate.passed(), gate.toString());
    Card card = Card.of(model, trained, List.of(gate), origin());
    assertEquals(card.json(), Card.read(card.json()).json());
    assertEquals("2026-03-01 to 2026-03-15", card.days().get("1 learned"));
    assertEquals("2026-03-19 to 2026-03-20", card.days().get("3 held out"));
    assertEquals(List.of("even", "odd"), List.copyOf(card.segments().keySet()));
    assertEquals(
        trained.holdout().averagePrecision(), card.metrics().get("average_precision"), 1e-12);
    assertEquals(7L, card.tables().get("gold.numbers"));
    assertEquals("there was no version", card.why());
    assertEquals(2.5, card.cpuSeconds());
  }

  @Test
  void aRegressionHasNoThresholdAndNoCurves() {
    Model model = NumbersModel.of(Model.Task.REGRESSION, POLICY);
    TrainedModel trained = new Trainer(model).train(examples("3 + 2 * x"), SPLIT);
    assertEquals(0, trained.threshold());
    assertEquals(0, trained.holdout().absoluteError(), 1e-3);
    assertEquals(1.6, trained.importances().get("x"), 0.1);
    Card card = Card.of(model, trained, List.of(), origin());
    assertEquals(List.of(), card.calibration());
    assertEquals(List.of(), card.precisionOverRecall());
    assertEquals(
        List.of("absolute_error", "merit_high", "merit_low", "rows"),
        List.copyOf(card.metrics().keySet()));
  }

  private static Card.Origin origin() {
    TreeMap<String, Long> tables = new TreeMap<>();
    tables.put("gold.numbers", 7L);
    return new Card.Origin(
        tables, new TreeMap<>(), "0.1.0", "there was no version", "2026-03-21T00:00:00Z", 10, 2.5);
  }
}
