package io.sluice.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.quality.Check.Severity;
import io.sluice.report.ReportPage.CheckHistory;
import io.sluice.report.ReportPage.Column;
import io.sluice.report.ReportPage.Gold;
import io.sluice.report.ReportPage.Part;
import io.sluice.report.ReportPage.PastRun;
import io.sluice.report.ReportPage.Point;
import io.sluice.report.ReportPage.Reason;
import io.sluice.report.ReportPage.Sample;
import io.sluice.report.ReportPage.Source;
import io.sluice.report.ReportPage.TableState;
import io.sluice.report.ReportPage.UnreadFile;
import io.sluice.run.RowCounts;
import io.sluice.run.Run;
import java.io.StringReader;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.Period;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NamedNodeMap;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

/** The page of a busy lake, of an empty one, and of one whose data is hostile. */
class ReportPageTest {
  private static final Instant NOW = Instant.parse("2026-11-22T06:12:40Z");
  private static final Set<String> LOADING =
      Set.of("script", "img", "image", "link", "iframe", "object", "embed", "base", "form");
  private static final String HOSTILE =
      "</style></svg><script>alert('1')</script><img src=x onerror=\"alert(2)\"> & \u202Egnp\u0000";

  @Test
  void saysTheStateInWords() {
    assertEquals(
        "6 of 7 tables published, 1 of 2 models serving, 1 mart stopped by a check, 1 source overdue,"
            + " 1 file unreadable, 1 check with a warning",
        busy().state());
    assertEquals("Nothing has run yet", empty().state());
    assertEquals(
        "All 1 table published",
        lake(List.of(source("calls", balanced(), null)), List.of()).state());
  }

  @Test
  void isOneWellFormedFileThatLoadsAndRunsNothing() throws Exception {
    for (ReportPage page : List.of(busy(), empty(), hostile())) {
      NodeList elements = wellFormed(page.html()).getElementsByTagName("*");
      for (int i = 0; i < elements.getLength(); i++) {
        Element element = (Element) elements.item(i);
        assertFalse(LOADING.contains(element.getTagName()), element.getTagName());
        NamedNodeMap attributes = element.getAttributes();
        for (int j = 0; j < attributes.getLength(); j++) {
          String name = attributes.item(j).getNodeName();
          assertFalse(name.startsWith("on") || name.equals("src") || name.equals("style"), name);
          if (name.equals("href")) {
            assertTrue(attributes.item(j).getNodeValue().startsWith("#"), "leads out of the page");
          }
        }
      }
    }
    assertFalse(
        Pattern.compile("@import|url\\(").matcher(style()).find(), "the style loads nothing");
  }

  @Test
  void everyLinkLeadsSomewhereAndEveryNameIsGivenOnce() {
    String html = busy().html();
    List<String> ids = found(html, " id=\"([^\"]+)\"");
    assertEquals(new TreeSet<>(ids).size(), ids.size(), "ids are unique: " + ids);
    Set<String> targets = new TreeSet<>(found(html, "href=\"#([^\"]+)\""));
    targets.removeAll(ids);
    assertEquals(Set.of(), targets);
  }

  @Test
  void accountsForEveryRow() {
    String html = busy().html();
    assertTrue(text(html).contains("1,284,310 read"), "thousands are separated");
    assertTrue(html.contains("✓ adds up"));
    assertFalse(html.contains("does not add up"));
    assertTrue(text(html).contains("4,120 rows waiting in bronze"));
  }

  @Test
  void warnsLoudlyWhenRowsDoNotAddUp() {
    ReportPage page =
        lake(List.of(source("calls", new RowCounts(100, 90, 5, 1, 1), null)), List.of());
    String html = page.html();
    assertEquals("All 1 table published, rows of calls do not add up", page.state());
    assertTrue(html.contains("✗ does not add up"));
    assertTrue(text(html).contains("100 were read, 97 have an outcome"));
    assertTrue(html.contains("≠"));
    assertTrue(html.contains("<header class=\"bad\">"));
  }

  @Test
  void warnsWhenOnlyTheLastRunDoesNotAddUp() {
    Source source = source("calls", balanced(), run("refine", "calls", 1, Run.Outcome.DONE, null));
    PastRun last =
        new PastRun(
            source.last().run(), NOW, Run.Outcome.DONE, new RowCounts(10, 9, 0, 0, 0), 3L, null);
    assertTrue(
        lake(List.of(source("calls", balanced(), last)), List.of())
            .html()
            .contains("✗ does not add up"));
  }

  @Test
  void showsWhichVersionServesAndWhyTheGateRefused() {
    String html = busy().html();
    String text = text(html);
    assertTrue(text.contains("version 2 serves"), "the champion");
    assertTrue(text.contains("version 3 in the shadow"), "its challenger");
    assertTrue(text.contains("not better than version 2 by more than 0.0000"), "the reason");
    assertTrue(text.contains("0.61 <small>(0.52 to 0.68)</small>"), "merit with its interval");
    assertTrue(text.contains("At best: PR-AUC of confirmed</dt><dd>0.6450"));
    assertTrue(text.contains("1 of 1 input in the newest batch"), "drift");
    assertTrue(html.contains("class=\"curve second\""), "the challenger's curves");
    assertTrue(text.contains("No version yet. It takes 16 days"), "what a first version needs");
    assertTrue(text(lake(List.of(), List.of()).html()).contains("No model reads these sources."));
  }

  @Test
  void saysWhyARunStopped() {
    String html = busy().html();
    assertTrue(
        html.contains("gold.spend_daily is unchanged: check spend_positive failed"), "the message");
    assertTrue(html.contains("<span class=\"badge warn\">stopped</span>"));
    assertTrue(html.contains("2 older runs"), "what is beyond the newest is folded away");
  }

  @Test
  void showsRecordsOnlyWhereNothingInThemIsProtected() {
    String html = busy().html();
    assertTrue(html.contains("V-00017,Meier &amp; Söhne"), "of vendors");
    assertFalse(html.contains("DE89370400440532013000"), "never of purchase_orders");
    assertTrue(html.contains("Records are not shown: bank_account is restricted"));
    assertTrue(html.contains("purchase_orders/2026/11/20/orders-07.csv, position 1,402"));
    assertFalse(html.contains("x".repeat(201)), "and never more than 200 characters");
    assertTrue(html.contains("x".repeat(150)));
  }

  @Test
  void escapesWhateverTheDataSays() throws Exception {
    String html = hostile().html();
    wellFormed(html);
    assertFalse(
        html.contains("<script") || html.contains("<img") || html.contains("</style></svg>"));
    assertFalse(html.contains("\u202E") || html.contains("\u0000"));
    assertTrue(html.contains("&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;"));
    long styles = found(html, "(</style>)").size();
    assertEquals(1, styles);
  }

  @Test
  void judgesFreshnessAgainstTheContract() {
    String html = text(busy().html());
    assertTrue(html.contains("overdue by 2 d 3 h"), "vendors: expected every day, three days old");
    assertTrue(html.contains("fresh"));
    assertTrue(text(empty().html()).contains("nothing has arrived"));
    assertTrue(html.contains("7 days"));
  }

  @Test
  void drawsTheLineageWithoutOverlap() {
    String html = busy().html();
    Matcher nodes =
        Pattern.compile("rect x=\"(\\d+)\" y=\"(\\d+)\" width=\"(\\d+)\" height=\"(\\d+)\"")
            .matcher(html);
    List<int[]> placed = new ArrayList<>();
    while (nodes.find()) {
      int[] node = new int[4];
      for (int i = 0; i < 4; i++) {
        node[i] = Integer.parseInt(nodes.group(i + 1));
      }
      for (int[] other : placed) {
        boolean apart =
            node[0] >= other[0] + other[2]
                || other[0] >= node[0] + node[2]
                || node[1] >= other[1] + other[3]
                || other[1] >= node[1] + node[3];
        assertTrue(apart, "two nodes overlap");
      }
      placed.add(node);
    }
    assertEquals(3 * 3 + 2 + 4, placed.size(), "three sources, two with quarantine, four marts");
    assertTrue(html.contains("<title>purchase_orders looks into vendors</title>"));
    assertTrue(html.contains("<title>calls to agent_daily</title>"));
    assertTrue(html.contains("not there yet"), "a mart without a table");
  }

  private static Document wellFormed(String html) throws Exception {
    String xml = html.replaceFirst("<!DOCTYPE html>", "").replaceAll("<meta [^>]*>", "");
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new InputSource(new StringReader(xml)));
  }

  private static String style() {
    return found(empty().html(), "(?s)<style>(.*?)</style>").get(0);
  }

  /** What a reader sees, roughly: without markup and style. */
  private static String text(String html) {
    return html.replaceAll("(?s)<style>.*?</style>", "").replaceAll("</?(b|span)[^>]*>", "");
  }

  private static List<String> found(String html, String pattern) {
    return Pattern.compile(pattern).matcher(html).results().map(match -> match.group(1)).toList();
  }

  private static RowCounts balanced() {
    return new RowCounts(100, 90, 5, 3, 2);
  }

  private static Source source(String id, RowCounts all, PastRun last) {
    return new Source(
        id,
        id,
        List.of(id + "/"),
        List.of(),
        all,
        last,
        0L,
        Period.ofDays(1),
        NOW,
        null,
        List.of());
  }

  private static ReportPage lake(List<Source> sources, List<PastRun> runs) {
    List<TableState> tables =
        sources.stream().map(source -> table("silver", source.id(), null, 90)).toList();
    return new ReportPage(
        "test",
        "1",
        NOW,
        sources,
        List.of(),
        runs,
        runs.size(),
        runs,
        List.of(),
        List.of(),
        tables,
        List.of(),
        0.05);
  }

  private static ReportPage empty() {
    Source source =
        new Source(
            "calls",
            "Calls",
            List.of("calls/"),
            List.of(),
            RowCounts.EMPTY,
            null,
            0L,
            Period.ofDays(1),
            null,
            null,
            List.of());
    return new ReportPage(
        "test",
        "1",
        NOW,
        List.of(source),
        List.of(new Gold("agent_daily", List.of("calls"))),
        List.of(),
        0,
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        List.of(model("idle_machines", null, List.of(), List.of())),
        0.05);
  }

  private static ReportPage hostile() {
    PastRun run =
        new PastRun(
            new Run(HOSTILE, HOSTILE, HOSTILE, NOW),
            NOW,
            Run.Outcome.CRASHED,
            RowCounts.EMPTY,
            null,
            HOSTILE);
    Source source =
        new Source(
            HOSTILE,
            HOSTILE,
            List.of(HOSTILE),
            List.of(HOSTILE),
            balanced(),
            run,
            null,
            Period.ofDays(1),
            NOW,
            null,
            List.of(
                new Reason(
                    HOSTILE,
                    HOSTILE,
                    1,
                    List.of(new Sample(HOSTILE, 1, List.of(HOSTILE), HOSTILE + "\ud83d")))));
    TableState table =
        new TableState(
            "silver",
            HOSTILE,
            HOSTILE,
            1,
            1,
            HOSTILE,
            List.of(new Part(HOSTILE, 1)),
            List.of(new Column(HOSTILE, HOSTILE, HOSTILE)));
    return new ReportPage(
        HOSTILE,
        HOSTILE,
        NOW,
        List.of(source),
        List.of(new Gold(HOSTILE, List.of(HOSTILE))),
        List.of(run),
        1,
        List.of(run),
        List.of(new UnreadFile(HOSTILE, HOSTILE, NOW, 1, HOSTILE)),
        List.of(
            new CheckHistory(
                HOSTILE,
                HOSTILE,
                Severity.ERROR,
                HOSTILE,
                List.of(new Point(NOW, false, Double.NaN, HOSTILE)))),
        List.of(table),
        List.of(
            model(
                HOSTILE,
                1,
                List.of(version(1, 0.5, HOSTILE)),
                List.of(new ModelsPart.Move(NOW, HOSTILE, 1, null, HOSTILE)))),
        0.05);
  }

  /**
   * A lake of three sources and four marts after some weeks: one mart stopped, one source overdue.
   */
  static ReportPage busy() {
    List<PastRun> runs = runs();
    return new ReportPage(
        "prod",
        "0.1.0",
        NOW,
        sources(),
        List.of(
            new Gold("vendor_daily", List.of("purchase_orders", "vendors")),
            new Gold("spend_daily", List.of("purchase_orders")),
            new Gold("agent_daily", List.of("calls")),
            new Gold("queue_daily", List.of("calls"))),
        runs,
        412,
        runs.subList(0, 8),
        List.of(
            new UnreadFile(
                "calls",
                "calls/2026/11/19/calls-0400.json.gz",
                NOW.minus(Duration.ofDays(3)),
                48_213_004,
                "truncated gzip, cut off after 91,226,112 unpacked bytes")),
        checks(),
        tables(),
        models(),
        0.05);
  }

  private static List<ModelsPart.State> models() {
    return List.of(
        model(
            "order_fraud",
            2,
            List.of(
                version(1, 0.52, null),
                version(2, 0.61, null),
                version(
                    3,
                    0.58,
                    "not better than version 2 by more than 0.0000 with 95 % confidence: the"
                        + " difference is -0.0300, at least -0.0712")),
            List.of(
                new ModelsPart.Move(
                    NOW.minus(Duration.ofDays(9)), "challenge", null, 1, "the gate lets it"),
                new ModelsPart.Move(NOW.minus(Duration.ofDays(9)), "promote", 1, null, "promoted"),
                new ModelsPart.Move(NOW.minus(Duration.ofDays(2)), "promote", 2, 1, "promoted"),
                new ModelsPart.Move(
                    NOW.minus(Duration.ofDays(1)), "challenge", 2, 3, "not better"))),
        model("call_sentiment", null, List.of(), List.of()));
  }

  private static ModelsPart.State model(
      String name,
      Integer champion,
      List<ModelsPart.Version> versions,
      List<ModelsPart.Move> moves) {
    return new ModelsPart.State(
        name,
        "How likely an order is to be confirmed as fraud. " + name,
        "fraud-desk",
        true,
        champion,
        versions.size() > 2 ? 3 : null,
        0,
        "It takes 16 days whose labels are known.",
        versions.isEmpty() ? null : run("score", name, 3, Run.Outcome.DONE, null),
        new TreeMap<>(versions.isEmpty() ? Map.of() : Map.of("PR-AUC of confirmed", "0.6450")),
        versions,
        moves,
        versions.isEmpty()
            ? List.of()
            : List.of(
                new ModelsPart.Drift(
                    NOW.minus(Duration.ofDays(1)),
                    2,
                    List.of(new ModelsPart.Input("total", 0.02, 0.03, false))),
                new ModelsPart.Drift(
                    NOW, 2, List.of(new ModelsPart.Input("total", 0.31, 0.2, true)))));
  }

  private static ModelsPart.Version version(int number, double merit, String reason) {
    List<double[]> recall = new ArrayList<>();
    List<double[]> calibration = new ArrayList<>();
    for (int i = 0; i <= 10; i++) {
      recall.add(new double[] {i / 10.0, 1 - (1 - merit) * i / 8.0});
      calibration.add(new double[] {i / 60.0, i / (50.0 + 10 * number)});
    }
    return new ModelsPart.Version(
        number,
        NOW.minus(Duration.ofDays(10 - number)),
        "forest of depth 10",
        merit,
        merit - 0.09,
        merit + 0.07,
        reason == null ? List.of() : List.of(reason),
        List.of("against no model: better by 0.6000 (0.5100 to 0.6700)"),
        List.of("forest of depth 6: 0.5900"),
        new TreeMap<>(Map.of("recall", 0.71, "roc_area", Double.NaN)),
        new TreeMap<>(
            Map.of("office supplies", new TreeMap<>(Map.of("rows", 812.0, "recall", 0.7)))),
        recall,
        calibration,
        Map.of("price_over_usual", 0.31, "limit_share", -0.2),
        new TreeMap<>(Map.of("hash of the examples", "a1b2c3")));
  }

  private static PastRun run(
      String command, String subject, int hoursAgo, Run.Outcome outcome, String message) {
    Instant start = NOW.minus(Duration.ofMinutes(60L * hoursAgo + 7));
    boolean done = outcome == Run.Outcome.DONE;
    return new PastRun(
        new Run(command + subject + hoursAgo, command, subject, start),
        start.plusSeconds(41 + subject.length() * 13L),
        outcome,
        done ? new RowCounts(42_810, 42_377, 190, 201, 42) : RowCounts.EMPTY,
        done ? 311L : null,
        message);
  }

  private static List<PastRun> runs() {
    List<PastRun> runs = new ArrayList<>();
    runs.add(
        run(
            "build",
            "spend_daily",
            0,
            Run.Outcome.STOPPED,
            "gold.spend_daily is unchanged: check spend_positive failed: Sum \"spend\" >= 0,"
                + " measured -18204.5. Gold still shows what it did before; look at the silver"
                + " tables [purchase_orders]."));
    for (int day = 0; day < 4; day++) {
      for (String source : List.of("vendors", "purchase_orders", "calls")) {
        runs.add(run("refine", source, 24 * day, Run.Outcome.DONE, null));
        runs.add(run("ingest", source, 24 * day, Run.Outcome.DONE, null));
      }
    }
    runs.add(run("ingest", "vendors", 124, Run.Outcome.DONE, null));
    runs.add(
        run("ingest", "calls", 100, Run.Outcome.CRASHED, "java.io.IOException: connection reset"));
    return runs;
  }

  private static List<Source> sources() {
    PastRun last = run("refine", "any", 0, Run.Outcome.DONE, null);
    return List.of(
        new Source(
            "vendors",
            "Vendors",
            List.of("vendors/"),
            List.of(),
            new RowCounts(8_412, 8_102, 12, 190, 108),
            last,
            0L,
            Period.ofDays(1),
            NOW.minus(Duration.ofHours(75)),
            null,
            List.of(
                new Reason(
                    "iban_country",
                    "enum",
                    9,
                    List.of(
                        new Sample(
                            "vendors/2026-11-18.csv",
                            18,
                            List.of("iban_country/enum: must be one of [AT, CH, DE]"),
                            "V-00017,Meier & Söhne,XX,2026-11-01T08:00:00Z" + "x".repeat(400)))),
                new Reason("", "record", 3, List.of()))),
        new Source(
            "purchase_orders",
            "Purchase orders",
            List.of("purchase_orders/"),
            List.of("vendors"),
            new RowCounts(1_284_310, 1_270_004, 6_120, 7_904, 282),
            last,
            4_120L,
            Period.ofDays(1),
            NOW.minus(Duration.ofHours(4)),
            "bank_account is restricted; buyer_id, customer_id are confidential.",
            List.of(
                new Reason(
                    "currency",
                    "enum",
                    3_412,
                    List.of(
                        new Sample(
                            "purchase_orders/2026/11/20/orders-07.csv",
                            1_402,
                            List.of("currency/enum", "/amount_adds_up"),
                            "PO-1,DE89370400440532013000"),
                        new Sample(
                            "purchase_orders/2026/11/20/orders-07.csv",
                            1_977,
                            List.of("currency/enum"),
                            null))),
                new Reason("", "amount_adds_up", 1_804, List.of()),
                new Reason("vendor_id", "reference", 904, List.of()))),
        new Source(
            "calls",
            "Calls",
            List.of("calls/", "calls-archive/"),
            List.of(),
            new RowCounts(402_118, 401_777, 0, 300, 41),
            last,
            0L,
            Period.ofDays(7),
            NOW.minus(Duration.ofHours(6)),
            "caller_id, caller_name are restricted.",
            List.of()));
  }

  private static List<CheckHistory> checks() {
    return List.of(
        history(
            "silver.purchase_orders", "rows", Severity.ERROR, "RowCount > 0", 42_000, 3_000, -1),
        history(
            "silver.purchase_orders",
            "mean_price",
            Severity.ERROR,
            "Mean \"unit_price\" between 0.01 and 60000",
            812.4,
            90,
            20),
        history(
            "silver.purchase_orders",
            "region_mostly_known",
            Severity.WARNING,
            "Completeness \"region\" > 0.9",
            0.93,
            0.02,
            39),
        history(
            "silver.calls",
            "quarantine_limit",
            Severity.ERROR,
            "share of quarantined rows <= 0.2",
            0.0004,
            0.0002,
            -1),
        new CheckHistory(
            "silver.calls",
            "every_row_accounted_for",
            Severity.ERROR,
            "read = accepted + quarantined + duplicate + superseded",
            List.of(new Point(NOW, true, null, ""))));
  }

  private static CheckHistory history(
      String table,
      String check,
      Severity severity,
      String rule,
      double mean,
      double spread,
      int fails) {
    SplittableRandom random = new SplittableRandom(check.hashCode());
    List<Point> points = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      boolean passed = i != fails;
      double value = mean + random.nextDouble(-spread, spread) * (passed ? 1 : 3);
      points.add(
          new Point(
              NOW.minus(Duration.ofDays(39 - i)),
              passed,
              check.equals("rows") ? Math.rint(value) : value,
              passed ? "" : "Value: " + value + " does not meet the constraint requirement!"));
    }
    return new CheckHistory(table, check, severity, rule, points);
  }

  private static List<TableState> tables() {
    List<TableState> tables = new ArrayList<>();
    tables.add(table("bronze", "vendors", "arrived_on", 93));
    tables.add(table("bronze", "purchase_orders", "arrived_on", 14_270));
    tables.add(table("bronze", "calls", "arrived_on", 4_468));
    tables.add(table("silver", "vendors", null, 3_190));
    tables.add(table("silver", "purchase_orders", "order_date", 14_000));
    tables.add(table("silver", "calls", "call_date", 4_400));
    tables.add(table("quarantine", "vendors", null, 12));
    tables.add(table("quarantine", "purchase_orders", null, 6_120));
    tables.add(table("gold", "vendor_daily", "day", 900));
    tables.add(table("gold", "spend_daily", "day", 160));
    tables.add(table("gold", "agent_daily", "day", 120));
    return tables;
  }

  private static TableState table(String layer, String name, String partitionedBy, int daily) {
    SplittableRandom random = new SplittableRandom(name.hashCode());
    List<Part> parts = new ArrayList<>();
    for (int day = 0; day < 90 && partitionedBy != null; day++) {
      LocalDate date = LocalDate.of(2026, 8, 24).plusDays(day);
      double share = date.getDayOfWeek().getValue() > 5 ? 0.3 : 1.2;
      parts.add(new Part(date.toString(), (long) (daily * (share + random.nextDouble(0.2)))));
    }
    if (partitionedBy == null) {
      parts.add(new Part(null, daily));
    }
    return new TableState(
        layer,
        name,
        "One row per order line, in its newest version.",
        311,
        48_213_004,
        partitionedBy,
        parts,
        List.of(
            new Column("order_id", "string", "The order's number, given by the purchasing system."),
            new Column("amount", "decimal(18,2)", "Price of the line without tax."),
            new Column("_extra", "map<string,string>", "")));
  }
}
