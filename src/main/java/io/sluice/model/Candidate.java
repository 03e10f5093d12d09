package io.sluice.model;

import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.spark.ml.Pipeline;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.ml.feature.VectorAssembler;
import org.apache.spark.ml.param.Param;

/**
 * A pipeline that may learn a model.
 *
 * <p>Its last stage gives {@code rawPrediction} for a classification, {@code prediction} for a
 * regression, from the model's inputs and the columns {@code label} and {@code weight}. Seeds are
 * fixed.
 */
public record Candidate(String name, Pipeline pipeline) {

  /** Of inputs that are numbers: they as one vector, {@code features}, and what learns from it. */
  public static Candidate of(String name, List<String> inputs, PipelineStage learner) {
    PipelineStage features =
        new VectorAssembler().setInputCols(inputs.toArray(String[]::new)).setOutputCol("features");
    return new Candidate(name, new Pipeline().setStages(new PipelineStage[] {features, learner}));
  }

  /** What its stages were told, by MLlib's names; not the names of columns. */
  public SortedMap<String, String> parameters() {
    SortedMap<String, String> parameters = new TreeMap<>();
    for (PipelineStage stage : pipeline.getStages()) {
      for (Param<?> param : stage.params()) {
        if (stage.isSet(param) && !param.name().matches(".*Cols?")) {
          parameters.put(param.name(), "" + stage.getOrDefault(param));
        }
      }
    }
    return parameters;
  }
}
