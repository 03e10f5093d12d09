package io.sluice.report;

import static io.sluice.report.ExamplePages.NOW;
import static io.sluice.report.ExamplePages.balanced;
import static io.sluice.report.ExamplePages.busy;
import static io.sluice.report.ExamplePages.empty;
import static io.sluice.report.ExamplePages.hostile;
import static io.sluice.report.ExamplePages.lake;
import static io.sluice.report.ExamplePages.run;
import static io.sluice.report.ExamplePages.source;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.report.ReportPage.PastRun;
import io.sluice.report.ReportPage.Source;
import io.sluice.run.RowCounts;
import io.sluice.run.Run;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
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
  private static final Set<String> LOADING =
      Set.of("script", "img", "image", "link", "iframe", "object", "embed", "base", "form");

  @Test
  void saysTheStateInWords() {
    assertEquals(
        "6 of 7 tables published, 1 of 2 models serving, 1 mart stopped by a check, 1 source overdue,"
            + " 1 file unreadable, 1 check with a warning",
        busy().headline().state());
    assertEquals("Nothing has run yet", empty().headline().state());
    assertEquals(
        "All 1 table published",
        lake(List.of(source("calls", balanced(), null)), List.of()).headline().state());
  }

  @Test
  void isOneWellFormedFileThatLoadsAndRunsNothing() throws Exception {
    for (ReportPage page : List.of(busy(), empty(), hostile())) {
      NodeList elements = wellFormed(html(page)).getElementsByTagName("*");
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
    String html = html(busy());
    List<String> ids = found(html, " id=\"([^\"]+)\"");
    assertEquals(new TreeSet<>(ids).size(), ids.size(), "ids are unique: " + ids);
    Set<String> targets = new TreeSet<>(found(html, "href=\"#([^\"]+)\""));
    targets.removeAll(ids);
    assertEquals(Set.of(), targets);
  }

  @Test
  void accountsForEveryRow() {
    String html = html(busy());
    assertTrue(text(html).contains("1,284,310 read"), "thousands are separated");
    assertTrue(html.contains("✓ adds up"));
    assertFalse(html.contains("does not add up"));
    assertTrue(text(html).contains("4,120 rows waiting in bronze"));
  }

  @Test
  void warnsLoudlyWhenRowsDoNotAddUp() {
    ReportPage page =
        lake(List.of(source("calls", new RowCounts(100, 90, 5, 1, 1), null)), List.of());
    String html = html(page);
    assertEquals("All 1 table published, rows of calls do not add up", page.headline().state());
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
        html(lake(List.of(source("calls", balanced(), last)), List.of()))
            .contains("✗ does not add up"));
  }

  @Test
  void showsWhichVersionServesAndWhyTheGateRefused() {
    String html = html(busy());
    String text = text(html);
    assertTrue(text.contains("version 2 serves"), "the champion");
    assertTrue(text.contains("version 3 in the shadow"), "its challenger");
    assertTrue(text.contains("not better than version 2 by more than 0.0000"), "the reason");
    assertTrue(text.contains("0.61 <small>(0.52 to 0.68)</small>"), "merit with its interval");
    assertTrue(text.contains("At best: PR-AUC of confirmed</dt><dd>0.6450"));
    assertTrue(text.contains("1 of 1 input in the newest batch"), "drift");
    assertTrue(html.contains("class=\"curve second\""), "the challenger's curves");
    assertTrue(text.contains("No version yet. It takes 16 days"), "what a first version needs");
    assertTrue(text(html(lake(List.of(), List.of()))).contains("No model reads these sources."));
  }

  @Test
  void saysWhyARunStopped() {
    String html = html(busy());
    assertTrue(
        html.contains("gold.spend_daily is unchanged: check spend_positive failed"), "the message");
    assertTrue(html.contains("<span class=\"badge warn\">stopped</span>"));
    assertTrue(html.contains("2 older runs"), "what is beyond the newest is folded away");
  }

  @Test
  void showsRecordsOnlyWhereNothingInThemIsProtected() {
    String html = html(busy());
    assertTrue(html.contains("V-00017,Meier &amp; Söhne"), "of vendors");
    assertFalse(html.contains("DE89370400440532013000"), "never of purchase_orders");
    assertTrue(html.contains("Records are not shown: bank_account is restricted"));
    assertTrue(html.contains("purchase_orders/2026/11/20/orders-07.csv, position 1,402"));
    assertFalse(html.contains("x".repeat(201)), "and never more than 200 characters");
    assertTrue(html.contains("x".repeat(150)));
  }

  @Test
  void escapesWhateverTheDataSays() throws Exception {
    String html = html(hostile());
    wellFormed(html);
    assertFalse(
        html.contains("<script") || html.contains("<img") || html.contains("</style></svg>"));
    assertFalse(html.contains("\u202E") || html.contains("\u0000"));
    assertTrue(html.contains("&lt;script&gt;alert('1')&lt;/script&gt;"));
    long styles = found(html, "(</style>)").size();
    assertEquals(1, styles);
  }

  @Test
  void readsTheSameInEveryLanguage() {
    String expected = html(busy());
    Locale before = Locale.getDefault();
    try {
      for (Locale language : List.of(Locale.GERMANY, Locale.forLanguageTag("ar-EG-u-nu-arab"))) {
        Locale.setDefault(language);
        assertEquals(expected, html(busy()));
      }
    } finally {
      Locale.setDefault(before);
    }
  }

  @Test
  void judgesFreshnessAgainstTheContract() {
    String html = text(html(busy()));
    assertTrue(html.contains("overdue by 2 d 3 h"), "vendors: expected every day, three days old");
    assertTrue(html.contains("fresh"));
    assertTrue(text(html(empty())).contains("nothing has arrived"));
    assertTrue(html.contains("7 days"));
  }

  @Test
  void drawsTheLineageWithoutOverlap() {
    String html = html(busy());
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
    String xml =
        html.replaceFirst("<!DOCTYPE html>", "")
            .replaceAll("<meta [^>]*>", "")
            .replace("<details open>", "<details open=\"open\">");
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new InputSource(new StringReader(xml)));
  }

  private static String html(ReportPage page) {
    return ReportHtml.of(page);
  }

  private static String style() {
    return found(html(empty()), "(?s)<style>(.*?)</style>").get(0);
  }

  /** What a reader sees, roughly: without markup and style. */
  private static String text(String html) {
    return html.replaceAll("(?s)<style>.*?</style>", "").replaceAll("</?(b|span)[^>]*>", "");
  }

  private static List<String> found(String html, String pattern) {
    return Pattern.compile(pattern).matcher(html).results().map(match -> match.group(1)).toList();
  }
}
