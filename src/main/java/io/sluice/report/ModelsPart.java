package io.sluice.report;

import static io.sluice.report.Html.count;
import static io.sluice.report.Html.each;
import static io.sluice.report.Html.html;
import static io.sluice.report.Html.minute;
import static io.sluice.report.Html.number;
import static io.sluice.report.Html.value;
import static io.sluice.report.Html.when;

import io.sluice.report.ReportPage.Line;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.stream.Stream;

/** What is known of the models, and the report's part that shows it. */
public final class ModelsPart {
  private static final int IMPORTANCES = 12;
  private static final int DRIFTED = 8;

  private ModelsPart() {}

  /**
   * A model.
   *
   * @param ranks whether it says yes or no by a score; else it foretells a number
   * @param champion the version that serves; null if none does
   * @param challenger the version scored beside it; null if none is
   * @param waitsFor what must be there before a first version can be trained
   * @param scored its newest run that scored; null if there is none
   * @param atBest what no model can exceed, where the data is generated; by its name
   */
  public record State(
      String name,
      String description,
      String owner,
      boolean ranks,
      Integer champion,
      Integer challenger,
      int canaryPercent,
      String waitsFor,
      ReportPage.PastRun scored,
      SortedMap<String, String> atBest,
      List<Version> versions,
      List<Move> moves,
      List<Drift> drift) {

    Optional<Version> version(Integer wanted) {
      return versions.stream()
          .filter(version -> wanted != null && version.number() == wanted)
          .findFirst();
    }

    String merit() {
      return ranks ? "Area under precision over recall" : "Error";
    }

    /** The figure that {@link #merit} of no model can exceed, if it is known. */
    Optional<Double> bestMerit() {
      return Optional.ofNullable(atBest.get("PR-AUC of confirmed"))
          .filter(best -> ranks)
          .map(Double::valueOf);
    }
  }

  /**
   * A trained version.
   *
   * @param merit on its holdout, with its 90 % interval; of a number, the error
   * @param reasons why the gate does not let it be promoted; empty if it does
   * @param trials the candidates tried and what each achieved
   * @param precisionOverRecall pairs, recall first; empty for a number
   * @param calibration pairs of mean score and share of positives; empty for a number
   * @param facts what else its card says, by name
   */
  public record Version(
      int number,
      Instant trainedAt,
      String candidate,
      double merit,
      double low,
      double high,
      List<String> reasons,
      List<String> against,
      List<String> trials,
      SortedMap<String, Double> metrics,
      SortedMap<String, SortedMap<String, Double>> segments,
      List<double[]> precisionOverRecall,
      List<double[]> calibration,
      Map<String, Double> importances,
      SortedMap<String, String> facts) {}

  /** A change of champion or challenger, and why. */
  public record Move(
      Instant at, String kind, Integer champion, Integer challenger, String reason) {}

  /** How far one batch's inputs, and score, were from those that a version learned from. */
  public record Drift(Instant at, int version, List<Input> inputs) {
    double share() {
      return (double) inputs.stream().filter(Input::drifted).count() / Math.max(1, inputs.size());
    }
  }

  /** One input, or the score, of a batch. */
  public record Input(String name, double psi, double ks, boolean drifted) {}

  /** What is said of the models in the page's headline; nothing if there are none. */
  static Optional<String> state(List<State> models) {
    long serving = models.stream().filter(model -> model.champion() != null).count();
    return serving == 0
        ? Optional.empty()
        : Optional.of(number(serving) + " of " + count(models.size(), "model") + " serving");
  }

  static Html section(List<State> models, double driftAlarm) {
    return ReportPage.section(
        "models",
        "Models",
        "Of each model the version that serves, what its gate said of every version, and how far"
            + " the data is from what it has learned from.",
        models.isEmpty()
            ? ReportPage.empty("No model reads these sources.")
            : each(models, model -> model(model, driftAlarm)));
  }

  private static Html model(State model, double driftAlarm) {
    Optional<Version> shown =
        model
            .version(model.champion())
            .or(() -> model.versions().stream().max(Comparator.comparing(Version::number)));
    return html(
        """
        <article class="card" id="{}"><h3><span>{}</span>{}</h3>
        <p class="small">{} Owner: {}.</p>{}{}{}{}</article>
        """,
        Html.anchor("model", model.name()),
        html("<code>{}</code>", model.name()),
        badges(model),
        model.description(),
        model.owner(),
        when(
            model.versions().isEmpty(),
            () -> html("<p class=\"hidden\">No version yet. {}</p>", model.waitsFor())),
        when(!model.versions().isEmpty(), () -> html("<dl class=\"facts\">{}</dl>", facts(model))),
        when(shown.isPresent(), () -> versions(model)),
        when(shown.isPresent(), () -> detail(model, shown.get(), driftAlarm)));
  }

  private static List<Html> badges(State model) {
    List<Html> badges = new ArrayList<>();
    badges.add(
        model.champion() == null
            ? ReportPage.badge("plain", "nothing serves")
            : ReportPage.badge("ok", "version " + model.champion() + " serves"));
    if (model.challenger() != null) {
      badges.add(
          ReportPage.badge(
              "plain",
              "version "
                  + model.challenger()
                  + (model.canaryPercent() > 0
                      ? " serves " + model.canaryPercent() + " of 100 buckets"
                      : " in the shadow")));
    }
    return badges;
  }

  private static List<Html> facts(State model) {
    List<Html> facts = new ArrayList<>();
    facts.add(ReportPage.tile("Versions", number(model.versions().size())));
    facts.add(
        ReportPage.tile(
            "Last scored",
            model.scored() == null
                ? "–"
                : count(model.scored().rowCounts().read(), "row")
                    + ", "
                    + minute(model.scored().run().startedAt())));
    model.atBest().forEach((name, best) -> facts.add(ReportPage.tile("At best: " + name, best)));
    return facts;
  }

  private static Html versions(State model) {
    double low = model.versions().stream().mapToDouble(Version::low).min().orElse(0);
    double high = model.versions().stream().mapToDouble(Version::high).max().orElse(1);
    double best = model.bestMerit().orElse(Double.NaN);
    double from = Double.isNaN(best) ? low : Math.min(low, best);
    double to = Double.isNaN(best) ? high : Math.max(high, best);
    return ReportPage.table(
        "Versions of " + model.name(),
        List.of("Version", "Gate", "#" + model.merit(), "90 % interval", ":Candidate", ":Trained"),
        model.versions().stream()
            .sorted(Comparator.comparing(Version::number).reversed())
            .map(
                version ->
                    new Line(
                        Stream.concat(version.reasons().stream(), version.against().stream())
                            .reduce((a, b) -> a + "\n" + b)
                            .orElse(null),
                        ReportPage.bold("version " + version.number()),
                        version.reasons().isEmpty()
                            ? ReportPage.badge("ok", "passed")
                            : ReportPage.badge("warn", "refused"),
                        html(
                            "<b>{}</b> <small>({} to {})</small>",
                            value(version.merit()),
                            value(version.low()),
                            value(version.high())),
                        Plot.interval(
                            version.merit(), version.low(), version.high(), from, to, best),
                        version.candidate(),
                        minute(version.trainedAt()))));
  }

  private static Html detail(State model, Version version, double driftAlarm) {
    List<Version> drawn = new ArrayList<>(List.of(version));
    model
        .version(model.challenger())
        .filter(challenger -> challenger.number() != version.number())
        .ifPresent(drawn::add);
    return html(
        "{}{}{}{}{}{}",
        when(model.ranks(), () -> curves(drawn)),
        fold("What version " + version.number() + " goes by", importances(version)),
        fold(
            "By segment, and all figures of version " + version.number(),
            html("{}{}", segments(model, version), metrics(version))),
        when(!model.drift().isEmpty(), () -> drift(model, driftAlarm)),
        fold(count(model.moves().size(), "move") + ": which version served when", moves(model)),
        fold("How version " + version.number() + " was made", card(version)));
  }

  private static Html fold(String summary, Html content) {
    return html("<details class=\"part\"><summary>{}</summary>{}</details>", summary, content);
  }

  private static Html curves(List<Version> versions) {
    List<Plot.Line> recall = new ArrayList<>();
    List<Plot.Line> calibration = new ArrayList<>();
    for (Version version : versions) {
      String name = "version " + version.number();
      recall.add(new Plot.Line(name, version.precisionOverRecall()));
      calibration.add(new Plot.Line(name, version.calibration()));
    }
    double top = calibration.stream().mapToDouble(Plot.Line::greatest).max().orElse(1);
    return html(
        "<div class=\"plots\">{}{}</div>",
        Plot.lines("On the holdout", "recall", "precision", recall, 1, Plot.Guide.NONE),
        Plot.lines(
            "Calibration",
            "mean score",
            "share of positives",
            calibration,
            Plot.end(top),
            Plot.Guide.EQUAL));
  }

  private static Html importances(Version version) {
    double most = version.importances().values().stream().mapToDouble(Math::abs).max().orElse(1);
    return html(
        "<dl class=\"weights\">{}</dl>",
        version.importances().entrySet().stream()
            .sorted(Comparator.comparing(one -> -Math.abs(one.getValue())))
            .limit(IMPORTANCES)
            .map(
                one ->
                    html(
                        "<dt><code>{}</code></dt><dd>{}<b>{}</b></dd>",
                        one.getKey(),
                        Charts.share(Math.abs(one.getValue()) / most),
                        value(one.getValue())))
            .toList());
  }

  private static Html segments(State model, Version version) {
    List<String> shown =
        model.ranks()
            ? List.of(
                "rows", "positives", "average_precision", "precision", "recall", "cost_per_row")
            : List.of("rows", "absolute_error");
    List<String> heads = new ArrayList<>(List.of("Segment"));
    shown.forEach(name -> heads.add("#" + words(name)));
    return ReportPage.table(
        "Segments",
        heads,
        version.segments().entrySet().stream()
            .map(
                segment ->
                    new Line(
                        null,
                        Stream.concat(
                                Stream.of((Object) ReportPage.bold(segment.getKey())),
                                shown.stream().map(name -> figure(segment.getValue().get(name))))
                            .toArray())));
  }

  private static String figure(Double value) {
    return value == null || value.isNaN() ? "–" : value(value);
  }

  private static Html metrics(Version version) {
    return html(
        "<dl class=\"facts\">{}</dl>",
        version.metrics().entrySet().stream()
            .map(one -> ReportPage.tile(words(one.getKey()), figure(one.getValue())))
            .toList());
  }

  private static Html drift(State model, double alarm) {
    Drift newest = model.drift().get(model.drift().size() - 1);
    List<ReportPage.Point> points =
        model.drift().stream()
            .map(
                batch ->
                    new ReportPage.Point(batch.at(), batch.share() <= alarm, batch.share(), ""))
            .toList();
    return fold(
        "Drift: "
            + newest.inputs().stream().filter(Input::drifted).count()
            + " of "
            + count(newest.inputs().size(), "input")
            + " in the newest batch",
        html(
            """
            <p class="small">The share of inputs that drift, batch by batch; red above {}.</p>{}{}
            """,
            value(alarm),
            Charts.sparkline("Share of inputs that drift", points),
            ReportPage.table(
                "Inputs that are furthest from what was learned",
                List.of("Input", "#PSI", "#KS", "State"),
                newest.inputs().stream()
                    .sorted(Comparator.comparing(Input::psi).reversed())
                    .limit(DRIFTED)
                    .map(
                        input ->
                            new Line(
                                null,
                                html("<code>{}</code>", input.name()),
                                value(input.psi()),
                                value(input.ks()),
                                input.drifted()
                                    ? ReportPage.badge("warn", "drifts")
                                    : ReportPage.badge("ok", "as learned"))))));
  }

  private static Html moves(State model) {
    return ReportPage.table(
        "Moves of " + model.name(),
        List.of("When", "Kind", "#Serves", "#Beside it", ":Why"),
        model.moves().stream()
            .map(
                move ->
                    new Line(
                        null,
                        minute(move.at()),
                        ReportPage.badge(
                            move.kind().equals("rollback") || move.kind().equals("withdraw")
                                ? "warn"
                                : "plain",
                            move.kind()),
                        move.champion() == null ? "–" : number(move.champion()),
                        move.challenger() == null ? "–" : number(move.challenger()),
                        html("<span class=\"wrap\">{}</span>", move.reason()))));
  }

  private static Html card(Version version) {
    return html(
        "<dl class=\"columns\">{}<dt>candidates tried</dt><dd>{}</dd></dl>",
        version.facts().entrySet().stream()
            .map(fact -> html("<dt>{}</dt><dd>{}</dd>", fact.getKey(), fact.getValue()))
            .toList(),
        String.join("; ", version.trials()));
  }

  private static String words(String name) {
    return name.replace('_', ' ');
  }
}
