package io.sluice.report;

import static io.sluice.report.Text.anchor;
import static io.sluice.report.Text.count;
import static io.sluice.report.Text.minute;
import static io.sluice.report.Text.number;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Where each table comes from, drawn left to right: landing, bronze, silver with quarantine below
 * it, gold. A row for each source; a gold table stands beside the middle of what it reads, or below
 * the one before it.
 */
record LineageChart(int width, int height, List<Edge> edges, List<Node> nodes) {
  private static final int NODE_WIDTH = 184;
  private static final int NODE_HEIGHT = 42;
  private static final int NODE_GAP = 10;
  private static final int COLUMN = NODE_WIDTH + 84;
  private static final int TOP = 40;
  private static final int MARGIN = 6;

  /** A heading of a column. */
  record Head(String text, int x) {}

  /** An arrow; {@code path} is a Bézier curve. */
  record Edge(String kind, String says, String path) {
    String marker() {
      return kind.equals("broken") ? "broken" : "flow";
    }
  }

  /** A table or landing folder; {@code y} is its upper edge. */
  record Node(String label, String note, String href, String kind, int x, int y) {
    int width() {
      return NODE_WIDTH;
    }

    int height() {
      return NODE_HEIGHT;
    }

    int middle() {
      return y + NODE_HEIGHT / 2;
    }

    int right() {
      return x + NODE_WIDTH;
    }

    int below() {
      return y + NODE_HEIGHT + NODE_GAP;
    }
  }

  static List<Head> heads() {
    return List.of(
        new Head("Landing", MARGIN),
        new Head("Bronze", MARGIN + COLUMN),
        new Head("Silver and quarantine", MARGIN + 2 * COLUMN),
        new Head("Gold", MARGIN + 3 * COLUMN));
  }

  static LineageChart of(ReportPage page) {
    List<Edge> edges = new ArrayList<>();
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
    return new LineageChart(
        2 * MARGIN + 3 * COLUMN + NODE_WIDTH, Math.max(y, bottom) + MARGIN, edges, nodes);
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

  private static Edge edge(String kind, Node from, Node to) {
    int bend = (from.right() + to.x()) / 2;
    return curve(
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
  private static Edge lookup(Node from, Node to) {
    int bow = from.x() - 20 - Math.min(50, Math.abs(to.y() - from.y()) / 16);
    int start = from.y() + NODE_HEIGHT - 10;
    int end = to.y() + (to.y() > from.y() ? 10 : NODE_HEIGHT - 10);
    return curve(
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

  /**
   * @param points x and y of the start, two control points and the end
   */
  private static Edge curve(String kind, String says, Object... points) {
    return new Edge(kind, says, String.format(Locale.ROOT, "M%d %d C%d %d %d %d %d %d", points));
  }
}
