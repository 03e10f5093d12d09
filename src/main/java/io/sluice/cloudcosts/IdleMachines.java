package io.sluice.cloudcosts;

import static org.apache.spark.sql.functions.avg;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.date_add;
import static org.apache.spark.sql.functions.dayofweek;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.unix_date;
import static org.apache.spark.sql.functions.when;

import io.sluice.model.Candidate;
import io.sluice.model.GatePolicy;
import io.sluice.model.Model;
import java.util.List;
import java.util.Map;
import org.apache.spark.ml.classification.RandomForestClassifier;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.expressions.Window;

/**
 * How likely a machine will be idle in the next 7 days: under 20 % of its CPU in 95 of 100 hours
 * observed. From {@link MachineDaily}, which also tells what came.
 *
 * <p>A mean would call a machine idle that works a few hours a day; nobody may switch that off.
 */
public final class IdleMachines implements Model {
  private static final int AHEAD = 7;

  /** A week of which less was observed says nothing. */
  private static final int FEWEST_HOURS = 120;

  private static final int DAYS_BEFORE = 13;

  @Override
  public String name() {
    return "idle_machines";
  }

  @Override
  public String description() {
    return "How likely a machine will use under 20 per cent of its CPU in the next 7 days.";
  }

  @Override
  public String owner() {
    return "finops";
  }

  @Override
  public Task task() {
    return Task.CLASSIFICATION;
  }

  @Override
  public List<String> reads() {
    return List.of("gold.machine_daily");
  }

  @Override
  public String day() {
    return "day";
  }

  @Override
  public List<String> key() {
    return List.of("day", "resource_id");
  }

  @Override
  public int lookbackDays() {
    return DAYS_BEFORE;
  }

  @Override
  public Dataset<Row> features(Map<String, Dataset<Row>> tables) {
    var days =
        Window.partitionBy("resource_id")
            .orderBy(unix_date(col("day")))
            .rangeBetween(-DAYS_BEFORE, 0);
    return tables
        .get("gold.machine_daily")
        .select(
            col("day"),
            col("resource_id"),
            col("provider").as("segment"),
            number("mean_cpu_percent"),
            number("max_cpu_percent"),
            number("p95_cpu_percent"),
            number("mean_cpu_percent_7d"),
            col("hours_under_20_percent").divide(col("hours")).as("under_20_share"),
            sum("hours_under_20_percent")
                .over(days)
                .divide(sum("hours").over(days))
                .as("under_20_share_14d"),
            max("max_cpu_percent").over(days).cast("double").as("max_cpu_percent_14d"),
            avg(col("p95_cpu_percent").cast("double")).over(days).as("p95_cpu_percent_14d"),
            count(lit(1)).over(days).cast("double").as("days_observed_14d"),
            dayofweek(col("day")).cast("double").as("day_of_week"));
  }

  private static org.apache.spark.sql.Column number(String name) {
    return col(name).cast("double").as(name);
  }

  @Override
  public List<String> inputs() {
    return List.of(
        "mean_cpu_percent",
        "max_cpu_percent",
        "p95_cpu_percent",
        "mean_cpu_percent_7d",
        "under_20_share",
        "under_20_share_14d",
        "max_cpu_percent_14d",
        "p95_cpu_percent_14d",
        "days_observed_14d",
        "day_of_week");
  }

  @Override
  public List<String> learnsFrom() {
    return reads();
  }

  @Override
  public Dataset<Row> labels(Map<String, Dataset<Row>> tables) {
    var ahead =
        Window.partitionBy("resource_id").orderBy(unix_date(col("day"))).rangeBetween(1, AHEAD);
    var hours = sum("hours").over(ahead);
    return tables
        .get("gold.machine_daily")
        .select(
            col("day"),
            col("resource_id"),
            when(
                    hours.geq(FEWEST_HOURS),
                    when(sum("hours_under_20_percent").over(ahead).geq(hours.multiply(0.95)), 1.0)
                        .otherwise(0.0))
                .as("label"),
            date_add(col("day"), AHEAD).as("known_on"))
        .where(col("label").isNotNull());
  }

  @Override
  public int matureDays() {
    return AHEAD;
  }

  @Override
  public List<Candidate> candidates() {
    return List.of(forest(5), forest(8));
  }

  private Candidate forest(int depth) {
    return Candidate.of(
        "forest of depth " + depth,
        inputs(),
        new RandomForestClassifier()
            .setWeightCol("weight")
            .setMaxDepth(depth)
            .setNumTrees(40)
            .setSeed(7));
  }

  /** To switch off a machine that works costs more than to leave one that does not. */
  @Override
  public GatePolicy policy() {
    return GatePolicy.defaults().withCostOfMiss(0.2);
  }
}
