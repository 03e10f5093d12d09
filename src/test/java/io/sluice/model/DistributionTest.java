package io.sluice.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import java.util.stream.IntStream;
import org.apache.commons.math3.stat.inference.KolmogorovSmirnovTest;
import org.junit.jupiter.api.Test;

class DistributionTest {
  private final Random random = new Random(3);

  private double[] normal(int size, double mean) {
    return IntStream.range(0, size).mapToDouble(i -> mean + random.nextGaussian()).toArray();
  }

  private double[] dice(int size, int sides) {
    return IntStream.range(0, size).mapToDouble(i -> random.nextInt(sides)).toArray();
  }

  private static double exactDistance(double[] some, double[] others) {
    return new KolmogorovSmirnovTest().kolmogorovSmirnovStatistic(some, others);
  }

  @Test
  void theDistanceIsThatOfTheSamplesWhenNoneOfTheirValuesIsLost() {
    double[] then = dice(5_000, 6);
    for (double[] now : new double[][] {dice(300, 6), dice(300, 4), dice(2, 6), dice(7_000, 9)}) {
      assertEquals(exactDistance(then, now), Distribution.of(then).drift(now).ks(), 1e-12);
    }
  }

  @Test
  void theDistanceIsAtMostAStepLessWhenOnlyPercentilesAreKept() {
    double[] then = normal(20_000, 0);
    for (double mean : new double[] {0, 0.1, 1, 5}) {
      double[] now = normal(3_000, mean);
      double exact = exactDistance(then, now);
      double kept = Distribution.of(then).drift(now).ks();
      assertTrue(kept <= exact + 1e-12 && kept >= exact - 0.02, kept + " for " + exact);
    }
  }

  @Test
  void chanceIsNoDriftAndAChangeIs() {
    Distribution then = Distribution.of(normal(20_000, 0));
    assertFalse(then.drift(normal(2_000, 0)).drifted());
    Distribution.Drift moved = then.drift(normal(2_000, 1));
    assertTrue(moved.drifted() && moved.psi() > 0.2, moved.toString());
    // A handful of rows is far away by chance.
    assertFalse(then.drift(normal(3, 0.5)).drifted());
  }

  @Test
  void aDistanceIsNoChanceFromTheThousandthOnWhereverTheSamplesAreLarge() {
    // Two values: the distance is the difference of their shares.
    double[] then = IntStream.range(0, 2_000).mapToDouble(i -> i < 1_980 ? 0 : 1).toArray();
    Distribution distribution = Distribution.of(then);
    for (int ones = 40; ones <= 200; ones += 10) {
      int more = ones;
      double[] now = IntStream.range(0, 1_000).mapToDouble(i -> i < 1_000 - more ? 0 : 1).toArray();
      Distribution.Drift drift = distribution.drift(now);
      // 1.95 is the 0.999 quantile of Kolmogorov's distribution.
      boolean beyond = drift.ks() > 1.95 / Math.sqrt(2_000.0 * 1_000 / 3_000);
      assertEquals(drift.psi() > 0.2 && beyond, drift.drifted(), drift.toString());
    }
  }

  @Test
  void oneValueOnlyHasNoWidthAndAnotherIsADrift() {
    double[] same = IntStream.range(0, 1_000).mapToDouble(i -> 7).toArray();
    Distribution distribution = Distribution.of(same);
    assertEquals(0, distribution.width());
    Distribution.Drift none = distribution.drift(same);
    assertEquals(new Distribution.Drift(0, 0, false), none);
    assertEquals(1, distribution.drift(normal(500, 100)).ks());
  }

  @Test
  void theWidthIsFromTheTenthToTheNinetiethPercentile() {
    double[] values = IntStream.rangeClosed(1, 1_000).mapToDouble(i -> i).toArray();
    assertEquals(800, Distribution.of(values).width());
  }
}
