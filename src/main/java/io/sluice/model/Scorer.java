package io.sluice.model;

import static org.apache.spark.ml.functions.vector_to_array;
import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.explode;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.pmod;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.when;
import static org.apache.spark.sql.functions.xxhash64;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * Scores feature rows with the champion and, beside it, its challenger; a pure function of the
 * rows, the same for a batch and a stream.
 *
 * <p>Which of the two serves an entity is decided by a hash of its key: the same entity is always
 * in the same bucket of a hundred, whatever is scored with it. Cost: one pass, each pipeline once
 * by row.
 */
public final class Scorer {
  private final Model model;
  private final LoadedModel champion;
  private final Optional<LoadedModel> challenger;
  private final int canaryPercent;

  /**
   * @param challenger scored in the shadow, and served to the canary's entities
   * @param canaryPercent how many of a hundred buckets of entities the challenger serves
   */
  public Scorer(
      Model model, LoadedModel champion, Optional<LoadedModel> challenger, int canaryPercent) {
    this.model = model;
    this.champion = champion;
    this.challenger = challenger;
    this.canaryPercent = challenger.isPresent() ? canaryPercent : 0;
  }

  /**
   * Gives, for each feature row and each of the two, the key, {@code segment}, {@code version},
   * {@code role} (champion, canary, shadow), {@code served}, {@code score} and {@code decision}.
   */
  public Dataset<Row> score(Dataset<Row> features) {
    Column inCanary = inCanary();
    List<Column> answers = new ArrayList<>();
    Dataset<Row> rows = scored(champion.pipeline(), features, "_champion");
    answers.add(
        answer(
            champion, "_champion", lit("champion"), org.apache.spark.sql.functions.not(inCanary)));
    if (challenger.isPresent()) {
      rows = scored(challenger.get().pipeline(), rows, "_challenger");
      answers.add(
          answer(
              challenger.get(),
              "_challenger",
              when(inCanary, "canary").otherwise("shadow"),
              inCanary));
    }
    Column[] kept = columns(model.key(), List.of("segment", "_answer"));
    return rows.withColumn("_answer", explode(array(answers.toArray(Column[]::new))))
        .select(kept)
        .select(columns(model.key(), List.of("segment", "_answer.*")));
  }

  /**
   * Gives, for each feature row in its place, the {@code version} that serves its entity and that
   * one's {@code score}.
   */
  public Dataset<Row> served(Dataset<Row> features) {
    Column version = lit(champion.version().version());
    Column score = col("_champion");
    Dataset<Row> rows = scored(champion.pipeline(), features, "_champion");
    if (canaryPercent > 0) {
      rows = scored(challenger.orElseThrow().pipeline(), rows, "_challenger");
      version = when(inCanary(), lit(challenger.get().version().version())).otherwise(version);
      score = when(inCanary(), col("_challenger")).otherwise(score);
    }
    return rows.select(version.as("version"), score.as("score"));
  }

  private Column inCanary() {
    return pmod(xxhash64(entity()), lit(100)).lt(canaryPercent);
  }

  private Column[] entity() {
    List<String> entity =
        model.key().size() == 1
            ? model.key()
            : model.key().stream().filter(name -> !name.equals(model.day())).toList();
    return entity.stream().map(name -> col(name)).toArray(Column[]::new);
  }

  private Column answer(LoadedModel loaded, String score, Column role, Column served) {
    Column decision =
        model.task() == Model.Task.CLASSIFICATION
            ? col(score).geq(loaded.version().threshold())
            : lit(null).cast("boolean");
    return struct(
        lit(loaded.version().version()).as("version"),
        role.as("role"),
        served.as("served"),
        col(score).as("score"),
        decision.as("decision"));
  }

  private static Column[] columns(List<String> some, List<String> others) {
    return java.util.stream.Stream.concat(some.stream(), others.stream())
        .map(name -> col(name))
        .toArray(Column[]::new);
  }

  /** The rows with one column more: what the pipeline says. */
  public static Dataset<Row> scored(PipelineModel pipeline, Dataset<Row> rows, String name) {
    Dataset<Row> transformed = pipeline.transform(rows);
    boolean classifies = Arrays.asList(transformed.columns()).contains("rawPrediction");
    boolean calibrated = Arrays.asList(transformed.columns()).contains("calibrated");
    Column score =
        calibrated
            ? vector_to_array(col("calibrated"), "float64").getItem(1)
            : classifies
                ? vector_to_array(col("probability"), "float64").getItem(1)
                : col("prediction");
    List<Column> kept =
        new ArrayList<>(Arrays.stream(rows.columns()).map(column -> col(column)).toList());
    kept.add(score.as(name));
    return transformed.select(kept.toArray(Column[]::new));
  }
}
