package io.sluice.model;

import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.apache.spark.ml.Pipeline;

/**
 * A pipeline that may learn a model, with the parameters it was made with.
 *
 * <p>Its last stage gives {@code rawPrediction} for a classification, {@code prediction} for a
 * regression, from the model's inputs and the columns {@code label} and {@code weight}. Seeds are
 * fixed.
 */
public record Candidate(
    String name, SortedMap<String, String> parameters, Supplier<Pipeline> pipeline) {

  public Candidate(String name, Map<String, String> parameters, Supplier<Pipeline> pipeline) {
    this(name, new TreeMap<>(parameters), pipeline);
  }
}
