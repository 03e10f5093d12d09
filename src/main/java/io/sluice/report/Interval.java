package io.sluice.report;

import static io.sluice.report.Text.value;

import java.util.List;
import java.util.Optional;

/**
 * A version's merit and its interval, drawn on a scale that all versions of its model share.
 *
 * @param low where the interval begins in the drawing, as {@code high} and {@code dot}
 * @param best the best that a model can achieve, if that is known
 */
record Interval(String says, double low, double high, double dot, Optional<Mark> best) {

  /** A line across the scale. */
  record Mark(double x, String says) {}

  static Interval of(ModelState model, ModelState.Version version) {
    List<ModelState.Version> all = model.versions();
    double best = model.bestMerit().orElse(Double.NaN);
    double from = least(best, all.stream().mapToDouble(ModelState.Version::low).min().orElse(0));
    double to = most(best, all.stream().mapToDouble(ModelState.Version::high).max().orElse(1));
    return new Interval(
        value(version.merit()) + ", from " + value(version.low()) + " to " + value(version.high()),
        on(version.low(), from, to),
        on(version.high(), from, to),
        on(version.merit(), from, to),
        model.bestMerit().map(one -> new Mark(on(one, from, to), "at best " + value(one))));
  }

  private static double least(double best, double low) {
    return Double.isNaN(best) ? low : Math.min(low, best);
  }

  private static double most(double best, double high) {
    return Double.isNaN(best) ? high : Math.max(high, best);
  }

  private static double on(double value, double from, double to) {
    return to > from ? 6 + 148 * (value - from) / (to - from) : 80;
  }
}
