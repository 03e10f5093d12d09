package io.sluice.model;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;

import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.apache.spark.ml.classification.LogisticRegression;
import org.apache.spark.ml.regression.LinearRegression;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * A small model for tests: the table {@code gold.numbers} with {@code day}, {@code id}, the inputs
 * {@code x} and {@code y}, and {@code label}, which is known on the row's own day.
 */
record NumbersModel(String name, Model.Task task, GatePolicy policy, OptionalDouble ifUnheard)
    implements Model {

  static NumbersModel of(Model.Task task, GatePolicy policy) {
    return new NumbersModel("numbers", task, policy, OptionalDouble.empty());
  }

  @Override
  public String description() {
    return "Whether y follows x.";
  }

  @Override
  public String owner() {
    return "tests";
  }

  @Override
  public List<String> reads() {
    return List.of("gold.numbers");
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
    return tables
        .get("gold.numbers")
        .select(col("day"), col("id"), col("x"), col("y"), lit("all").as("segment"));
  }

  @Override
  public List<String> inputs() {
    return List.of("x", "y");
  }

  @Override
  public List<String> learnsFrom() {
    return reads();
  }

  @Override
  public Dataset<Row> labels(Map<String, Dataset<Row>> tables) {
    return tables.get("gold.numbers").select(col("id"), col("label"), col("day").as("known_on"));
  }

  @Override
  public int matureDays() {
    return 0;
  }

  @Override
  public List<Candidate> candidates() {
    return List.of(
        task == Model.Task.CLASSIFICATION
            ? Candidate.of("line", inputs(), new LogisticRegression().setWeightCol("weight"))
            : Candidate.of("line", inputs(), new LinearRegression().setWeightCol("weight")));
  }
}
