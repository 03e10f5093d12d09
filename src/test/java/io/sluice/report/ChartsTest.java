package io.sluice.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.report.ReportPage.Part;
import io.sluice.report.ReportPage.Point;
import io.sluice.run.RowCounts;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Where the parts of drawings are. */
class ChartsTest {
  private static final Instant AT = Instant.EPOCH;

  @Test
  void aPartOfABarIsSeenHoweverSmallAndAllOfThemFillIt() {
    Charts.Bar bar = Charts.rowCounts(new RowCounts(1_000_001, 1_000_000, 1, 0, 0));
    assertEquals(
        List.of("accepted", "quarantined"), bar.rects().stream().map(r -> r.kind()).toList());
    assertTrue(bar.rects().get(1).width() >= 8);
    assertEquals(1000, bar.rects().get(0).width() + bar.rects().get(1).width(), 1e-9);
    assertEquals(List.of(), Charts.rowCounts(RowCounts.EMPTY).rects());
  }

  @Test
  void aShareOfNothingIsDrawnAsNothing() {
    assertEquals(50, Charts.share(1, 2).get(1).width());
    assertEquals(1, Charts.share(0, 0).get(1).width());
  }

  @Test
  void aSparklineMarksFailuresAndRunsWithoutAValue() {
    Charts.Sparkline line =
        Charts.sparkline(
            "rows",
            List.of(
                new Point(AT, true, 1.0, ""),
                new Point(AT, false, 3.0, "no"),
                new Point(AT, true, null, ""),
                new Point(AT, true, 2.0, "")));
    assertEquals("rows: 4 runs, 1 failed, from 1 to 3", line.says());
    assertEquals("M5.0 28.0L41.7 6.0L115.0 17.0", line.line());
    assertEquals(
        List.of("dot failed", "dot", "dot"), line.dots().stream().map(dot -> dot.kind()).toList());
    assertEquals("", Charts.sparkline("x", List.of(new Point(AT, true, Double.NaN, ""))).line());
  }

  @Test
  void columnsAreAsHighAsTheirRowsAre() {
    Charts.Columns columns =
        Charts.columns("gold.x", List.of(new Part("a", 0), new Part("b", 10), new Part("c", 5)));
    assertEquals("Rows by partition of gold.x, a to c, at most 10", columns.says());
    assertEquals(
        List.of(1.0, 44.0, 22.0), columns.columns().stream().map(c -> c.rect().height()).toList());
    assertEquals("c: 5 rows", columns.columns().get(2).says());
  }

  @Test
  void axesEndAtARoundFigureAndCurvesStayInside() {
    assertEquals(0.2, Plot.end(0.11), 1e-12);
    assertEquals(0.4, Plot.end(0.3), 1e-12);
    Plot plot = Plot.calibration(List.of(ExampleModels.version(1, 0.5, null)));
    assertEquals(
        List.of("0", "0.1", "0.2"), plot.ticks().stream().map(tick -> tick.label()).toList());
    assertEquals("M38.0 178.0L308.0 8.0", plot.guide());
    assertEquals(List.of("first"), plot.curves().stream().map(curve -> curve.kind()).toList());
  }

  @Test
  void intervalsOfAModelShareAScale() {
    ModelState model = ExampleModels.models().get(0);
    Interval best = Interval.of(model, model.versions().get(1));
    Interval first = Interval.of(model, model.versions().get(0));
    assertEquals("0.61, from 0.52 to 0.68", best.says());
    assertEquals(6, first.low(), 1e-9, "the lowest of all");
    assertEquals(154, best.high(), 1e-9, "the highest of all");
    assertEquals(Optional.of("at best 0.645"), best.best().map(mark -> mark.says()));
  }
}
