package io.sluice.model;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.lit;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.sluice.testing.LocalSpark;
import java.io.File;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.spark.ml.classification.RandomForestClassifier;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Learns the real sets that {@code src/bench/classify.py} wrote, as a model's training does, and
 * writes how good it was for {@code classify.py compare}.
 */
@Tag("bench")
class ClassificationBenchTest {
  private static final LocalDate FIRST = LocalDate.of(2026, 1, 1);

  /** Forests as order fraud has them, over whatever numbers a set has. */
  private record Forests(List<String> inputs) implements Model {
    @Override
    public String name() {
      return "bench";
    }

    @Override
    public String description() {
      return "A real set.";
    }

    @Override
    public String owner() {
      return "bench";
    }

    @Override
    public Task task() {
      return Task.CLASSIFICATION;
    }

    @Override
    public List<String> reads() {
      return List.of("rows");
    }

    @Override
    public String day() {
      return "day";
    }

    @Override
    public List<String> key() {
      return List.of("day", "id");
    }

    @Override
    public Dataset<Row> features(Map<String, Dataset<Row>> tables) {
      return tables.get("rows").drop("label");
    }

    @Override
    public List<String> learnsFrom() {
      return reads();
    }

    @Override
    public Dataset<Row> labels(Map<String, Dataset<Row>> tables) {
      return tables.get("rows").select(col("id"), col("label"), col("day").as("known_on"));
    }

    @Override
    public int matureDays() {
      return 0;
    }

    @Override
    public List<Candidate> candidates() {
      return List.of(forest(6), forest(10), forest(14));
    }

    private Candidate forest(int depth) {
      return Candidate.of(
          "forest of depth " + depth,
          inputs,
          new RandomForestClassifier()
              .setWeightCol("weight")
              .setMaxDepth(depth)
              .setNumTrees(200)
              .setMaxBins(64)
              .setSeed(7));
    }

    @Override
    public GatePolicy policy() {
      return GatePolicy.defaults()
          .withValidationDays(2)
          .withHoldoutDays(2)
          .withFewestPositives(1)
          .withFalsePositiveRate(0.02)
          .withSegmentTolerance(1);
    }
  }

  @Test
  void realSets() throws Exception {
    File folder = Path.of(System.getProperty("bench.classify", "target/bench/classify")).toFile();
    File[] sets = folder.listFiles((dir, name) -> name.endsWith(".csv"));
    Arrays.sort(sets);
    for (File set : sets) {
      Dataset<Row> rows =
          LocalSpark.withoutS3()
              .read()
              .option("header", true)
              .option("inferSchema", true)
              .csv(set.getAbsoluteFile().toURI().toString())
              .withColumn("day", expr("date_add(date'" + FIRST + "', cast(day as int))"))
              .withColumn("segment", lit("all"));
      List<String> inputs =
          Arrays.stream(rows.columns()).filter(name -> name.matches("x\\d+")).toList();
      for (String input : inputs) {
        rows = rows.withColumn(input, col(input).cast("double"));
      }
      Model model = new Forests(inputs);
      Trainer trainer = new Trainer(model);
      Map<String, Dataset<Row>> tables = Map.of("rows", rows);
      Dataset<Row> examples =
          Examples.of(model, model.features(tables), model.labels(tables), FIRST.plusDays(9))
              .persist();
      TrainedModel trained =
          trainer.train(examples, TimeSplit.of(model.policy(), FIRST, FIRST.plusDays(9)));
      examples.unpersist();
      new ObjectMapper()
          .writeValue(
              new File(folder, set.getName().replace(".csv", ".json")),
              Map.of(
                  "candidate", trained.candidate().name(),
                  "average_precision", trained.holdout().averagePrecision()));
      System.err.printf(
          "%s: %.4f %s%n",
          set.getName(), trained.holdout().averagePrecision(), trained.candidate().name());
    }
  }
}
