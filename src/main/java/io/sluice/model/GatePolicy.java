package io.sluice.model;

/**
 * What a model is held to.
 *
 * @param learnDays at most so many days are learned from
 * @param validationDays so many days after them choose the candidate, the calibration and the
 *     threshold
 * @param holdoutDays so many days after those are seen by the gate alone
 * @param fewestPositives so many positives (of a regression: rows) at least in each of the three
 * @param falsePositiveRate the threshold of a classification lets at most this share of the
 *     negatives of the validation days pass
 * @param costOfMiss of a positive below the threshold, in units of one false alarm
 * @param margin a challenger must be better by more than this: in PR-AUC, or as a share of the
 *     absolute error
 * @param segmentTolerance no segment may be worse by more than this, in the same unit
 */
public record GatePolicy(
    int learnDays,
    int validationDays,
    int holdoutDays,
    int fewestPositives,
    double falsePositiveRate,
    double costOfMiss,
    double margin,
    double segmentTolerance) {

  /** A share of features that drifted above which an alarm is given. */
  public static final double DRIFT_ALARM = 0.05;

  /** Of so many days the labels must be known before anything can be learned. */
  public int fewestDays() {
    return validationDays + holdoutDays + 2;
  }
}
