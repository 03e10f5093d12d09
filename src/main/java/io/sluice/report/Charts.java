package io.sluice.report;

import static io.sluice.report.Text.at;
import static io.sluice.report.Text.count;
import static io.sluice.report.Text.number;

import io.sluice.run.RowCounts;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Where the parts of the report's small drawings are: pure functions of what is drawn. Templates of
 * the same names write them as SVG, and the style sheet colours them by their kinds.
 */
final class Charts {
  private static final int LEAST = 8;

  private Charts() {}

  /** A rectangle. */
  record Rect(String kind, double x, double y, double width, double height) {}

  /** Rectangles in a row; {@code says} is the drawing in words. */
  record Bar(String says, List<Rect> rects) {}

  /**
   * What became of the rows read, as parts of one bar of 1000 by 12; a part that is not nothing is
   * wide enough to be seen.
   */
  static Bar rowCounts(RowCounts rowCounts) {
    Map<String, Long> parts = new LinkedHashMap<>();
    parts.put("accepted", rowCounts.accepted());
    parts.put("quarantined", rowCounts.quarantined());
    parts.put("duplicate", rowCounts.duplicate());
    parts.put("superseded", rowCounts.superseded());
    parts.put("deleted", rowCounts.deleted());
    parts.values().removeIf(rows -> rows <= 0);
    double sum = parts.values().stream().mapToLong(Long::longValue).sum();
    List<Rect> rects = new ArrayList<>();
    double x = 0;
    for (Map.Entry<String, Long> part : parts.entrySet()) {
      double width = LEAST + part.getValue() / sum * (1000 - LEAST * parts.size());
      rects.add(new Rect(part.getKey(), x, 0, width, 12));
      x += width;
    }
    return new Bar(rowCounts.toString(), rects);
  }

  /** A part of a whole as a bar over its track, of 100 by 8. */
  static List<Rect> share(double part, double whole) {
    double share = whole == 0 ? 0 : part / whole;
    return List.of(
        new Rect("track", 0, 0, 100, 8),
        new Rect("quarantined", 0, 0, Math.max(1, share * 100), 8));
  }

  /** A mark on a sparkline. */
  record Dot(String kind, double x, double y, double radius) {}

  /**
   * Values from run to run, on 120 by 34.
   *
   * @param line the path through them; empty if nothing was measured
   */
  record Sparkline(String says, String line, List<Dot> dots) {}

  /**
   * A check's values from run to run; a failed run is a red dot, a run without a value only its
   * outcome.
   */
  static Sparkline sparkline(String name, List<ReportPage.Point> points) {
    List<Double> values =
        points.stream().map(ReportPage.Point::value).filter(Charts::isMeasured).toList();
    double min = values.stream().mapToDouble(value -> value).min().orElse(0);
    double max = values.stream().mapToDouble(value -> value).max().orElse(0);
    StringBuilder line = new StringBuilder();
    List<Dot> dots = new ArrayList<>();
    for (int i = 0; i < points.size(); i++) {
      ReportPage.Point point = points.get(i);
      boolean measured = isMeasured(point.value());
      double x = points.size() == 1 ? 60 : 5 + 110.0 * i / (points.size() - 1);
      double y = measured && max > min ? 28 - 22 * (point.value() - min) / (max - min) : 17;
      if (measured) {
        line.append(line.isEmpty() ? "M" : "L").append(at(x)).append(' ').append(at(y));
      }
      if (!point.passed() || !measured || i == points.size() - 1) {
        dots.add(point.passed() ? new Dot("dot", x, y, 2.5) : new Dot("dot failed", x, y, 3.5));
      }
    }
    long failed = points.stream().filter(point -> !point.passed()).count();
    String range = values.isEmpty() ? "" : ", from " + Text.value(min) + " to " + Text.value(max);
    return new Sparkline(
        name + ": " + count(points.size(), "run") + ", " + number(failed) + " failed" + range,
        line.toString(),
        dots);
  }

  private static boolean isMeasured(Double value) {
    return value != null && Double.isFinite(value);
  }

  /** A column of a drawing, and what it stands for. */
  record Column(String says, Rect rect) {}

  /** Columns side by side, on 600 by 46. */
  record Columns(String says, List<Column> columns) {}

  /** Rows by partition, a column each. */
  static Columns columns(String name, List<ReportPage.Part> parts) {
    long most = Math.max(1, parts.stream().mapToLong(ReportPage.Part::rows).max().orElse(1));
    double width = 600.0 / parts.size();
    List<Column> columns = new ArrayList<>();
    for (ReportPage.Part part : parts) {
      double height = Math.max(1, 44.0 * part.rows() / most);
      columns.add(
          new Column(
              part.value() + ": " + count(part.rows(), "row"),
              new Rect(
                  "col", columns.size() * width, 46 - height, Math.min(24, width * 0.8), height)));
    }
    String range = parts.get(0).value() + " to " + parts.get(parts.size() - 1).value();
    return new Columns(
        "Rows by partition of " + name + ", " + range + ", at most " + number(most), columns);
  }
}
