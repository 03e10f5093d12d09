package io.sluice.report;

import static io.sluice.report.ExamplePages.NOW;

import io.sluice.run.Run;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A model with three versions, and one that has none yet. */
final class ExampleModels {
  private ExampleModels() {}

  static List<ModelState> models() {
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
                new ModelState.Move(
                    NOW.minus(Duration.ofDays(9)), "challenge", null, 1, "the gate lets it"),
                new ModelState.Move(NOW.minus(Duration.ofDays(9)), "promote", 1, null, "promoted"),
                new ModelState.Move(NOW.minus(Duration.ofDays(2)), "promote", 2, 1, "promoted"),
                new ModelState.Move(
                    NOW.minus(Duration.ofDays(1)), "challenge", 2, 3, "not better"))),
        model("call_sentiment", null, List.of(), List.of()));
  }

  static ModelState model(
      String name,
      Integer champion,
      List<ModelState.Version> versions,
      List<ModelState.Move> moves) {
    return new ModelState(
        name,
        "How likely an order is to be confirmed as fraud. " + name,
        "fraud-desk",
        true,
        champion,
        versions.size() > 2 ? 3 : null,
        0,
        "It takes 16 days whose labels are known.",
        versions.isEmpty() ? null : ExamplePages.run("score", name, 3, Run.Outcome.DONE, null),
        new TreeMap<>(versions.isEmpty() ? Map.of() : Map.of("PR-AUC of confirmed", "0.6450")),
        versions,
        moves,
        versions.isEmpty()
            ? List.of()
            : List.of(
                new ModelState.Drift(
                    NOW.minus(Duration.ofDays(1)),
                    2,
                    List.of(new ModelState.Input("total", 0.02, 0.03, false))),
                new ModelState.Drift(
                    NOW, 2, List.of(new ModelState.Input("total", 0.31, 0.2, true)))));
  }

  static ModelState.Version version(int number, double merit, String reason) {
    List<double[]> recall = new ArrayList<>();
    List<double[]> calibration = new ArrayList<>();
    for (int i = 0; i <= 10; i++) {
      recall.add(new double[] {i / 10.0, 1 - (1 - merit) * i / 8.0});
      calibration.add(new double[] {i / 60.0, i / (50.0 + 10 * number)});
    }
    return new ModelState.Version(
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
}
