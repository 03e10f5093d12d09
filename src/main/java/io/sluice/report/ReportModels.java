package io.sluice.report;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.dense_rank;

import io.sluice.model.Card;
import io.sluice.model.Gate;
import io.sluice.model.GatePolicy;
import io.sluice.model.Model;
import io.sluice.model.ModelRegistry;
import io.sluice.model.ModelVersion;
import io.sluice.model.Models;
import io.sluice.model.Scores;
import io.sluice.model.ServingState;
import io.sluice.run.RunContext;
import io.sluice.table.LakeTable;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.expressions.Window;

/**
 * Reads {@code models.versions}, {@code models.moves} and {@code models.drift}, for the report's
 * part about models.
 *
 * <p>Cost: each of the three once, of the drift the newest {@value #BATCHES} batches of a model.
 */
final class ReportModels {
  private static final int BATCHES = 60;

  private final RunContext context;
  private final Map<String, SortedMap<String, String>> atBest;
  private final ModelRegistry registry;

  /**
   * @param atBest what no model can exceed, by model, then by what is measured
   */
  ReportModels(RunContext context, Map<String, SortedMap<String, String>> atBest) {
    this.context = context;
    this.atBest = atBest;
    this.registry = new ModelRegistry(context.spark(), context.lake(), Clock.systemUTC());
  }

  /**
   * @param latest the newest run of each command and subject
   */
  List<ModelState> all(List<ReportPage.PastRun> latest) {
    Map<String, List<ModelState.Drift>> drift = drift();
    return Models.of(context.contracts()).stream()
        .map(model -> state(model, latest, drift.getOrDefault(model.name(), List.of())))
        .toList();
  }

  private ModelState state(
      Model model, List<ReportPage.PastRun> latest, List<ModelState.Drift> drift) {
    ServingState state = registry.state(model.name());
    return new ModelState(
        model.name(),
        model.description(),
        model.owner(),
        model.task() == Model.Task.CLASSIFICATION,
        state.champion().orElse(null),
        state.challenger().orElse(null),
        state.canaryPercent(),
        waitsFor(model, latest),
        newest(latest, "score", model),
        atBest(model),
        registry.versions(model.name()).stream().map(version -> version(model, version)).toList(),
        registry.moves(model.name()).stream()
            .map(
                move ->
                    new ModelState.Move(
                        move.at(),
                        move.change().kind().name().toLowerCase(Locale.ROOT),
                        move.change().champion().orElse(null),
                        move.change().challenger().orElse(null),
                        move.change().reason()))
            .toList(),
        drift);
  }

  private static ReportPage.PastRun newest(
      List<ReportPage.PastRun> latest, String command, Model model) {
    return latest.stream()
        .filter(past -> past.run().command().equals(command))
        .filter(past -> past.run().subject().equals(model.name()))
        .findFirst()
        .orElse(null);
  }

  /** What a first version needs; and why the newest training came to nothing, if it did. */
  private static String waitsFor(Model model, List<ReportPage.PastRun> latest) {
    GatePolicy policy = model.policy();
    String needs =
        String.format(
            Locale.ROOT,
            "It takes %d days whose labels are known: %d to choose by, %d that only the gate sees,"
                + " and at least 2 to learn from. A label is known after %d days%s.",
            policy.fewestDays(),
            policy.validationDays(),
            policy.holdoutDays(),
            model.matureDays(),
            model.warmUpDays() == 0
                ? ""
                : ", and the first "
                    + model.warmUpDays()
                    + " days are only history for later ones");
    ReportPage.PastRun trained = newest(latest, "train", model);
    return trained == null || trained.message() == null
        ? needs
        : needs + " The newest training was stopped: " + trained.message();
  }

  /** What no model of the generated data can exceed. */
  private SortedMap<String, String> atBest(Model model) {
    return atBest.getOrDefault(model.name(), new TreeMap<>());
  }

  private static ModelState.Version version(Model model, ModelVersion version) {
    Card card = Card.read(version.card());
    boolean ranks = model.task() == Model.Task.CLASSIFICATION;
    double low = card.metrics().getOrDefault("merit_low", version.merit());
    double high = card.metrics().getOrDefault("merit_high", version.merit());
    Map<String, Double> metrics = new TreeMap<>(card.metrics());
    metrics.remove("merit_low");
    metrics.remove("merit_high");
    metrics.put("threshold", version.threshold());
    return new ModelState.Version(
        version.version(),
        Instant.parse(card.trainedAt()),
        version.candidate(),
        // Merit is to be great, so an error has a minus.
        Math.abs(version.merit()),
        ranks ? low : -high,
        ranks ? high : -low,
        version.reasons(),
        card.gates().stream().map(ReportModels::against).toList(),
        card.trials().stream()
            .map(
                trial ->
                    String.format(
                        Locale.ROOT, "%s: %.4f", trial.candidate(), Math.abs(trial.merit())))
            .toList(),
        new TreeMap<>(metrics),
        card.segments(),
        pairs(card.precisionOverRecall()),
        pairs(card.calibration()),
        card.importances(),
        facts(version, card));
  }

  private static String against(Gate gate) {
    return String.format(
        Locale.ROOT,
        "against %s: better by %.4f (%.4f to %.4f)",
        gate.against(),
        gate.difference().value(),
        gate.difference().low(),
        gate.difference().high());
  }

  private static List<double[]> pairs(List<Scores.Point> points) {
    return points.stream().map(point -> new double[] {point.x(), point.y()}).toList();
  }

  private static SortedMap<String, String> facts(ModelVersion version, Card card) {
    SortedMap<String, String> facts = new TreeMap<>();
    facts.put("candidate", card.candidate() + " " + card.parameters());
    facts.put("code", "sluice " + card.code());
    facts.put("contracts", text(card.contracts()));
    facts.put("tables, by version", text(card.tables()));
    facts.put(
        "days",
        String.join(
            "; ",
            card.days().entrySet().stream()
                .map(part -> part.getKey().substring(2) + " " + part.getValue())
                .toList()));
    facts.put(
        "learned from",
        String.format(
            Locale.ROOT, "%,d rows, %,d of them positive", card.rows(), card.positives()));
    facts.put("hash of the examples", card.hash());
    facts.put("pipeline", "models/_files/" + version.files() + ", SHA-256 " + version.digest());
    facts.put(
        "took",
        String.format(Locale.ROOT, "%.1f s, %.1f s of CPU", card.seconds(), card.cpuSeconds()));
    facts.put("why", card.why());
    return facts;
  }

  private static String text(Map<String, ?> map) {
    return String.join(
        ", ", map.entrySet().stream().map(one -> one.getKey() + " " + one.getValue()).toList());
  }

  private Map<String, List<ModelState.Drift>> drift() {
    LakeTable table = context.lake().models("drift");
    if (!table.exists()) {
      return Map.of();
    }
    record Batch(String model, Instant at, int version) {}
    Map<Batch, List<ModelState.Input>> inputs = new LinkedHashMap<>();
    for (Row row : newest(table.read())) {
      inputs
          .computeIfAbsent(
              new Batch(
                  row.getAs("model"),
                  row.<java.sql.Timestamp>getAs("scored_at").toInstant(),
                  row.<Integer>getAs("version")),
              batch -> new ArrayList<>())
          .add(
              new ModelState.Input(
                  row.getAs("column"),
                  row.<Double>getAs("psi"),
                  row.<Double>getAs("ks"),
                  row.<Boolean>getAs("drifted")));
    }
    Map<String, List<ModelState.Drift>> byModel = new TreeMap<>();
    inputs.entrySet().stream()
        .sorted(Comparator.comparing(entry -> entry.getKey().at()))
        .forEach(
            entry ->
                byModel
                    .computeIfAbsent(entry.getKey().model(), model -> new ArrayList<>())
                    .add(
                        new ModelState.Drift(
                            entry.getKey().at(), entry.getKey().version(), entry.getValue())));
    return byModel;
  }

  private static List<Row> newest(Dataset<Row> drift) {
    return drift
        .withColumn(
            "_nth",
            dense_rank()
                .over(
                    Window.partitionBy("model")
                        .orderBy(col("scored_at").desc(), col("version").desc())))
        .where(col("_nth").leq(BATCHES))
        .orderBy(col("model"), col("scored_at"), col("version"))
        .collectAsList();
  }
}
