package io.sluice.demo.purchaseorders;

import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Counts orders by how suspicious they are to one who sees each behaviour itself and knows every
 * probability of {@link Purchasing}, and gives what no detector can exceed.
 *
 * <p>An order's columns are drawn from its behaviours, not from whether it is fraud, so the
 * likelihood ratio of the behaviours orders all detectors' decisions at best (Neyman and Pearson).
 * Ratios are kept to a hundredth of their logarithm.
 */
public final class BestGuess {
  private static final int FRAUD = 0;
  private static final int HONEST = 1;
  private static final int LABELLED = 2;
  private static final int UNLABELLED = 3;

  /** By falling logarithm of the likelihood ratio, in hundredths. */
  private final SortedMap<Long, long[]> counts = new TreeMap<>();

  public void add(double logRatio, boolean fraud, boolean labelled) {
    // What only one of them does has an infinite ratio.
    double bounded = Math.max(-1e6, Math.min(1e6, logRatio));
    long[] count = counts.computeIfAbsent(-Math.round(100 * bounded), ratio -> new long[4]);
    count[fraud ? FRAUD : HONEST]++;
    count[labelled ? LABELLED : UNLABELLED]++;
  }

  /** Recall of fraud when at most a share of the honest orders may be called fraud. */
  double recall(double falsePositiveRate) {
    return recall(falsePositiveRate, FRAUD);
  }

  /** The same against labels: what the fraud desk confirms, and what it does not. */
  public double recallOfLabels(double falsePositiveRate) {
    return recall(falsePositiveRate, LABELLED);
  }

  private double recall(double falsePositiveRate, int positive) {
    long positives = counts.values().stream().mapToLong(count -> count[positive]).sum();
    long negatives = counts.values().stream().mapToLong(count -> count[positive + 1]).sum();
    double mayPass = falsePositiveRate * negatives;
    double found = 0;
    for (long[] count : counts.values()) {
      if (count[positive + 1] > mayPass) {
        // Of equally suspicious orders a part can be called fraud at random.
        found += count[positive] * mayPass / count[positive + 1];
        break;
      }
      mayPass -= count[positive + 1];
      found += count[positive];
    }
    return positives == 0 ? Double.NaN : found / positives;
  }

  /** The PR-AUC of labels, by steps. */
  public double precisionOfLabels() {
    long positives = counts.values().stream().mapToLong(count -> count[LABELLED]).sum();
    double area = 0;
    long found = 0;
    long called = 0;
    for (long[] count : counts.values()) {
      found += count[LABELLED];
      called += count[LABELLED] + count[UNLABELLED];
      area += (double) count[LABELLED] / positives * found / called;
    }
    return area;
  }
}
