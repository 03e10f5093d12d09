package io.sluice.model;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.apache.commons.math3.stat.inference.KolmogorovSmirnovTest;

/**
 * How the values of a column were spread when a model learned from it, and how far others are from
 * that.
 *
 * @param edges up to 100 different values, rising: percentiles
 * @param below the share of the values at or below each edge
 * @param rows how many values there were
 */
public record Distribution(double[] edges, double[] below, long rows) {
  private static final int PSI_BINS = 10;

  /** In a bin without a row, this share stands in place of zero (the index takes logarithms). */
  private static final double LEAST_SHARE = 1e-4;

  private static final double CHANGED_PSI = 0.2;

  /** A distance that chance exceeds less often than this is no chance. */
  private static final double CHANCE = 0.001;

  /**
   * How far values are from a distribution.
   *
   * @param ks the greatest distance of the cumulative shares, at the edges (Kolmogorov and Smirnov)
   * @param psi population stability index over ten bins: below 0.1 is calm, above 0.2 is a change
   * @param drifted psi is above 0.2, and two samples of one distribution are so far apart less
   *     often than once in a thousand times
   */
  public record Drift(double ks, double psi, boolean drifted) {}

  static Distribution of(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    double[] edges =
        IntStream.rangeClosed(1, 100)
            .mapToDouble(i -> sorted[(int) Math.ceil(sorted.length * i / 100.0) - 1])
            .distinct()
            .toArray();
    return new Distribution(edges, shares(sorted, edges), values.length);
  }

  private static double[] shares(double[] sorted, double[] edges) {
    double[] shares = new double[edges.length];
    int at = 0;
    for (int i = 0; i < edges.length; i++) {
      while (at < sorted.length && sorted[at] <= edges[i]) {
        at++;
      }
      shares[i] = (double) at / sorted.length;
    }
    return shares;
  }

  /** From the 10th to the 90th percentile. */
  double width() {
    return percentile(0.9) - percentile(0.1);
  }

  private double percentile(double share) {
    int at = 0;
    while (at < edges.length - 1 && below[at] < share) {
      at++;
    }
    return edges[at];
  }

  /**
   * How far other values are from these.
   *
   * <p>The distance is taken at the edges, since no more is kept of what the model learned from:
   * with more than 100 different values it is at most 0.02 less than that of the whole samples.
   */
  Drift drift(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    double[] now = shares(sorted, edges);
    double ks = 0;
    double psi = 0;
    double fromThen = 0;
    double fromNow = 0;
    for (int i = 0; i < edges.length; i++) {
      ks = Math.max(ks, Math.abs(now[i] - below[i]));
      boolean last = i == edges.length - 1;
      if (last || below[i] - fromThen >= 1.0 / PSI_BINS - 1e-9) {
        // The last bin has no upper end.
        double then = Math.max(LEAST_SHARE, (last ? 1 : below[i]) - fromThen);
        double here = Math.max(LEAST_SHARE, (last ? 1 : now[i]) - fromNow);
        psi += (here - then) * Math.log(here / then);
        fromThen = below[i];
        fromNow = now[i];
      }
    }
    // Values above every edge are a distance of their own.
    ks = Math.max(ks, Math.abs(1 - now[edges.length - 1]));
    // The probability is only asked for where the distance cannot be next to nothing: its series
    // does not converge there.
    boolean drifted = psi > CHANGED_PSI && chance(ks, rows, values.length) < CHANCE;
    return new Drift(ks, psi, drifted);
  }

  /** How often two samples of one distribution are at least so far apart. */
  private static double chance(double ks, long rows, int others) {
    int these = (int) Math.min(Integer.MAX_VALUE, rows);
    return new KolmogorovSmirnovTest().approximateP(ks, these, others);
  }
}
