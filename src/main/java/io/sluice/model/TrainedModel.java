package io.sluice.model;

import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import org.apache.spark.ml.PipelineModel;

/**
 * A model that has learned, as {@link Trainer} gives it; nothing of it is stored yet.
 *
 * @param candidate the one that was chosen
 * @param trials what each candidate achieved
 * @param split which days were for what
 * @param rows learned from, validation days included
 * @param positives how many of those rows have the label 1
 * @param hash of all those rows, whatever their order
 * @param threshold from which score on it says yes; 0 for a regression
 * @param holdout its scores of the holdout
 * @param baseline the holdout's scores that take no model
 * @param importances of each input (of a text: of its weightiest words), the greatest first
 * @param spread how each number and the score were spread
 */
public record TrainedModel(
    PipelineModel pipeline,
    Candidate candidate,
    List<Trainer.Trial> trials,
    TimeSplit split,
    long rows,
    long positives,
    String hash,
    double threshold,
    Scores holdout,
    Scores baseline,
    Map<String, Double> importances,
    SortedMap<String, Distribution> spread) {}
