package io.sluice.report;

import static io.sluice.report.Text.at;
import static io.sluice.report.Text.value;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Curves over one pair of axes, both from 0 to the same end: where each part of the drawing is.
 *
 * @param guide a path for the eye to go by; null for none
 */
record Plot(
    String title, String xName, String yName, List<Tick> ticks, String guide, List<Curve> curves) {
  private static final int LEFT = 38;
  private static final int TOP = 8;
  private static final int WIDTH = 270;
  private static final int HEIGHT = 170;

  /** A curve: pairs of x and y. */
  record Line(String name, List<double[]> points) {
    double greatest() {
      return points.stream().mapToDouble(point -> Math.max(point[0], point[1])).max().orElse(0);
    }
  }

  /** A curve as it is drawn. */
  record Curve(String kind, String name, String points) {}

  /** A figure at both axes, and the line across at its height. */
  record Tick(String label, double x, double y) {}

  int width() {
    return LEFT + WIDTH + 20;
  }

  int height() {
    return TOP + HEIGHT + 34;
  }

  /** The left end of the horizontal lines. */
  int left() {
    return LEFT;
  }

  /** The right end of the horizontal lines. */
  int right() {
    return LEFT + WIDTH;
  }

  /** The middle of the horizontal axis. */
  int middle() {
    return LEFT + WIDTH / 2;
  }

  /** The lower end of the axes. */
  int bottom() {
    return TOP + HEIGHT;
  }

  /** Precision over recall on the holdout. */
  static Plot precisionOverRecall(List<ModelState.Version> versions) {
    List<Line> lines = lines(versions, ModelState.Version::precisionOverRecall);
    return new Plot("On the holdout", "recall", "precision", ticks(1), null, curves(lines, 1));
  }

  /** The share of positives over the mean score, beside where the two are equal. */
  static Plot calibration(List<ModelState.Version> versions) {
    List<Line> lines = lines(versions, ModelState.Version::calibration);
    double to = end(lines.stream().mapToDouble(Line::greatest).max().orElse(1));
    String start = at(x(0, to)) + " " + at(y(0, to));
    String equal = "M" + start + "L" + at(x(to, to)) + " " + at(y(to, to));
    return new Plot(
        "Calibration", "mean score", "share of positives", ticks(to), equal, curves(lines, to));
  }

  private static List<Line> lines(
      List<ModelState.Version> versions, Function<ModelState.Version, List<double[]>> points) {
    return versions.stream()
        .map(version -> new Line("version " + version.number(), points.apply(version)))
        .toList();
  }

  private static List<Curve> curves(List<Line> lines, double to) {
    List<Curve> curves = new ArrayList<>();
    for (Line line : lines) {
      String points =
          line.points().stream()
              .map(point -> at(x(point[0], to)) + "," + at(y(point[1], to)))
              .collect(Collectors.joining(" "));
      curves.add(new Curve(curves.isEmpty() ? "first" : "second", line.name(), points));
    }
    return curves;
  }

  /** Where an axis ends that reaches a value: the next of 1, 2, 4, 10 and so on. */
  static double end(double value) {
    double end = 0.01;
    for (int i = 1; end < value; i++) {
      end = Math.pow(10, i / 3 - 2) * List.of(1, 2, 4).get(i % 3);
    }
    return end;
  }

  private static List<Tick> ticks(double to) {
    List<Tick> ticks = new ArrayList<>();
    for (int i = 0; i <= 2; i++) {
      double at = to * i / 2;
      double rounded = Double.parseDouble(String.format(Locale.ROOT, "%.2g", at));
      ticks.add(new Tick(value(rounded), x(at, to), y(at, to)));
    }
    return ticks;
  }

  private static double x(double value, double to) {
    return LEFT + WIDTH * value / to;
  }

  private static double y(double value, double to) {
    return TOP + HEIGHT * (1 - value / to);
  }
}
