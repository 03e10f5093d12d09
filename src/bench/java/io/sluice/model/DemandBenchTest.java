package io.sluice.model;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.when;

import io.sluice.purchaseorders.Demand;
import io.sluice.purchaseorders.DemandFeatures;
import io.sluice.testing.LocalSpark;
import java.nio.file.Path;
import java.sql.Date;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Demand on the real year of orders: learns, holds itself against the seasonal-naive forecast, and
 * writes examples with both forecasts for {@code src/bench/demand.py}.
 */
@Tag("bench")
class DemandBenchTest {
  @Test
  void aRealYear() {
    String data = System.getProperty("bench.data");
    String out = System.getProperty("bench.out", "target/bench/demand");
    SparkSession spark = LocalSpark.withoutS3();
    Dataset<Row> lines =
        spark
            .read()
            .parquet(Path.of(data, "transactions.parquet").toUri().toString())
            .where("quantity > 0")
            .withColumn(
                "transaction_date",
                expr("to_date(from_utc_timestamp(transaction_timestamp, 'America/New_York'))"));
    Dataset<Row> products =
        spark.read().parquet(Path.of(data, "products.parquet").toUri().toString());
    Dataset<Row> features =
        DemandFeatures.OF_CATEGORIES
            .build(Map.of("basket_lines", lines, "products", products))
            .persist();
    Model model = Demand.OF_CATEGORIES;
    Map<String, Dataset<Row>> tables = Map.of("gold.category_demand", features);
    Row newest = features.agg(max("day")).first();
    Dataset<Row> examples =
        Examples.of(
                model,
                model.features(tables),
                model.labels(tables),
                newest.getDate(0).toLocalDate())
            .persist();
    Row range = examples.agg(min("day"), max("day")).first();
    TimeSplit split =
        TimeSplit.of(
            model.policy(), range.getDate(0).toLocalDate(), range.getDate(1).toLocalDate());
    System.err.println(split + " " + new ExampleChecks(model).judge(examples, split));
    TrainedModel trained = new Trainer(model).train(examples, split);
    System.err.printf(
        "rows %d, %s%nerror %.4f, seasonal naive %.4f%ntrials %s%n%s%n",
        trained.rows(),
        trained.candidate().name(),
        trained.holdout().absoluteError(),
        trained.baseline().absoluteError(),
        trained.trials(),
        Gate.judge(model, trained.holdout(), trained.baseline(), "the baseline"));
    examples
        .withColumn(
            "part",
            when(col("day").leq(Date.valueOf(split.learnUntil())), lit("learn"))
                .when(col("day").leq(Date.valueOf(split.validateUntil())), lit("validate"))
                .otherwise(lit("holdout")))
        .coalesce(1)
        .write()
        .mode("overwrite")
        .parquet(Path.of(out).toAbsolutePath().toUri().toString());
  }
}
