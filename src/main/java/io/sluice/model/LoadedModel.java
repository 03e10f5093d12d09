package io.sluice.model;

import org.apache.spark.ml.PipelineModel;

/** A version of a model with its pipeline, ready to score. */
public record LoadedModel(ModelVersion version, PipelineModel pipeline) {}
