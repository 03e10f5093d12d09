package io.sluice.purchaseorders;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.date_sub;
import static org.apache.spark.sql.functions.when;

import io.sluice.model.Candidate;
import io.sluice.model.GatePolicy;
import io.sluice.model.Model;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.apache.spark.ml.regression.LinearRegression;
import org.apache.spark.ml.regression.RandomForestRegressor;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * How much will be ordered in the next 7 days, of each vendor or category; from {@link
 * DemandFeatures}, which also tells what was ordered then.
 *
 * <p>Its baseline is the seasonal-naive forecast: the next week is as the last one.
 */
public final class Demand implements Model {
  public static final Demand OF_VENDORS = new Demand(DemandFeatures.OF_VENDORS, 56);
  public static final Demand OF_CATEGORIES = new Demand(DemandFeatures.OF_CATEGORIES, 240);

  private static final int AHEAD = 7;
  private static final List<String> NUMBERS =
      List.of(
          "ordered",
          "ordered_7d",
          "ordered_7d_1",
          "ordered_7d_2",
          "ordered_7d_3",
          "days_ordered_28d",
          "day_of_month_ahead");

  private final DemandFeatures mart;
  private final int learnDays;

  private Demand(DemandFeatures mart, int learnDays) {
    this.mart = mart;
    this.learnDays = learnDays;
  }

  @Override
  public String name() {
    return mart.name();
  }

  @Override
  public String description() {
    return "How much will be ordered in the next 7 days.";
  }

  @Override
  public String owner() {
    return mart.owner();
  }

  @Override
  public Task task() {
    return Task.REGRESSION;
  }

  @Override
  public List<String> reads() {
    return List.of("gold." + mart.name());
  }

  @Override
  public String day() {
    return "day";
  }

  @Override
  public List<String> key() {
    return mart.key();
  }

  /** The longest window of {@link DemandFeatures}, less the day itself. */
  @Override
  public int warmUpDays() {
    return 27;
  }

  @Override
  public Dataset<Row> features(Map<String, Dataset<Row>> tables) {
    List<Column> columns = new ArrayList<>(List.of(col("day"), col(mart.thing())));
    var month =
        col("ordered_7d")
            .plus(col("ordered_7d_1"))
            .plus(col("ordered_7d_2"))
            .plus(col("ordered_7d_3"));
    columns.add(
        when(month.lt(4), "seldom").when(month.lt(40), "weekly").otherwise("daily").as("segment"));
    NUMBERS.forEach(name -> columns.add(col(name).cast("double").as(name)));
    columns.add(month.divide(4.0).as("mean_week"));
    columns.add(col("ordered_7d").cast("double").as("baseline"));
    return tables.get(reads().get(0)).select(columns.toArray(Column[]::new));
  }

  @Override
  public List<String> inputs() {
    List<String> inputs = new ArrayList<>(NUMBERS);
    inputs.add("mean_week");
    return List.copyOf(inputs);
  }

  @Override
  public boolean hasBaseline() {
    return true;
  }

  @Override
  public List<String> learnsFrom() {
    return reads();
  }

  /** What a row says of its own week is what was to be foretold seven days before. */
  @Override
  public Dataset<Row> labels(Map<String, Dataset<Row>> tables) {
    return tables
        .get(reads().get(0))
        .select(
            date_sub(col("day"), AHEAD).as("day"),
            col(mart.thing()),
            col("ordered_7d").cast("double").as("label"),
            col("day").as("known_on"));
  }

  /** What was not ordered for four weeks has no row. */
  @Override
  public OptionalDouble ifUnheard() {
    return OptionalDouble.of(0);
  }

  @Override
  public int matureDays() {
    return AHEAD;
  }

  @Override
  public List<Candidate> candidates() {
    return List.of(line(), forest(6), forest(9));
  }

  private Candidate line() {
    return Candidate.of(
        "line by Huber's loss",
        inputs(),
        new LinearRegression().setLoss("huber").setEpsilon(1.35).setMaxIter(50));
  }

  private Candidate forest(int depth) {
    return Candidate.of(
        "forest of depth " + depth,
        inputs(),
        new RandomForestRegressor()
            .setMaxDepth(depth)
            .setNumTrees(60)
            .setMinInstancesPerNode(8)
            .setFeatureSubsetStrategy("onethird")
            .setSeed(7));
  }

  /** It must beat the baseline by 2 % of its error. */
  @Override
  public GatePolicy policy() {
    return GatePolicy.defaults()
        .withLearnDays(learnDays)
        .withValidationDays(14)
        .withHoldoutDays(14)
        .withFewestPositives(200)
        .withMargin(0.02);
  }
}
