package io.sluice.calls;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.to_date;
import static org.apache.spark.sql.functions.when;

import io.sluice.model.Candidate;
import io.sluice.model.GatePolicy;
import io.sluice.model.Model;
import java.util.List;
import java.util.Map;
import org.apache.spark.ml.Pipeline;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.ml.classification.LogisticRegression;
import org.apache.spark.ml.feature.CountVectorizer;
import org.apache.spark.ml.feature.IDF;
import org.apache.spark.ml.feature.RegexTokenizer;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * How likely a caller was dissatisfied, from what the caller said; learned from the surveys that
 * some callers answer (1 or 2 of 5 is dissatisfied), and from those who say whether the call
 * helped.
 *
 * <p>Reads silver calls: what was said is confidential and stays there. Of it the model keeps words
 * that {@value #FEWEST_CALLS} calls or more share, so that no name or number of one caller is in
 * it. It tells a call's mood when nobody was asked.
 */
public final class CallSentiment implements Model {
  private static final int FEWEST_CALLS = 20;

  @Override
  public String name() {
    return "call_sentiment";
  }

  @Override
  public String description() {
    return "How likely a caller was dissatisfied, from what the caller said.";
  }

  @Override
  public String owner() {
    return "customer-care";
  }

  @Override
  public Task task() {
    return Task.CLASSIFICATION;
  }

  @Override
  public List<String> reads() {
    return List.of("silver.calls");
  }

  @Override
  public String day() {
    return "call_date";
  }

  @Override
  public List<String> key() {
    return List.of("call_date", "call_id");
  }

  @Override
  public Dataset<Row> features(Map<String, Dataset<Row>> tables) {
    return tables
        .get("silver.calls")
        .where(col("transcript").isNotNull())
        .select(
            col("call_date"),
            col("call_id"),
            col("queue").as("segment"),
            expr("coalesce(array_join(transform(filter(transcript.turns, t -> t.speaker ="
                    + " 'caller'), t -> t.text), ' '), '')")
                .as("said"));
  }

  @Override
  public List<String> inputs() {
    return List.of("said");
  }

  @Override
  public List<String> learnsFrom() {
    return List.of("silver.calls", "silver.call_feedback");
  }

  /** A caller who is dissatisfied by either is; the label is known when both answers are. */
  @Override
  public Dataset<Row> labels(Map<String, Dataset<Row>> tables) {
    Dataset<Row> surveys =
        tables
            .get("silver.calls")
            .where(col("satisfaction").isNotNull())
            .select(
                col("call_id"),
                when(col("satisfaction").leq(2), 1.0).otherwise(0.0).as("label"),
                // The version that brought the answer, or a later one.
                to_date(col("updated_at")).as("known_on"));
    Dataset<Row> feedback =
        tables
            .get("silver.call_feedback")
            .select(
                col("call_id"),
                when(col("helpful"), 0.0).otherwise(1.0).as("label"),
                col("given_on").as("known_on"));
    return surveys
        .unionByName(feedback)
        .groupBy("call_id")
        .agg(max("label").as("label"), max("known_on").as("known_on"));
  }

  @Override
  public int matureDays() {
    return 3;
  }

  @Override
  public List<Candidate> candidates() {
    return List.of(words(0.002), words(0.02));
  }

  private static Candidate words(double penalty) {
    return new Candidate(
        "words, penalty " + penalty,
        new Pipeline()
            .setStages(
                new PipelineStage[] {
                  new RegexTokenizer()
                      .setInputCol("said")
                      .setOutputCol("tokens")
                      .setPattern("[^\\p{L}']+"),
                  new CountVectorizer()
                      .setInputCol("tokens")
                      .setOutputCol("counts")
                      .setMinDF(FEWEST_CALLS)
                      .setVocabSize(4_000),
                  new IDF().setInputCol("counts").setOutputCol("features"),
                  new LogisticRegression().setWeightCol("weight").setRegParam(penalty)
                }));
  }

  @Override
  public GatePolicy policy() {
    return GatePolicy.defaults()
        .withValidationDays(3)
        .withHoldoutDays(3)
        .withFewestPositives(20)
        .withFalsePositiveRate(0.1)
        .withCostOfMiss(3);
  }
}
