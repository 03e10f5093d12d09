package io.sluice.purchaseorders;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;

import io.sluice.model.AsOf;
import io.sluice.model.Candidate;
import io.sluice.model.FraudLabels;
import io.sluice.model.GatePolicy;
import io.sluice.model.Model;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.Stream;
import org.apache.spark.ml.classification.RandomForestClassifier;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * How likely an order is fraud, from {@link OrderFeatures} and from what was known of its buyer the
 * day before ({@link BuyerOutcomes}); learned from what the fraud desk decided.
 */
public final class OrderFraud implements Model {
  private static final List<String> NUMBERS =
      List.of(
          "total",
          "lines",
          "limit_share",
          "alike_orders",
          "alike_least_limit_share",
          "office_hour",
          "vendor_age_days",
          "vendor_orders_30d",
          "account_given",
          "account_vendors_30d",
          "account_share_30d",
          "price_over_usual",
          "buyer_orders_30d",
          "buyer_region_share_30d");

  /** The desk looks into about one in twenty of the orders that nobody calls fraud. */
  private static final double ORDERS_BY_REVIEW = 20;

  @Override
  public String name() {
    return "order_fraud";
  }

  @Override
  public String description() {
    return "How likely an order is to be confirmed as fraud.";
  }

  @Override
  public String owner() {
    return "fraud-desk";
  }

  @Override
  public Task task() {
    return Task.CLASSIFICATION;
  }

  @Override
  public List<String> reads() {
    return List.of("gold.order_features", "gold.buyer_outcomes");
  }

  @Override
  public String day() {
    return "day";
  }

  @Override
  public List<String> key() {
    return List.of("day", "order_id");
  }

  @Override
  public int historyDays() {
    return BuyerOutcomes.DAYS;
  }

  @Override
  public Dataset<Row> features(Map<String, Dataset<Row>> tables) {
    Dataset<Row> rows =
        AsOf.join(
            tables.get("gold.order_features"),
            "day",
            new AsOf.History(
                tables.get("gold.buyer_outcomes"),
                "day",
                "buyer_id",
                BuyerOutcomes.DAYS,
                List.of("confirmed_90d", "cleared_90d")));
    var confirmed = coalesce(col("confirmed_90d"), lit(0));
    var cleared = coalesce(col("cleared_90d"), lit(0));
    List<org.apache.spark.sql.Column> columns =
        new ArrayList<>(
            List.of(
                col("day"),
                col("order_id"),
                coalesce(col("vendor_category"), lit("unknown")).as("segment"),
                // With 20 orders nobody complained about added, few decisions say little.
                confirmed
                    .divide(confirmed.plus(cleared.multiply(ORDERS_BY_REVIEW)).plus(20))
                    .as("buyer_confirmed_share")));
    NUMBERS.forEach(name -> columns.add(col(name).cast("double").as(name)));
    return rows.select(columns.toArray(org.apache.spark.sql.Column[]::new));
  }

  @Override
  public List<String> inputs() {
    return Stream.concat(NUMBERS.stream(), Stream.of("buyer_confirmed_share")).toList();
  }

  @Override
  public List<String> learnsFrom() {
    return List.of("silver.fraud_outcomes");
  }

  @Override
  public Dataset<Row> labels(Map<String, Dataset<Row>> tables) {
    return FraudLabels.confirmed(tables.get("silver.fraud_outcomes"), "order_id");
  }

  /** An order that nobody calls fraud for two weeks counts as honest. */
  @Override
  public OptionalDouble ifUnheard() {
    return OptionalDouble.of(0);
  }

  @Override
  public int matureDays() {
    return 14;
  }

  @Override
  public List<Candidate> candidates() {
    return List.of(forest(6), forest(10));
  }

  /** All trees of a forest grow level by level together, so a fit takes few jobs. */
  private Candidate forest(int depth) {
    return Candidate.of(
        "forest of depth " + depth,
        inputs(),
        new RandomForestClassifier()
            .setWeightCol("weight")
            .setMaxDepth(depth)
            .setNumTrees(80)
            .setMaxBins(64)
            .setMinInstancesPerNode(4)
            .setFeatureSubsetStrategy("onethird")
            .setSeed(7));
  }

  @Override
  public GatePolicy policy() {
    return GatePolicy.defaults()
        .withLearnDays(90)
        .withFalsePositiveRate(0.02)
        .withCostOfMiss(50)
        .withSegmentTolerance(0.15);
  }
}
