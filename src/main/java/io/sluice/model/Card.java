package io.sluice.model;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * All that is known of a trained version: what it learned from, how, how good it is, and how its
 * inputs were spread. Kept as JSON in {@code models.versions}.
 *
 * @param tables the version of each table read
 * @param contracts the version of each source's contract
 * @param code the version of the commands and the commit that they were built from
 * @param why it was trained: there was none, new data, drift
 * @param days the first and last days of learning, validation and holdout
 * @param hash of the examples
 * @param metrics of the holdout, by name
 * @param segments the same for each segment
 * @param gates what it was held against
 * @param precisionOverRecall a curve, recall first; empty for a regression
 * @param calibration mean score and share of positives of ten bins; empty for a regression
 * @param importances of each input, the greatest first
 * @param trainedAt when its training began, in ISO form
 * @param seconds how long training took
 * @param cpuSeconds what it cost: CPU time of its tasks, on all executors
 * @param spread how each number and the score were spread
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Card(
    String model,
    String description,
    String owner,
    String candidate,
    SortedMap<String, String> parameters,
    List<Trainer.Trial> trials,
    SortedMap<String, Long> tables,
    SortedMap<String, String> contracts,
    String code,
    String why,
    SortedMap<String, String> days,
    long rows,
    long positives,
    String hash,
    SortedMap<String, Double> metrics,
    SortedMap<String, SortedMap<String, Double>> segments,
    List<Gate> gates,
    List<Scores.Point> precisionOverRecall,
    List<Scores.Point> calibration,
    Map<String, Double> importances,
    String trainedAt,
    double seconds,
    double cpuSeconds,
    SortedMap<String, Distribution> spread) {
  private static final ObjectMapper JSON =
      new ObjectMapper().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

  /**
   * Where a version comes from and what its training took; the meaning is that of the card's own
   * fields.
   */
  public record Origin(
      SortedMap<String, Long> tables,
      SortedMap<String, String> contracts,
      String code,
      String why,
      String trainedAt,
      double seconds,
      double cpuSeconds) {}

  public String json() {
    try {
      return JSON.writeValueAsString(this);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  public static Card read(String json) {
    try {
      return JSON.readValue(json, Card.class);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The card of a model that has learned and been judged. */
  public static Card of(Model model, TrainedModel trained, List<Gate> gates, Origin origin) {
    boolean ranks = model.task() == Model.Task.CLASSIFICATION;
    TimeSplit split = trained.split();
    SortedMap<String, String> days = new TreeMap<>();
    days.put("1 learned", split.learnFrom() + " to " + split.learnUntil());
    days.put("2 validated", split.learnUntil().plusDays(1) + " to " + split.validateUntil());
    days.put("3 held out", split.validateUntil().plusDays(1) + " to " + split.holdOutUntil());
    SortedMap<String, SortedMap<String, Double>> segments = new TreeMap<>();
    trained
        .holdout()
        .bySegment()
        .forEach(
            (segment, scores) ->
                segments.put(segment, metrics(model, scores, trained.threshold())));
    SortedMap<String, Double> metrics = metrics(model, trained.holdout(), trained.threshold());
    Scores.Difference interval = trained.holdout().interval(model.task());
    metrics.put("merit_low", interval.low());
    metrics.put("merit_high", interval.high());
    if (model.hasBaseline()) {
      metrics.put("baseline_absolute_error", trained.baseline().absoluteError());
    }
    return new Card(
        model.name(),
        model.description(),
        model.owner(),
        trained.candidate().name(),
        trained.candidate().parameters(),
        trained.trials(),
        origin.tables(),
        origin.contracts(),
        origin.code(),
        origin.why(),
        days,
        trained.rows(),
        trained.positives(),
        trained.hash(),
        metrics,
        segments,
        gates,
        ranks ? trained.holdout().precisionOverRecall() : List.of(),
        ranks ? trained.holdout().calibration() : List.of(),
        trained.importances(),
        origin.trainedAt(),
        origin.seconds(),
        origin.cpuSeconds(),
        trained.spread());
  }

  private static SortedMap<String, Double> metrics(Model model, Scores scores, double threshold) {
    SortedMap<String, Double> metrics = new TreeMap<>();
    metrics.put("rows", (double) scores.size());
    if (model.task() == Model.Task.REGRESSION) {
      metrics.put("absolute_error", scores.absoluteError());
      return metrics;
    }
    GatePolicy policy = model.policy();
    Scores.AtThreshold chosen = scores.at(threshold, policy.costOfMiss());
    Scores.AtThreshold allowed =
        scores.at(scores.thresholdAt(policy.falsePositiveRate()), policy.costOfMiss());
    metrics.put("positives", (double) scores.positives());
    metrics.put("average_precision", scores.averagePrecision());
    metrics.put("roc_area", scores.rocArea());
    metrics.put("brier", scores.brier());
    metrics.put("precision", chosen.precision());
    metrics.put("recall", chosen.recall());
    metrics.put("false_positive_rate", chosen.falsePositiveRate());
    metrics.put("cost_per_row", chosen.cost());
    metrics.put("recall_at_allowed_false_positive_rate", allowed.recall());
    return metrics;
  }
}
