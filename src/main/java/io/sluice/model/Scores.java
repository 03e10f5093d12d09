package io.sluice.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;

/**
 * Labels and scores of the same rows, and how good the scores are. Holds them in memory: a holdout
 * of a million rows takes 30 MB.
 *
 * @param segments the segment of each row
 */
public record Scores(double[] labels, double[] scores, String[] segments) {

  /** A point of a curve, or a bin of scores. */
  public record Point(double x, double y) {}

  /**
   * What scores say at a threshold.
   *
   * @param cost of misses and false alarms by row, a false alarm being 1
   */
  public record AtThreshold(
      double threshold, double precision, double recall, double falsePositiveRate, double cost) {}

  public int size() {
    return labels.length;
  }

  public long positives() {
    return Arrays.stream(labels).filter(label -> label > 0.5).count();
  }

  /** The same rows with other scores. */
  public Scores with(double[] others) {
    return new Scores(labels, others, segments);
  }

  /** The rows of each segment. */
  public SortedMap<String, Scores> bySegment() {
    SortedMap<String, List<Integer>> rows = new TreeMap<>();
    for (int i = 0; i < labels.length; i++) {
      rows.computeIfAbsent(segments[i], segment -> new ArrayList<>()).add(i);
    }
    SortedMap<String, Scores> parts = new TreeMap<>();
    rows.forEach(
        (segment, list) -> parts.put(segment, at(list.stream().mapToInt(i -> i).toArray())));
    return parts;
  }

  private Scores at(int[] rows) {
    return new Scores(
        Arrays.stream(rows).mapToDouble(i -> labels[i]).toArray(),
        Arrays.stream(rows).mapToDouble(i -> scores[i]).toArray(),
        Arrays.stream(rows).mapToObj(i -> segments[i]).toArray(String[]::new));
  }

  /** The rows by falling score. */
  private int[] ranking() {
    Integer[] order = new Integer[labels.length];
    Arrays.setAll(order, i -> i);
    Arrays.sort(order, Comparator.comparingDouble(i -> -scores[i]));
    return Arrays.stream(order).mapToInt(i -> i).toArray();
  }

  private static int[] once(int rows) {
    int[] counts = new int[rows];
    Arrays.fill(counts, 1);
    return counts;
  }

  /** The PR-AUC, by steps (average precision); rows of equal score count together. */
  public double averagePrecision() {
    return averagePrecision(ranking(), once(labels.length));
  }

  private double averagePrecision(int[] ranking, int[] counts) {
    double positives = 0;
    for (int i = 0; i < labels.length; i++) {
      positives += labels[i] > 0.5 ? counts[i] : 0;
    }
    double area = 0;
    double found = 0;
    double called = 0;
    for (int i = 0; i < ranking.length; ) {
      double before = found;
      double score = scores[ranking[i]];
      for (; i < ranking.length && scores[ranking[i]] == score; i++) {
        found += labels[ranking[i]] > 0.5 ? counts[ranking[i]] : 0;
        called += counts[ranking[i]];
      }
      area += called == 0 ? 0 : (found - before) / positives * found / called;
    }
    return positives == 0 ? Double.NaN : area;
  }

  /** The chance that a positive has a greater score than a negative (area under ROC). */
  public double rocArea() {
    int[] ranking = ranking();
    double positives = positives();
    double negatives = labels.length - positives;
    double area = 0;
    double found = 0;
    for (int i = 0; i < ranking.length; ) {
      double score = scores[ranking[i]];
      double tiedPositives = 0;
      double tiedNegatives = 0;
      for (; i < ranking.length && scores[ranking[i]] == score; i++) {
        if (labels[ranking[i]] > 0.5) {
          tiedPositives++;
        } else {
          tiedNegatives++;
        }
      }
      area += tiedNegatives * (found + tiedPositives / 2);
      found += tiedPositives;
    }
    return area / positives / negatives;
  }

  /** The least threshold that lets at most a share of the negatives pass. */
  public double thresholdAt(double falsePositiveRate) {
    double[] negatives =
        java.util.stream.IntStream.range(0, labels.length)
            .filter(i -> labels[i] <= 0.5)
            .mapToDouble(i -> scores[i])
            .sorted()
            .toArray();
    if (negatives.length == 0) {
      return 0.5;
    }
    int pass = (int) Math.floor(falsePositiveRate * negatives.length);
    // Just above the greatest negative that must not pass.
    return Math.nextUp(negatives[negatives.length - 1 - pass]);
  }

  public AtThreshold at(double threshold, double costOfMiss) {
    double found = 0;
    double alarms = 0;
    for (int i = 0; i < labels.length; i++) {
      if (scores[i] >= threshold) {
        found += labels[i] > 0.5 ? 1 : 0;
        alarms += labels[i] > 0.5 ? 0 : 1;
      }
    }
    double positives = positives();
    double negatives = labels.length - positives;
    return new AtThreshold(
        threshold,
        found + alarms == 0 ? Double.NaN : found / (found + alarms),
        positives == 0 ? Double.NaN : found / positives,
        negatives == 0 ? Double.NaN : alarms / negatives,
        (costOfMiss * (positives - found) + alarms) / labels.length);
  }

  /** Mean score (x) and share of positives (y) of ten bins of equal size, by rising score. */
  public List<Point> calibration() {
    int[] ranking = ranking();
    List<Point> bins = new ArrayList<>();
    int n = ranking.length;
    for (int bin = 9; bin >= 0; bin--) {
      int from = (int) ((long) n * bin / 10);
      int until = (int) ((long) n * (bin + 1) / 10);
      double score = 0;
      double positive = 0;
      for (int i = from; i < until; i++) {
        score += scores[ranking[i]];
        positive += labels[ranking[i]];
      }
      if (until > from) {
        bins.add(new Point(score / (until - from), positive / (until - from)));
      }
    }
    return bins;
  }

  /** Recall (x) and precision (y) at up to 50 thresholds. */
  public List<Point> precisionOverRecall() {
    int[] ranking = ranking();
    double positives = positives();
    List<Point> points = new ArrayList<>();
    double found = 0;
    double next = 0;
    for (int i = 0; i < ranking.length; i++) {
      found += labels[ranking[i]] > 0.5 ? 1 : 0;
      boolean tied = i + 1 < ranking.length && scores[ranking[i]] == scores[ranking[i + 1]];
      if (!tied && found / positives >= next) {
        points.add(new Point(found / positives, found / (i + 1)));
        next = found / positives + 0.02;
      }
    }
    return points;
  }

  /** Mean squared distance of probability and label (Brier's score). */
  public double brier() {
    double sum = 0;
    for (int i = 0; i < labels.length; i++) {
      sum += (scores[i] - labels[i]) * (scores[i] - labels[i]);
    }
    return sum / labels.length;
  }

  /** Sum of the absolute errors as a share of the sum of the labels (WAPE). */
  public double absoluteError() {
    return absoluteError(once(labels.length));
  }

  private double absoluteError(int[] counts) {
    double error = 0;
    double sum = 0;
    for (int i = 0; i < labels.length; i++) {
      error += counts[i] * Math.abs(scores[i] - labels[i]);
      sum += counts[i] * Math.abs(labels[i]);
    }
    return error / sum;
  }

  /** The figure that is to be great: average precision, or the absolute error with a minus. */
  public double merit(Model.Task task) {
    return task == Model.Task.CLASSIFICATION ? averagePrecision() : -absoluteError();
  }

  /**
   * By how much these scores are better than others of the same rows, in merit.
   *
   * @param low the 5th percentile of the difference over samples of the rows, drawn with
   *     replacement, both scores on the same sample (paired bootstrap)
   * @param high the 95th
   */
  public record Difference(double value, double low, double high) {}

  public Difference over(Scores others, Model.Task task) {
    boolean ranked = task == Model.Task.CLASSIFICATION;
    int[] mine = ranked ? ranking() : null;
    int[] theirs = ranked ? others.ranking() : null;
    return bootstrap(
        merit(task) - others.merit(task),
        counts ->
            ranked
                ? averagePrecision(mine, counts) - others.averagePrecision(theirs, counts)
                : others.absoluteError(counts) - absoluteError(counts));
  }

  /** The merit with its own interval, from such samples too. */
  Difference interval(Model.Task task) {
    boolean ranked = task == Model.Task.CLASSIFICATION;
    int[] ranking = ranked ? ranking() : null;
    return bootstrap(
        merit(task), counts -> ranked ? averagePrecision(ranking, counts) : -absoluteError(counts));
  }

  private Difference bootstrap(double value, ToDoubleFunction<int[]> ofSample) {
    int samples = 400;
    var random = new SplittableRandom(20_261_101);
    double[] found = new double[samples];
    for (int sample = 0; sample < samples; sample++) {
      int[] counts = new int[labels.length];
      for (int i = 0; i < labels.length; i++) {
        counts[random.nextInt(labels.length)]++;
      }
      found[sample] = ofSample.applyAsDouble(counts);
    }
    Arrays.sort(found);
    return new Difference(value, found[samples / 20], found[samples - 1 - samples / 20]);
  }
}
