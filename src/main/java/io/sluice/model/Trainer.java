package io.sluice.model;

import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.explode;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.not;
import static org.apache.spark.sql.functions.sqrt;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.when;

import io.sluice.quality.Check;
import io.sluice.quality.CheckOutcome;
import io.sluice.quality.CheckResult;
import java.sql.Date;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.ml.Transformer;
import org.apache.spark.ml.classification.LogisticRegression;
import org.apache.spark.ml.classification.LogisticRegressionModel;
import org.apache.spark.ml.classification.RandomForestClassificationModel;
import org.apache.spark.ml.feature.CountVectorizerModel;
import org.apache.spark.ml.regression.LinearRegressionModel;
import org.apache.spark.ml.regression.RandomForestRegressionModel;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.storage.StorageLevel;

/**
 * Learns a model from examples, by time: candidates learn from the first days, the days after them
 * choose among them, and a holdout after those is only looked at by the gate.
 *
 * <p>Positives weigh as much more as the square root of how rare they are. A classification's
 * scores are calibrated on the validation days (Platt: a logistic regression on the margin, which
 * keeps their order), and its threshold is chosen there. The chosen candidate then learns again
 * from all days before the holdout. Rows are put in one order first, and seeds are fixed, so that
 * the same tables give the same model.
 *
 * <p>Cost: one fit for each candidate and one more; the examples are persisted meanwhile. Scores
 * and a sample of the inputs are collected.
 */
public final class Trainer {
  private static final int PARTITIONS = 2;
  private static final int LARGEST_SAMPLE = 200_000;
  private static final int DAYS_BEFORE = 7;

  private final Model model;

  public Trainer(Model model) {
    this.model = model;
  }

  /** The days of the three parts; each begins after the one before. */
  public record Split(
      LocalDate learnFrom, LocalDate learnUntil, LocalDate validateUntil, LocalDate holdOutUntil) {}

  /** What a candidate achieved on the validation days. */
  public record Trial(String candidate, SortedMap<String, String> parameters, double merit) {}

  /**
   * A model that has learned.
   *
   * @param split which days were for what
   * @param rows learned from, validation days included
   * @param hash of all examples, whatever their order
   * @param baseline the holdout's scores that take no model
   * @param importances of each input (of a text: of its weightiest words), the greatest first
   * @param spread how each number and the score were spread
   */
  public record Trained(
      PipelineModel pipeline,
      Candidate candidate,
      List<Trial> trials,
      Split split,
      long rows,
      long positives,
      String hash,
      double threshold,
      Scores holdout,
      Scores baseline,
      Map<String, Double> importances,
      SortedMap<String, Distribution> spread) {}

  /**
   * Rows with what turned out, of the days whose labels were known by the end of a day.
   *
   * @param features as {@link Model#features} gives them
   * @param labels as {@link Model#labels} gives them
   * @param known the day: what became known after it is not used
   */
  public Dataset<Row> examples(Dataset<Row> features, Dataset<Row> labels, LocalDate known) {
    Dataset<Row> told = labels.where(col("known_on").leq(Date.valueOf(known))).drop("known_on");
    String[] by =
        Arrays.stream(told.columns()).filter(name -> !name.equals("label")).toArray(String[]::new);
    Dataset<Row> rows =
        features
            .where(col(model.day()).leq(Date.valueOf(known.minusDays(model.matureDays()))))
            .where(
                col(model.day())
                    .gt(
                        Date.valueOf(
                            known.minusDays(
                                model.matureDays()
                                    + model.policy().learnDays()
                                    + model.policy().validationDays()
                                    + model.policy().holdoutDays()))))
            .join(told, by, "left");
    Dataset<Row> labelled =
        model.ifUnheard().isPresent()
            ? rows.withColumn("label", coalesce(col("label"), lit(model.ifUnheard().getAsDouble())))
            : rows.where(col("label").isNotNull());
    Column[] key = model.key().stream().map(name -> col(name)).toArray(Column[]::new);
    return labelled.repartition(PARTITIONS, key).sortWithinPartitions(key);
  }

  /** The parts of the examples, by the newest day there is. */
  public Split split(LocalDate first, LocalDate last) {
    GatePolicy policy = model.policy();
    LocalDate validateUntil = last.minusDays(policy.holdoutDays());
    LocalDate learnUntil = validateUntil.minusDays(policy.validationDays());
    return new Split(first, learnUntil, validateUntil, last);
  }

  private static Column until(String day, LocalDate last) {
    return col(day).leq(Date.valueOf(last));
  }

  private Dataset<Row> learn(Dataset<Row> examples, Split split) {
    return examples.where(until(model.day(), split.learnUntil));
  }

  private Dataset<Row> validation(Dataset<Row> examples, Split split) {
    return examples.where(
        until(model.day(), split.validateUntil).and(not(until(model.day(), split.learnUntil))));
  }

  /** The rows that only the gate looks at. */
  public Dataset<Row> holdout(Dataset<Row> examples, Split split) {
    return examples.where(not(until(model.day(), split.validateUntil)));
  }

  /** Learns; the examples should be persisted. */
  public Trained train(Dataset<Row> examples, Split split) {
    Dataset<Row> validation = validation(examples, split);
    Dataset<Row> head = weighted(learn(examples, split)).persist(StorageLevel.MEMORY_AND_DISK());
    List<Trial> trials = new ArrayList<>();
    Candidate best = null;
    PipelineModel bestFit = null;
    double bestMerit = Double.NEGATIVE_INFINITY;
    for (Candidate candidate : model.candidates()) {
      PipelineModel fit = candidate.pipeline().fit(head);
      double merit = scores(fit, validation).merit(model.task());
      trials.add(new Trial(candidate.name(), candidate.parameters(), merit));
      if (merit > bestMerit) {
        best = candidate;
        bestFit = fit;
        bestMerit = merit;
      }
    }
    head.unpersist();
    LogisticRegressionModel calibrator = null;
    double threshold = 0;
    if (model.task() == Model.Task.CLASSIFICATION) {
      calibrator = calibrator(bestFit.transform(validation));
      threshold =
          scores(calibrated(bestFit, calibrator), validation)
              .thresholdAt(model.policy().falsePositiveRate());
    }
    Dataset<Row> all =
        weighted(examples.where(until(model.day(), split.validateUntil)))
            .persist(StorageLevel.MEMORY_AND_DISK());
    PipelineModel fit = best.pipeline().fit(all);
    PipelineModel pipeline = calibrator == null ? fit : calibrated(fit, calibrator);
    Dataset<Row> holdout = holdout(examples, split);
    Scores held = scores(pipeline, holdout);
    Row counts =
        all.selectExpr(
                "count(*)",
                "count_if(label > 0.5)",
                "lower(hex(bit_xor(xxhash64(" + String.join(",", hashed()) + "))))")
            .first();
    SortedMap<String, Distribution> spread = spread(pipeline, all);
    all.unpersist();
    return new Trained(
        pipeline,
        best,
        List.copyOf(trials),
        split,
        counts.getLong(0),
        counts.getLong(1),
        counts.getString(2),
        threshold,
        held,
        baseline(holdout, held),
        importances(pipeline, spread),
        spread);
  }

  private List<String> hashed() {
    return Stream.of(model.key(), model.inputs(), List.of("label")).flatMap(List::stream).toList();
  }

  private Dataset<Row> weighted(Dataset<Row> rows) {
    if (model.task() == Model.Task.REGRESSION) {
      return rows.withColumn("weight", lit(1.0));
    }
    Row counts = rows.selectExpr("count_if(label > 0.5)", "count_if(label <= 0.5)").first();
    double rarity = (double) counts.getLong(1) / Math.max(1, counts.getLong(0));
    return rows.withColumn("weight", when(col("label").gt(0.5), sqrt(lit(rarity))).otherwise(1.0));
  }

  /**
   * A score's probability, by Platt's scaling with the targets that he smooths: (n₊ + 1) / (n₊ + 2)
   * and 1 / (n₋ + 2) in place of 1 and 0. By 1 and 0 there is no end to the slope where the score
   * tells all these rows apart, and then every later row is certain, one way or the other, and as
   * good as the next. A row of a target between is both labels, each with its share as weight.
   *
   * <p>Platt (1999), Probabilistic outputs for support vector machines, section 2.2.
   */
  static LogisticRegressionModel calibrator(Dataset<Row> scored) {
    Row counts = scored.selectExpr("count_if(label > 0.5)", "count_if(label <= 0.5)").first();
    Column target =
        when(col("label").gt(0.5), (counts.getLong(0) + 1.0) / (counts.getLong(0) + 2.0))
            .otherwise(1.0 / (counts.getLong(1) + 2.0));
    Dataset<Row> smoothed =
        scored
            .select(
                col("rawPrediction"),
                explode(
                        array(
                            struct(lit(1.0).as("label"), target.as("weight")),
                            struct(lit(0.0).as("label"), lit(1.0).minus(target).as("weight"))))
                    .as("one"))
            .select("rawPrediction", "one.*");
    return new LogisticRegression()
        .setFeaturesCol("rawPrediction")
        .setLabelCol("label")
        .setWeightCol("weight")
        .setRawPredictionCol("calibrated_margin")
        .setProbabilityCol("calibrated")
        .setPredictionCol("called")
        .fit(smoothed);
  }

  private static PipelineModel calibrated(PipelineModel fit, LogisticRegressionModel calibrator) {
    List<Transformer> stages = new ArrayList<>(Arrays.asList(fit.stages()));
    stages.add(calibrator);
    return new PipelineModel("calibrated_" + fit.uid(), stages);
  }

  /** The labels of some rows and what a version says of them. */
  public Scores scores(ModelRegistry.Loaded loaded, Dataset<Row> rows) {
    return scores(loaded.pipeline(), rows);
  }

  private static Scores scores(PipelineModel pipeline, Dataset<Row> rows) {
    return collect(Scorer.scored(pipeline, rows, "_score"), "_score");
  }

  private static Scores collect(Dataset<Row> scored, String score) {
    List<Row> collected =
        scored
            .select(col("label"), col(score), coalesce(col("segment"), lit("unknown")))
            .collectAsList();
    return new Scores(
        collected.stream().mapToDouble(row -> row.getDouble(0)).toArray(),
        collected.stream().mapToDouble(row -> row.getDouble(1)).toArray(),
        collected.stream().map(row -> row.getString(2)).toArray(String[]::new));
  }

  /** What takes no model: the feature table's baseline, or the same score for every row. */
  private Scores baseline(Dataset<Row> holdout, Scores held) {
    return model.hasBaseline() ? collect(holdout, "baseline") : held.with(new double[held.size()]);
  }

  /** How the numbers among the inputs, and the score, are spread over a sample of the rows. */
  private SortedMap<String, Distribution> spread(PipelineModel pipeline, Dataset<Row> rows) {
    SortedMap<String, Distribution> spread = new TreeMap<>();
    columns(model, Scorer.scored(pipeline, rows, "_score").withColumnRenamed("_score", "score"))
        .forEach((name, values) -> spread.put(name, Distribution.of(values)));
    return spread;
  }

  private static List<String> numbers(Model model, Dataset<Row> rows) {
    return model.inputs().stream()
        .filter(name -> rows.schema().apply(name).dataType().equals(DataTypes.DoubleType))
        .toList();
  }

  /** The values of the numbers among a model's inputs and of the score, of a sample of the rows. */
  static SortedMap<String, double[]> columns(Model model, Dataset<Row> scored) {
    Column[] key = model.key().stream().map(name -> col(name)).toArray(Column[]::new);
    List<String> names =
        Stream.concat(numbers(model, scored).stream(), Stream.of("score")).toList();
    List<Row> sample =
        scored
            .orderBy(org.apache.spark.sql.functions.xxhash64(key))
            .limit(LARGEST_SAMPLE)
            .select(names.stream().map(name -> col(name)).toArray(Column[]::new))
            .collectAsList();
    SortedMap<String, double[]> columns = new TreeMap<>();
    for (int i = 0; i < names.size(); i++) {
      int at = i;
      columns.put(names.get(i), sample.stream().mapToDouble(row -> row.getDouble(at)).toArray());
    }
    return columns;
  }

  private Map<String, Double> importances(
      PipelineModel pipeline, SortedMap<String, Distribution> spread) {
    Map<String, Double> found = new TreeMap<>();
    List<String> names = model.inputs();
    for (Transformer stage : pipeline.stages()) {
      if (stage instanceof CountVectorizerModel words) {
        names = List.of(words.vocabulary());
      }
      double[] weights = null;
      if (stage instanceof RandomForestClassificationModel trees) {
        weights = trees.featureImportances().toArray();
      } else if (stage instanceof RandomForestRegressionModel trees) {
        weights = trees.featureImportances().toArray();
      } else if (stage instanceof LogisticRegressionModel line
          && line.getFeaturesCol().equals("features")) {
        weights = line.coefficients().toArray();
        for (int i = 0; i < weights.length; i++) {
          Distribution values = spread.get(names.get(i));
          // By how much the margin moves over the middle 80 % of the input's values.
          weights[i] = values == null ? weights[i] : weights[i] * values.width();
        }
      }
      if (stage instanceof LinearRegressionModel line) {
        weights = line.coefficients().toArray();
        for (int i = 0; i < weights.length; i++) {
          weights[i] *= spread.get(names.get(i)).width();
        }
      }
      for (int i = 0; weights != null && i < weights.length; i++) {
        found.put(names.get(i), weights[i]);
      }
    }
    Map<String, Double> ordered = new java.util.LinkedHashMap<>();
    found.entrySet().stream()
        .sorted((a, b) -> Double.compare(Math.abs(b.getValue()), Math.abs(a.getValue())))
        .limit(40)
        .forEach(entry -> ordered.put(entry.getKey(), entry.getValue()));
    return ordered;
  }

  /**
   * Whether the examples may be learned from; each check result stops the run if it fails.
   *
   * <p>There must be enough positives in each part. And no day may be out of line: that a third of
   * its inputs drift from the week before, or that it has more than five times its share of
   * positives, tells of poisoned data rather than of a changing world.
   */
  public List<CheckResult> checkResults(Dataset<Row> examples, Split split) {
    GatePolicy policy = model.policy();
    List<CheckResult> checkResults = new ArrayList<>();
    Map<String, Dataset<Row>> parts =
        Map.of(
            "days_to_learn_from", learn(examples, split),
            "validation_days", validation(examples, split),
            "holdout", holdout(examples, split));
    new TreeMap<>(parts)
        .forEach(
            (part, rows) -> {
              long positives =
                  model.task() == Model.Task.CLASSIFICATION
                      ? rows.where(col("label").gt(0.5)).count()
                      : rows.count();
              checkResults.add(
                  result(
                      part + "_enough",
                      "at least "
                          + policy.fewestPositives()
                          + (model.task() == Model.Task.CLASSIFICATION ? " positives" : " rows"),
                      positives >= policy.fewestPositives(),
                      positives));
            });
    if (checkResults.stream().noneMatch(CheckResult::stops)) {
      checkResults.addAll(daysInLine(examples, split));
    }
    return checkResults;
  }

  /** Holds each day that was not only learned from against the days just before it. */
  private List<CheckResult> daysInLine(Dataset<Row> examples, Split split) {
    List<String> names = numbers(model, examples);
    SortedMap<LocalDate, List<Row>> days = new TreeMap<>();
    examples
        .where(not(until(model.day(), split.learnUntil.minusDays(DAYS_BEFORE))))
        .select(
            Stream.concat(names.stream(), Stream.of("label", model.day()))
                .map(name -> col(name))
                .toArray(Column[]::new))
        .collectAsList()
        .forEach(
            row ->
                days.computeIfAbsent(
                        row.getDate(names.size() + 1).toLocalDate(), day -> new ArrayList<>())
                    .add(row));
    double mostDrifted = 0;
    String driftedDay = "";
    double mostPositives = 0;
    String positiveDay = "";
    for (LocalDate day : days.tailMap(split.learnUntil.plusDays(1)).keySet()) {
      List<Row> rows = days.get(day);
      List<Row> before =
          days.subMap(day.minusDays(DAYS_BEFORE), day).values().stream()
              .flatMap(List::stream)
              .toList();
      double drifted = before.isEmpty() ? 0 : drifted(names.size(), before, rows);
      if (drifted > mostDrifted) {
        mostDrifted = drifted;
        driftedDay = day.toString();
      }
      double positives = sum(rows, names.size());
      double usual = before.isEmpty() ? 1 : (1 + sum(before, names.size())) / before.size();
      // A handful of positives on a small day is chance.
      if (positives >= 10 && positives / rows.size() / usual > mostPositives) {
        mostPositives = positives / rows.size() / usual;
        positiveDay = day.toString();
      }
    }
    List<CheckResult> checkResults = new ArrayList<>();
    checkResults.add(
        result(
            "inputs_in_line",
            "on no day a third of the inputs drift from the week before" + named(driftedDay),
            mostDrifted < 1.0 / 3,
            mostDrifted));
    if (model.task() == Model.Task.CLASSIFICATION) {
      checkResults.add(
          result(
              "positives_in_line",
              "on no day positives are more than five times as frequent as in the week before"
                  + named(positiveDay),
              mostPositives <= 5,
              mostPositives));
    }
    return checkResults;
  }

  private static double drifted(int columns, List<Row> before, List<Row> rows) {
    int drifted = 0;
    for (int i = 0; i < columns; i++) {
      Distribution usual = Distribution.of(values(before, i));
      drifted += usual.drift(values(rows, i)).drifted() ? 1 : 0;
    }
    return columns == 0 ? 0 : (double) drifted / columns;
  }

  private static double[] values(List<Row> rows, int column) {
    return rows.stream().mapToDouble(row -> row.getDouble(column)).toArray();
  }

  private static double sum(List<Row> rows, int column) {
    return rows.stream().mapToDouble(row -> row.getDouble(column)).sum();
  }

  private static String named(String day) {
    return day.isEmpty() ? "" : " (the worst is " + day + ")";
  }

  private static CheckResult result(String check, String rule, boolean passed, double value) {
    return new CheckResult(
        check,
        Check.Severity.ERROR,
        rule,
        passed ? CheckOutcome.PASSED : CheckOutcome.FAILED,
        value,
        passed ? "" : rule);
  }
}
