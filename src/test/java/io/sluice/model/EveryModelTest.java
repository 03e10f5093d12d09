package io.sluice.model;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.min;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.calls.CallSentiment;
import io.sluice.cloudcosts.IdleMachines;
import io.sluice.cloudcosts.MachineDaily;
import io.sluice.demo.Landing;
import io.sluice.demo.SourceGenerator;
import io.sluice.demo.calls.CallGenerator;
import io.sluice.demo.cloudcosts.CloudCostGenerator;
import io.sluice.demo.purchaseorders.OrderHistory;
import io.sluice.purchaseorders.Demand;
import io.sluice.purchaseorders.DemandFeatures;
import io.sluice.testing.LocalSpark;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;

/** Each model learns from generated data what is in it, by time, and beats what takes no model. */
class EveryModelTest {
  private static final LocalDate FIRST = LocalDate.of(2026, 9, 1);

  /** The lines of the files that a generator lands below a folder. */
  private static Dataset<Row> landed(
      SourceGenerator generator, int days, String folder, String schema) throws IOException {
    List<String> lines = new ArrayList<>();
    for (int day = 0; day < days; day++) {
      Landing landing =
          path ->
              path.startsWith(folder)
                  ? new ByteArrayOutputStream() {
                    @Override
                    public void close() throws IOException {
                      InputStream in = new ByteArrayInputStream(toByteArray());
                      try (InputStream plain =
                          path.endsWith(".gz") ? new GZIPInputStream(in) : in) {
                        new String(plain.readAllBytes(), StandardCharsets.UTF_8)
                            .lines()
                            .forEach(lines::add);
                      } catch (java.io.EOFException e) {
                        // A file that breaks off on purpose.
                      }
                    }
                  }
                  : OutputStream.nullOutputStream();
      generator.arrive(FIRST.plusDays(day), landing);
    }
    SparkSession spark = LocalSpark.withoutS3();
    return spark.read().schema(schema).json(spark.createDataset(lines, Encoders.STRING()));
  }

  private static TrainedModel train(Model model, Map<String, Dataset<Row>> tables, int days) {
    Dataset<Row> examples =
        Examples.of(model, model.features(tables), model.labels(tables), FIRST.plusDays(days - 1))
            .persist();
    Row range = examples.agg(min(model.day()), max(model.day())).first();
    TimeSplit split =
        TimeSplit.of(
            model.policy(), range.getDate(0).toLocalDate(), range.getDate(1).toLocalDate());
    assertEquals(FIRST.plusDays(days - 1 - model.matureDays()), split.holdOutUntil());
    assertEquals(
        List.of(),
        new ExampleChecks(model)
            .judge(examples, split).stream().filter(result -> result.stops()).toList());
    TrainedModel trained = new Trainer(model).train(examples, split);
    examples.unpersist();
    Gate gate =
        Gate.judge(
            model,
            trained.holdout(),
            trained.baseline(),
            model.hasBaseline() ? "the baseline" : "no model");
    assertTrue(gate.passed(), gate.toString());
    return trained;
  }

  @Test
  void demandBeatsTheSeasonalNaiveForecast() throws Exception {
    int days = 63;
    Map<String, Dataset<Row>> silver =
        new OrderHistory(9, FIRST, 120).days(days).silver(LocalSpark.withoutS3());
    Dataset<Row> features = DemandFeatures.OF_VENDORS.build(silver).persist();
    // Each order counts in its own week, and a vendor without an order on the day has a row too.
    assertEquals(
        silver.get("purchase_orders").select("order_id").distinct().count(),
        features.agg(expr("sum(ordered)")).first().getLong(0));
    assertTrue(features.where("ordered = 0 and ordered_7d > 0").count() > 0);
    assertEquals(0, features.where(col("day").gt(FIRST.plusDays(days - 1).toString())).count());
    // The gate asks for 2 % less error than the seasonal-naive forecast, with 95 % confidence.
    train(Demand.OF_VENDORS, Map.of("gold.vendor_demand", features), days);
  }

  @Test
  void sentimentIsHeardInWhatCallersSay() throws Exception {
    int days = 14;
    Dataset<Row> calls =
        landed(
                new CallGenerator(4, FIRST, 300),
                days,
                "calls/",
                "call_id string, queue string, started_at timestamp, satisfaction int, updated_at"
                    + " timestamp, transcript struct<turns: array<struct<speaker: string, text:"
                    + " string>>>")
            .where(
                "call_id is not null and started_at is not null and satisfaction <= 5 or"
                    + " satisfaction is null")
            .withColumn("call_date", expr("to_date(started_at)"))
            .groupBy("call_id", "call_date")
            .agg(expr("max_by(struct(*), updated_at)").as("newest"))
            .select("newest.*")
            .where(col("call_date").between(FIRST.toString(), FIRST.plusDays(days - 1).toString()));
    Dataset<Row> feedback =
        landed(
                new CallGenerator(4, FIRST, 300),
                days,
                "call_feedback/",
                "call_id string, helpful boolean, given_at timestamp")
            .where("helpful is not null")
            .dropDuplicates()
            .withColumn("given_on", expr("to_date(given_at)"));
    CallSentiment model = new CallSentiment();
    Map<String, Dataset<Row>> tables =
        Map.of("silver.calls", calls, "silver.call_feedback", feedback);
    // What callers say of a call joins back to it as a label, once, though many answer twice.
    Dataset<Row> labels = model.labels(tables);
    assertEquals(labels.count(), labels.select("call_id").distinct().count());
    assertTrue(labels.count() > calls.where("satisfaction is not null").count() + 100);
    TrainedModel trained = train(model, tables, days);
    double share = (double) trained.holdout().positives() / trained.holdout().size();
    assertTrue(trained.holdout().averagePrecision() > 1.5 * share, "chance is " + share);
    assertTrue(trained.holdout().rocArea() > 0.65, "" + trained.holdout().rocArea());
    // Words are shared by many callers; names and numbers are not.
    assertTrue(
        trained.importances().keySet().stream().noneMatch(word -> word.matches(".*\\d.*")),
        trained.importances().toString());
  }

  @Test
  void idleMachinesAreForetold() throws Exception {
    int days = 28;
    Dataset<Row> metrics =
        landed(
                new CloudCostGenerator(4, FIRST, 25),
                days,
                "machine_metrics/",
                "resource_id string, provider string, observed_at timestamp, cpu_percent"
                    + " decimal(9,4), memory_percent decimal(9,4), network_bytes bigint,"
                    + " updated_at timestamp")
            .where("resource_id is not null and cpu_percent between 0 and 100")
            .dropDuplicates("resource_id", "observed_at")
            .withColumn("metric_date", expr("to_date(observed_at)"));
    Dataset<Row> costs =
        LocalSpark.withoutS3()
            .createDataFrame(
                List.of(),
                org.apache.spark.sql.types.StructType.fromDDL(
                    "x_ChargeDate date, ResourceId string, BillingCurrency string, BilledCost"
                        + " decimal(20,10), EffectiveCost decimal(20,10)"));
    Dataset<Row> daily =
        new MachineDaily()
            .build(Map.of("machine_metrics", metrics, "cloud_costs", costs))
            .persist();
    TrainedModel trained = train(new IdleMachines(), Map.of("gold.machine_daily", daily), days);
    assertTrue(
        trained.holdout().averagePrecision() > 0.8, "" + trained.holdout().averagePrecision());
  }
}
