package io.sluice.model;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.first;
import static org.apache.spark.sql.functions.max;

import io.sluice.quality.Check;
import io.sluice.quality.CheckOutcome;
import io.sluice.quality.CheckResult;
import io.sluice.run.Run;
import io.sluice.table.Lake;
import io.sluice.table.LakeTable;
import io.sluice.table.TableSpec;
import io.sluice.table.TableTransaction;
import java.sql.Timestamp;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SortedMap;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * Looks at a model at work: writes how far the inputs and scores of a batch are from those learned
 * from to {@code models.drift}, and says when the one that serves is worse than the other.
 *
 * <p>Cost: a sample of the batch's inputs collected, and a transform of it by each pipeline; for
 * outcomes, the predictions of the days whose labels are known.
 */
public final class ModelMonitor {
  static final TableSpec DRIFT =
      new TableSpec(
          "One row per input, or score, of a model and batch of rows scored.",
          new StructType()
              .add("model", DataTypes.StringType, true, "The model.")
              .add("version", DataTypes.IntegerType, true, "The version that scored.")
              .add("run_id", DataTypes.StringType, true, "The run that scored.")
              .add("scored_at", DataTypes.TimestampType, true, "When that run began.")
              .add("column", DataTypes.StringType, true, "The input, or score.")
              .add("rows", DataTypes.LongType, true, "The rows looked at.")
              .add("ks", DataTypes.DoubleType, true, "Greatest distance of the cumulative shares.")
              .add("psi", DataTypes.DoubleType, true, "Population stability index, ten bins.")
              .add("drifted", DataTypes.BooleanType, true, "Whether it is a change, not chance."),
          List.of(),
          List.of("model", "scored_at"));

  /** A challenger may take so many times as long as the champion. */
  private static final double SLOWER = 3;

  private static final int PROBE_ROWS = 2_000;

  /** Fewer predictions with a known label say nothing. */
  private static final int FEWEST_OUTCOMES = 100;

  private final Model model;
  private final SparkSession spark;
  private final Lake lake;

  public ModelMonitor(Model model, SparkSession spark, Lake lake) {
    this.model = model;
    this.spark = spark;
    this.lake = lake;
  }

  public LakeTable table() {
    return lake.models("drift");
  }

  /** Records the drift of a batch; the check result warns when more inputs drift than may. */
  public CheckResult drift(Run run, LoadedModel loaded, Dataset<Row> features) {
    SortedMap<String, Distribution> then = Card.read(loaded.version().card()).spread();
    List<Row> rows = new ArrayList<>();
    List<String> drifted = new ArrayList<>();
    InputSample.columns(model, Scorer.scored(loaded.pipeline(), features, "score"))
        .forEach(
            (name, values) -> {
              if (!then.containsKey(name)) {
                // The model has got an input since this version was trained.
                return;
              }
              Distribution.Drift drift = then.get(name).drift(values);
              if (drift.drifted()) {
                drifted.add(name);
              }
              rows.add(
                  RowFactory.create(
                      model.name(),
                      loaded.version().version(),
                      run.id(),
                      Timestamp.from(run.startedAt()),
                      name,
                      (long) values.length,
                      drift.ks(),
                      drift.psi(),
                      drift.drifted()));
            });
    lake.create(table(), DRIFT);
    TableTransaction.begin(table(), DRIFT)
        .append(DRIFT.schema(), rows)
        .publish(SaveMode.Append, "{\"run_id\":\"" + run.id() + "\"}");
    double share = (double) drifted.size() / rows.size();
    return new CheckResult(
        "inputs_as_learned",
        Check.Severity.WARNING,
        "at most " + GatePolicy.DRIFT_ALARM + " of inputs and score drift",
        share > GatePolicy.DRIFT_ALARM ? CheckOutcome.FAILED : CheckOutcome.PASSED,
        share,
        share > GatePolicy.DRIFT_ALARM ? String.join(", ", drifted) + " drifted" : "");
  }

  /** Which inputs of a version drifted in the newest batch, if more did than may. */
  public Optional<String> drifting(int version) {
    if (!table().exists()) {
      return Optional.empty();
    }
    Dataset<Row> of =
        table()
            .read()
            .where(col("model").equalTo(model.name()).and(col("version").equalTo(version)));
    Row newest = of.agg(max("scored_at")).first();
    if (newest.isNullAt(0)) {
      return Optional.empty();
    }
    List<Row> batch = of.where(col("scored_at").equalTo(newest.get(0))).collectAsList();
    List<String> drifted =
        batch.stream()
            .filter(row -> row.<Boolean>getAs("drifted"))
            .map(row -> row.<String>getAs("column"))
            .sorted()
            .toList();
    return drifted.size() > GatePolicy.DRIFT_ALARM * batch.size()
        ? Optional.of("of version " + version + "'s inputs drifted: " + String.join(", ", drifted))
        : Optional.empty();
  }

  /** Why the score of one pipeline has left what it was on the rows learned from, if it has. */
  public Optional<String> scoreDrift(LoadedModel loaded, Dataset<Row> features) {
    double[] scores =
        InputSample.columns(model, Scorer.scored(loaded.pipeline(), features, "score"))
            .get("score");
    Distribution.Drift drift =
        Card.read(loaded.version().card()).spread().get("score").drift(scores);
    return drift.drifted()
        ? Optional.of(
            String.format(
                Locale.ROOT,
                "the score of version %d drifts: PSI %.3f, KS %.3f",
                loaded.version().version(),
                drift.psi(),
                drift.ks()))
        : Optional.empty();
  }

  /** Why a challenger is too slow beside the champion, if it is. */
  public Optional<String> slowness(
      LoadedModel challenger, LoadedModel champion, Dataset<Row> features) {
    Dataset<Row> probe = features.limit(PROBE_ROWS).localCheckpoint();
    double theirs = seconds(champion.pipeline(), probe);
    double mine = seconds(challenger.pipeline(), probe);
    return mine > SLOWER * theirs && mine > 0.5
        ? Optional.of(
            String.format(
                Locale.ROOT,
                "version %d takes %.2f s for %d rows, the champion %.2f s",
                challenger.version().version(),
                mine,
                PROBE_ROWS,
                theirs))
        : Optional.empty();
  }

  /** The shorter of two times to score some rows; the first compiles the plan. */
  private static double seconds(PipelineModel pipeline, Dataset<Row> rows) {
    double best = Double.MAX_VALUE;
    for (int i = 0; i < 2; i++) {
      long began = System.nanoTime();
      Scorer.scored(pipeline, rows, "_score").write().format("noop").mode("overwrite").save();
      best = Math.min(best, (System.nanoTime() - began) / 1e9);
    }
    return best;
  }

  /**
   * Why a version is worse than another by what turned out, if it is with 95 % confidence.
   *
   * @param predictions both versions' predictions with their {@code label}; the newest of a row
   *     counts
   */
  public Optional<String> worse(Dataset<Row> predictions, int version, int other) {
    String newest = "max_by(score, scored_at) filter (where version = %d)";
    Column[] key = model.key().stream().map(name -> col(name)).toArray(Column[]::new);
    List<Row> rows =
        predictions
            .groupBy(key)
            .agg(
                expr(String.format(Locale.ROOT, newest, version)).as("mine"),
                expr(String.format(Locale.ROOT, newest, other)).as("theirs"),
                first("label").as("label"),
                first("segment").as("segment"))
            .where("mine is not null and theirs is not null")
            .orderBy(key)
            .select("label", "mine", "theirs", "segment")
            .collectAsList();
    if (rows.size() < FEWEST_OUTCOMES) {
      return Optional.empty();
    }
    Scores mine =
        new Scores(
            rows.stream().mapToDouble(row -> row.getDouble(0)).toArray(),
            rows.stream().mapToDouble(row -> row.getDouble(1)).toArray(),
            rows.stream().map(row -> row.getString(3)).toArray(String[]::new));
    Scores theirs = mine.with(rows.stream().mapToDouble(row -> row.getDouble(2)).toArray());
    if (model.task() == Model.Task.CLASSIFICATION
        && mine.positives() < model.policy().fewestPositives()) {
      return Optional.empty();
    }
    Scores.Difference difference = theirs.over(mine, model.task());
    return difference.low() > 0
        ? Optional.of(
            String.format(
                Locale.ROOT,
                "by %d outcomes version %d is worse than version %d by %.4f, at least %.4f with"
                    + " 95 %% confidence",
                rows.size(),
                version,
                other,
                difference.value(),
                difference.low()))
        : Optional.empty();
  }
}
