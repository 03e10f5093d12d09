package io.sluice.report;

import static io.sluice.report.Html.html;
import static io.sluice.report.Html.value;
import static io.sluice.report.Html.when;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** The plots of the models' part as inline SVG, coloured by the page's style sheet. */
final class Plot {
  private static final int LEFT = 38;
  private static final int TOP = 8;
  private static final int WIDTH = 270;
  private static final int HEIGHT = 170;

  private Plot() {}

  /** A curve: pairs of x and y. */
  record Line(String name, List<double[]> points) {
    double greatest() {
      return points.stream().mapToDouble(point -> Math.max(point[0], point[1])).max().orElse(0);
    }
  }

  /** What is drawn for the eye to go by. */
  enum Guide {
    NONE,
    /** Where x equals y. */
    EQUAL
  }

  /** Curves over one pair of axes, both from 0 to the same end. */
  static Html lines(
      String title, String xName, String yName, List<Line> lines, double to, Guide guide) {
    List<Html> drawn = new ArrayList<>();
    List<Html> key = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      String kind = i == 0 ? "first" : "second";
      drawn.add(
          html(
              "<polyline class=\"curve {}\" points=\"{}\"><title>{}</title></polyline>",
              kind,
              points(lines.get(i).points(), to),
              lines.get(i).name()));
      key.add(html("<span><i class=\"{}\"></i>{}</span>", kind, lines.get(i).name()));
    }
    return html(
        """
        <figure><figcaption>{} <small>{} over {}</small></figcaption>
        <svg class="plot" viewBox="0 0 {} {}" role="img" aria-label="{}: {} over {}">
        {}{}{}{}</svg><p class="key">{}</p></figure>
        """,
        title,
        yName,
        xName,
        LEFT + WIDTH + 20,
        TOP + HEIGHT + 34,
        title,
        yName,
        xName,
        grid(to),
        when(
            guide == Guide.EQUAL,
            () ->
                html(
                    "<path class=\"guide\" d=\"M{} {}L{} {}\"></path>",
                    at(x(0, to)),
                    at(y(0, to)),
                    at(x(to, to)),
                    at(y(to, to)))),
        drawn,
        html(
            "<text class=\"axis\" x=\"{}\" y=\"{}\" text-anchor=\"middle\">{}</text>",
            LEFT + WIDTH / 2,
            TOP + HEIGHT + 30,
            xName),
        key);
  }

  /** Where an axis ends that reaches a value: the next of 1, 2, 4, 10 and so on. */
  static double end(double value) {
    double end = 0.01;
    for (int i = 1; end < value; i++) {
      end = Math.pow(10, i / 3 - 2) * List.of(1, 2, 4).get(i % 3);
    }
    return end;
  }

  private static List<Html> grid(double to) {
    List<Html> grid = new ArrayList<>();
    for (int i = 0; i <= 2; i++) {
      double at = to * i / 2;
      String label = value(Double.parseDouble(String.format(Locale.ROOT, "%.2g", at)));
      grid.add(
          html(
              """
              <path class="grid" d="M{} {}L{} {}"></path><text class="axis" x="{}" y="{}" text-anchor="end">{}</text>
              <text class="axis" x="{}" y="{}" text-anchor="middle">{}</text>
              """,
              LEFT,
              at(y(at, to)),
              LEFT + WIDTH,
              at(y(at, to)),
              LEFT - 5,
              at(y(at, to) + 4),
              label,
              at(x(at, to)),
              TOP + HEIGHT + 15,
              label));
    }
    return grid;
  }

  private static String points(List<double[]> points, double to) {
    return points.stream()
        .map(point -> at(x(point[0], to)) + "," + at(y(point[1], to)))
        .collect(Collectors.joining(" "));
  }

  /**
   * A measured value and its interval on a scale that several of them share.
   *
   * @param best marked by a line, unless it is not known (NaN)
   */
  static Html interval(double value, double low, double high, double from, double to, double best) {
    String says = value(value) + ", from " + value(low) + " to " + value(high);
    return html(
        """
        <svg class="interval" viewBox="0 0 160 20" role="img" aria-label="{}"><title>{}</title>
        <path class="grid" d="M4 10L156 10"></path>
        <path class="range" d="M{} 10L{} 10"></path><circle class="dot" cx="{}" cy="10" r="3.5"></circle>{}</svg>
        """,
        says,
        says,
        at(on(low, from, to)),
        at(on(high, from, to)),
        at(on(value, from, to)),
        when(
            !Double.isNaN(best),
            () ->
                html(
                    "<path class=\"best\" d=\"M{} 2L{} 18\"><title>at best {}</title></path>",
                    at(on(best, from, to)),
                    at(on(best, from, to)),
                    value(best))));
  }

  private static double on(double value, double from, double to) {
    return to > from ? 6 + 148 * (value - from) / (to - from) : 80;
  }

  private static double x(double value, double to) {
    return LEFT + WIDTH * value / to;
  }

  private static double y(double value, double to) {
    return TOP + HEIGHT * (1 - value / to);
  }

  private static String at(double place) {
    return String.format(Locale.ROOT, "%.1f", place);
  }
}
