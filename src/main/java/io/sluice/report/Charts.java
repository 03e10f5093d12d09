package io.sluice.report;

import static io.sluice.report.Html.anchor;
import static io.sluice.report.Html.count;
import static io.sluice.report.Html.each;
import static io.sluice.report.Html.html;
import static io.sluice.report.Html.minute;
import static io.sluice.report.Html.number;
import static io.sluice.report.Html.when;

import io.sluice.run.RowCounts;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The report's drawings as inline SVG: pure functions of what is drawn, coloured by the page's
 * style sheet.
 */
final class Charts {
  private static final int NODE_WIDTH = 184;
  private static final int NODE_HEIGHT = 42;
  private static final int NODE_GAP = 10;
  private static final int COLUMN = NODE_WIDTH + 84;
  private static final int TOP = 40;
  private static final int MARGIN = 6;

  private Charts() {}

  /**
   * What became of the rows read, as parts of one bar; a part that is not nothing is wide enough to
   * be seen.
   */
  static Html rowCounts(RowCounts rowCounts) {
    Map<String, Long> parts = new LinkedHashMap<>();
    parts.put("accepted", rowCounts.accepted());
    parts.put("quarantined", rowCounts.quarantined());
    parts.put("duplicate", rowCounts.duplicate());
    parts.put("superseded", rowCounts.superseded());
    parts.values().removeIf(rows -> rows <= 0);
    double sum = parts.values().stream().mapToLong(Long::longValue).sum();
    double least = 8;
    List<Html> bars = new ArrayList<>();
    double x = 0;
    for (Map.Entry<String, Long> part : parts.entrySet()) {
      double width = least + part.getValue() / sum * (1000 - least * parts.size());
      bars.add(rect(part.getKey(), x, 0, width, 12));
      x += width;
    }
    return html(
        """
        <svg class="bar" viewBox="0 0 1000 12" preserveAspectRatio="none" role="img" aria-label="{}">
        <title>{}</title>{}</svg>
        """,
        rowCounts,
        rowCounts,
        bars);
  }

  /** A share from 0 to 1 as a bar. */
  static Html share(double share) {
    return html(
        """
        <svg class="share" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">{}{}</svg>
        """,
        rect("track", 0, 0, 100, 8),
        rect("quarantined", 0, 0, Math.max(1, share * 100), 8));
  }

  /**
   * A check's values from run to run; a failed run is a red dot, a run without a value only its
   * outcome.
   */
  static Html sparkline(String name, List<ReportPage.Point> points) {
    List<Double> values =
        points.stream().map(ReportPage.Point::value).filter(Charts::isMeasured).toList();
    double min = values.stream().mapToDouble(value -> value).min().orElse(0);
    double max = values.stream().mapToDouble(value -> value).max().orElse(0);
    StringBuilder line = new StringBuilder();
    List<Html> dots = new ArrayList<>();
    for (int i = 0; i < points.size(); i++) {
      ReportPage.Point point = points.get(i);
      boolean measured = isMeasured(point.value());
      double x = points.size() == 1 ? 60 : 5 + 110.0 * i / (points.size() - 1);
      double y = measured && max > min ? 28 - 22 * (point.value() - min) / (max - min) : 17;
      if (measured) {
        line.append(line.isEmpty() ? "M" : "L").append(at(x)).append(' ').append(at(y));
      }
      if (!point.passed() || !measured || i == points.size() - 1) {
        dots.add(
            html(
                "<circle class=\"{}\" cx=\"{}\" cy=\"{}\" r=\"{}\"></circle>",
                point.passed() ? "dot" : "dot failed",
                at(x),
                at(y),
                point.passed() ? "2.5" : "3.5"));
      }
    }
    long failed = points.stream().filter(point -> !point.passed()).count();
    String range = values.isEmpty() ? "" : ", from " + Html.value(min) + " to " + Html.value(max);
    String says =
        name + ": " + count(points.size(), "run") + ", " + number(failed) + " failed" + range;
    return html(
        """
        <svg class="spark" viewBox="0 0 120 34" role="img" aria-label="{}"><title>{}</title>{}{}</svg>
        """,
        says,
        says,
        when(!line.isEmpty(), () -> html("<path class=\"line\" d=\"{}\"></path>", line)),
        dots);
  }

  private static boolean isMeasured(Double value) {
    return value != null && Double.isFinite(value);
  }

  /** Rows by partition, a column each. */
  static Html columns(String name, List<ReportPage.Part> parts) {
    long most = Math.max(1, parts.stream().mapToLong(ReportPage.Part::rows).max().orElse(1));
    double width = 600.0 / parts.size();
    List<Html> bars = new ArrayList<>();
    for (ReportPage.Part part : parts) {
      double height = Math.max(1, 44.0 * part.rows() / most);
      bars.add(
          html(
              "<g><title>{}: {}</title>{}</g>",
              part.value(),
              count(part.rows(), "row"),
              rect("col", bars.size() * width, 46 - height, Math.min(24, width * 0.8), height)));
    }
    return html(
        """
        <svg class="columns" viewBox="0 0 600 46" preserveAspectRatio="none" role="img"
        aria-label="Rows by partition of {}, {} to {}, at most {}">{}</svg>
        """,
        name,
        parts.get(0).value(),
        parts.get(parts.size() - 1).value(),
        number(most),
        bars);
  }

  private static Html rect(String kind, double x, double y, double width, double height) {
    return html(
        "<rect class=\"{}\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"></rect>",
        kind,
        at(x),
        at(y),
        at(width),
        at(height));
  }

  private static String at(double context) {
    return String.format(Locale.ROOT, "%.1f", context);
  }

  /** A table or landing folder in the lineage; {@code y} is its upper edge. */
  private record Node(String label, String note, String href, String kind, int x, int y) {
    int middle() {
      return y + NODE_HEIGHT / 2;
    }

    int right() {
      return x + NODE_WIDTH;
    }

    int below() {
      return y + NODE_HEIGHT + NODE_GAP;
    }

    Html draw() {
      return html(
          """
          <a href="{}" class="node {}"><title>{}: {}</title>
          <rect x="{}" y="{}" width="{}" height="{}" rx="8"></rect>{}{}</a>
          """,
          href,
          kind,
          label,
          note,
          x,
          y,
          NODE_WIDTH,
          NODE_HEIGHT,
          text("label", x + 12, y + 18, Html.cut(label, 22)),
          text("note", x + 12, y + 33, Html.cut(note, 29)));
    }
  }

  /**
   * Where each table comes from, left to right: landing, bronze, silver with quarantine below it,
   * gold. A row for each source; a gold table stands beside the middle of what it reads, or below
   * the one before it.
   */
  static Html lineage(ReportPage page) {
    List<Html> edges = new ArrayList<>();
    List<Node> nodes = new ArrayList<>();
    Map<String, Node> silver = new LinkedHashMap<>();
    int y = TOP;
    for (ReportPage.Source source : page.sources()) {
      Node landing = landing(source, y);
      Node bronze = node(page, "bronze", source.id(), 1, y);
      Node refined = node(page, "silver", source.id(), 2, y);
      silver.put(source.id(), refined);
      nodes.addAll(List.of(landing, bronze, refined));
      edges.addAll(List.of(edge("flow", landing, bronze), edge("flow", bronze, refined)));
      y = refined.below();
      if (page.table("quarantine", source.id()).isPresent()) {
        Node broken = node(page, "quarantine", source.id(), 2, y);
        nodes.add(broken);
        edges.add(edge("broken", bronze, broken));
        y = broken.below();
      }
      y += NODE_GAP;
    }
    for (ReportPage.Source source : page.sources()) {
      source.references().stream()
          .filter(silver::containsKey)
          .forEach(to -> edges.add(lookup(silver.get(to), silver.get(source.id()))));
    }
    int bottom = TOP;
    for (ReportPage.Gold gold : byHeight(page.marts(), silver)) {
      int beside = (int) height(gold, silver) - NODE_HEIGHT / 2;
      Node node = node(page, "gold", gold.name(), 3, Math.max(bottom, beside));
      nodes.add(node);
      gold.reads().stream()
          .filter(silver::containsKey)
          .forEach(source -> edges.add(edge("flow", silver.get(source), node)));
      bottom = node.below();
    }
    int width = 2 * MARGIN + 3 * COLUMN + NODE_WIDTH;
    int height = Math.max(y, bottom) + MARGIN;
    return html(
        """
        <svg class="lineage" viewBox="0 0 {} {}" width="{}" height="{}" role="group"
        aria-label="Lineage: landing folders, bronze, silver, quarantine and gold tables">
        <defs>{}{}</defs>{}{}{}</svg>
        """,
        width,
        height,
        width,
        height,
        arrow("flow"),
        arrow("broken"),
        List.of(
            text("head", MARGIN, 20, "Landing"),
            text("head", MARGIN + COLUMN, 20, "Bronze"),
            text("head", MARGIN + 2 * COLUMN, 20, "Silver and quarantine"),
            text("head", MARGIN + 3 * COLUMN, 20, "Gold")),
        edges,
        each(nodes, Node::draw));
  }

  private static List<ReportPage.Gold> byHeight(
      List<ReportPage.Gold> marts, Map<String, Node> silver) {
    return marts.stream().sorted(Comparator.comparingDouble(gold -> height(gold, silver))).toList();
  }

  /** The middle of what a gold table reads. */
  private static double height(ReportPage.Gold gold, Map<String, Node> silver) {
    return gold.reads().stream()
        .filter(silver::containsKey)
        .mapToInt(source -> silver.get(source).middle())
        .average()
        .orElse(TOP);
  }

  private static Node landing(ReportPage.Source source, int y) {
    List<String> folders = source.locations();
    return new Node(
        folders.size() == 1 ? folders.get(0) : count(folders.size(), "folder"),
        source.newestFile() == null ? "nothing yet" : "newest " + minute(source.newestFile()),
        "#freshness",
        "landing",
        MARGIN,
        y);
  }

  private static Node node(ReportPage page, String layer, String name, int column, int y) {
    int x = MARGIN + column * COLUMN;
    return page.table(layer, name)
        .map(
            table ->
                new Node(name, note(table), "#" + anchor("table", table.fullName()), layer, x, y))
        .orElse(new Node(name, "not there yet", "#tables", layer + " absent", x, y));
  }

  private static String note(ReportPage.TableState table) {
    return count(table.rows(), "row")
        + (table.layer().equals("quarantine")
            ? " in quarantine"
            : ", version " + number(table.version()));
  }

  private static Html edge(String kind, Node from, Node to) {
    int bend = (from.right() + to.x()) / 2;
    return path(
        kind,
        from.label() + " to " + to.label(),
        from.right(),
        from.middle(),
        bend,
        from.middle(),
        bend,
        to.middle(),
        to.x() - 4,
        to.middle());
  }

  /** A rule of one table looks into another of the same column: a bow on their left. */
  private static Html lookup(Node from, Node to) {
    int bow = from.x() - 20 - Math.min(50, Math.abs(to.y() - from.y()) / 16);
    int start = from.y() + NODE_HEIGHT - 10;
    int end = to.y() + (to.y() > from.y() ? 10 : NODE_HEIGHT - 10);
    return path(
        "lookup",
        to.label() + " looks into " + from.label(),
        from.x(),
        start,
        bow,
        start,
        bow,
        end,
        to.x() - 4,
        end);
  }

  /** A Bézier curve: start, two control points, end. */
  private static Html path(String kind, String title, Object... points) {
    return html(
        """
        <path class="{}" d="{}" marker-end="url(#{})"><title>{}</title></path>
        """,
        kind,
        String.format(Locale.ROOT, "M%d %d C%d %d %d %d %d %d", points),
        kind.equals("broken") ? "arrow-broken" : "arrow-flow",
        title);
  }

  private static Html arrow(String kind) {
    return html(
        """
        <marker id="arrow-{}" viewBox="0 0 8 8" refX="6" refY="4" markerWidth="7" markerHeight="7" orient="auto">
        <path d="M0 0L8 4L0 8z"></path></marker>
        """,
        kind);
  }

  private static Html text(String kind, int x, int y, String text) {
    return html("<text class=\"{}\" x=\"{}\" y=\"{}\">{}</text>", kind, x, y, text);
  }
}
