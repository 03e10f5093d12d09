package io.sluice.transactions;

import io.sluice.model.Candidate;
import io.sluice.model.FraudLabels;
import io.sluice.model.GatePolicy;
import io.sluice.model.Model;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.apache.spark.ml.classification.RandomForestClassifier;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * How likely a payment is to be disputed and found to be another's, from {@link PaymentFeatures};
 * learned from what became of disputes. The stream scores with its champion.
 */
public final class PaymentAnomaly implements Model {

  @Override
  public String name() {
    return "payment_anomaly";
  }

  @Override
  public String description() {
    return "How likely a payment is to be confirmed as fraud.";
  }

  @Override
  public String owner() {
    return "payments";
  }

  @Override
  public Task task() {
    return Task.CLASSIFICATION;
  }

  @Override
  public List<String> reads() {
    return List.of("silver.transactions");
  }

  @Override
  public String day() {
    return "day";
  }

  @Override
  public List<String> key() {
    return List.of("day", "transaction_id");
  }

  /** So far back reach the windows of a day's first minutes, and the clocks of its partitions. */
  @Override
  public int lookbackDays() {
    return 1;
  }

  @Override
  public Dataset<Row> features(Map<String, Dataset<Row>> tables) {
    return PaymentFeatures.of(PaymentFeatures.standing(tables.get("silver.transactions")));
  }

  @Override
  public List<String> inputs() {
    return PaymentFeatures.INPUTS;
  }

  @Override
  public List<String> learnsFrom() {
    return List.of("silver.payment_outcomes");
  }

  @Override
  public Dataset<Row> labels(Map<String, Dataset<Row>> tables) {
    return FraudLabels.confirmed(tables.get("silver.payment_outcomes"), "transaction_id");
  }

  /** A payment that nobody disputes for two days counts as honest. */
  @Override
  public OptionalDouble ifUnheard() {
    return OptionalDouble.of(0);
  }

  @Override
  public int matureDays() {
    return 2;
  }

  @Override
  public List<Candidate> candidates() {
    return List.of(
        Candidate.of(
            "forest of depth 6",
            inputs(),
            new RandomForestClassifier()
                .setWeightCol("weight")
                .setMaxDepth(6)
                .setNumTrees(20)
                .setSeed(7)));
  }

  @Override
  public GatePolicy policy() {
    return GatePolicy.defaults()
        .withLearnDays(30)
        .withValidationDays(2)
        .withHoldoutDays(2)
        .withCostOfMiss(50)
        .withSegmentTolerance(0.3);
  }
}
