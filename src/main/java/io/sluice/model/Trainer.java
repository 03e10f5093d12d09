package io.sluice.model;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.sqrt;
import static org.apache.spark.sql.functions.when;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.stream.Stream;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.ml.classification.LogisticRegressionModel;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.storage.StorageLevel;

/**
 * Learns a model from examples, by time: candidates learn from the first days, the days after them
 * choose among them, and a holdout after those is only looked at by the gate.
 *
 * <p>Positives weigh as much more as the square root of how rare they are. A classification's
 * scores are calibrated on the validation days ({@link Calibration}, which keeps their order), and
 * its threshold is chosen there. The chosen candidate then learns again from all days before the
 * holdout. Rows are put in one order first, and seeds are fixed, so that the same tables give the
 * same model.
 *
 * <p>Cost: one fit for each candidate and one more; the examples are persisted meanwhile. Scores
 * and a sample of the inputs are collected.
 */
public final class Trainer {
  private final Model model;

  public Trainer(Model model) {
    this.model = model;
  }

  /**
   * What a candidate achieved on the validation days.
   *
   * @param merit see {@link Scores#merit}
   */
  public record Trial(String candidate, SortedMap<String, String> parameters, double merit) {}

  private record Fit(Candidate candidate, PipelineModel pipeline, List<Trial> trials) {}

  /** Learns from {@link Examples}, which should be persisted. */
  public TrainedModel train(Dataset<Row> examples, TimeSplit split) {
    Dataset<Row> validation = split.validation(examples, model.day());
    Fit best = best(split.learned(examples, model.day()), validation);
    Dataset<Row> all =
        weighted(split.beforeHoldout(examples, model.day()))
            .persist(StorageLevel.MEMORY_AND_DISK());
    try {
      PipelineModel fit = best.candidate.pipeline().fit(all);
      PipelineModel pipeline = fit;
      double threshold = 0;
      if (model.task() == Model.Task.CLASSIFICATION) {
        LogisticRegressionModel calibration = Calibration.fit(best.pipeline.transform(validation));
        threshold =
            scores(Calibration.after(best.pipeline, calibration), validation)
                .thresholdAt(model.policy().falsePositiveRate());
        pipeline = Calibration.after(fit, calibration);
      }
      Dataset<Row> holdout = split.holdout(examples, model.day());
      Scores held = scores(pipeline, holdout);
      Row counts =
          all.selectExpr(
                  "count(*)",
                  "count_if(label > 0.5)",
                  "lower(hex(bit_xor(xxhash64(" + String.join(",", hashed()) + "))))")
              .first();
      SortedMap<String, Distribution> spread =
          InputSample.spread(model, Scorer.scored(pipeline, all, "score"));
      return new TrainedModel(
          pipeline,
          best.candidate,
          best.trials,
          split,
          counts.getLong(0),
          counts.getLong(1),
          counts.getString(2),
          threshold,
          held,
          baseline(holdout, held),
          Importances.of(pipeline, model.inputs(), spread),
          spread);
    } finally {
      all.unpersist();
    }
  }

  /** The candidate that, having learned from some rows, has the greatest merit on others. */
  private Fit best(Dataset<Row> learned, Dataset<Row> validation) {
    Dataset<Row> rows = weighted(learned).persist(StorageLevel.MEMORY_AND_DISK());
    List<Trial> trials = new ArrayList<>();
    Candidate best = null;
    PipelineModel pipeline = null;
    double merit = Double.NEGATIVE_INFINITY;
    try {
      for (Candidate candidate : model.candidates()) {
        PipelineModel fit = candidate.pipeline().fit(rows);
        double achieved = scores(fit, validation).merit(model.task());
        trials.add(new Trial(candidate.name(), candidate.parameters(), achieved));
        if (achieved > merit) {
          best = candidate;
          pipeline = fit;
          merit = achieved;
        }
      }
    } finally {
      rows.unpersist();
    }
    return new Fit(best, pipeline, List.copyOf(trials));
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

  /** The labels of some rows and what a version says of them. */
  public static Scores scores(LoadedModel loaded, Dataset<Row> rows) {
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
}
