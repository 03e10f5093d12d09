package io.sluice.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class GateTest {
  private static final GatePolicy POLICY =
      GatePolicy.defaults().withFewestPositives(20).withSegmentTolerance(0.05);
  private static final Model CLASSIFIES = NumbersModel.of(Model.Task.CLASSIFICATION, POLICY);
  private static final Model REGRESSES =
      NumbersModel.of(Model.Task.REGRESSION, POLICY.withMargin(0.02));

  /** Labels and scores that follow them, in the segment {@code large} and, one in ten, others. */
  private static Scores made(String small, double signal, double signalOfSmall) {
    SplittableRandom random = new SplittableRandom(1);
    int rows = 2_000;
    double[] labels = new double[rows];
    double[] scores = new double[rows];
    String[] segments = new String[rows];
    for (int i = 0; i < rows; i++) {
      segments[i] = i % 10 == 0 ? small : "large";
      labels[i] = random.nextDouble() < 0.2 ? 1 : 0;
      double own = i % 10 == 0 ? signalOfSmall : signal;
      scores[i] = own * labels[i] + random.nextDouble();
    }
    return new Scores(labels, scores, segments);
  }

  @Test
  void whatIsBetterPasses() {
    Gate gate = Gate.judge(CLASSIFIES, made("small", 1, 1), made("small", 0.3, 0.3), "version 1");
    assertTrue(gate.passed(), gate.toString());
    assertTrue(gate.difference().low() > 0 && gate.difference().low() < gate.difference().value());
  }

  @Test
  void whatIsEquallyGoodDoesNot() {
    Scores scores = made("small", 1, 1);
    Gate gate = Gate.judge(CLASSIFIES, scores, scores, "version 1");
    assertFalse(gate.passed());
    assertTrue(gate.reasons().get(0).startsWith("not better than version 1"), gate.toString());
    assertEquals(new Scores.Difference(0, 0, 0), gate.difference());
  }

  @Test
  void aSegmentThatIsWorseKeepsItBackIfItHasEnoughPositives() {
    Scores champion = made("small", 0.3, 1);
    Scores challenger = made("small", 1, 0.3);
    Gate gate = Gate.judge(CLASSIFIES, challenger, champion, "version 1");
    assertEquals(1, gate.reasons().size(), gate.toString());
    assertTrue(gate.reasons().get(0).startsWith("segment small is worse"), gate.toString());
    Model lenient = NumbersModel.of(Model.Task.CLASSIFICATION, POLICY.withFewestPositives(1_000));
    assertTrue(Gate.judge(lenient, challenger, champion, "version 1").passed());
  }

  @Test
  void theMarginOfARegressionIsAShareOfTheErrorToBeBeaten() {
    double[] labels = new double[1_000];
    Arrays.setAll(labels, i -> 100 + i % 7);
    String[] segments = new String[1_000];
    Arrays.fill(segments, "all");
    Scores baseline =
        new Scores(labels, Arrays.stream(labels).map(v -> v + 10).toArray(), segments);
    // One per cent less error is too little, three are enough.
    Gate slightly =
        Gate.judge(
            REGRESSES,
            baseline.with(Arrays.stream(labels).map(v -> v + 9.9).toArray()),
            baseline,
            "the baseline");
    assertFalse(slightly.passed(), slightly.toString());
    Gate enough =
        Gate.judge(
            REGRESSES,
            baseline.with(Arrays.stream(labels).map(v -> v + 9.7).toArray()),
            baseline,
            "the baseline");
    assertTrue(enough.passed(), enough.toString());
  }
}
