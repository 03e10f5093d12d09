package io.sluice.model;

/**
 * What a model is held to. Each model begins with {@link #defaults} and says where it differs.
 *
 * @param learnDays at most so many days are learned from
 * @param validationDays so many days after them choose the candidate, the calibration and the
 *     threshold
 * @param holdoutDays so many days after those are seen by the gate alone
 * @param fewestPositives so many positives (of a regression: rows) at least in each of the three
 * @param falsePositiveRate the threshold of a classification lets at most this share of the
 *     negatives of the validation days pass, 0 to 1
 * @param costOfMiss of a positive below the threshold, in units of one false alarm
 * @param margin a challenger must be better by more than this: in PR-AUC (0 to 1), or as a share of
 *     the absolute error of what it is held against
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

  public GatePolicy {
    if (learnDays < 1 || validationDays < 1 || holdoutDays < 1) {
      throw new IllegalArgumentException(
          "each part has at least one day, not "
              + learnDays
              + ", "
              + validationDays
              + " and "
              + holdoutDays);
    }
    if (!(falsePositiveRate >= 0 && falsePositiveRate < 1)) {
      throw new IllegalArgumentException(
          "the false-positive rate is from 0 to below 1, not " + falsePositiveRate);
    }
  }

  /**
   * Learns from 60 days, validates on 7 and holds out 7, each with 10 positives at least; lets 1 %
   * of the negatives pass; a miss costs as much as a false alarm; better by anything at all is
   * better, and a segment may be worse by 0.1.
   */
  public static GatePolicy defaults() {
    return new GatePolicy(60, 7, 7, 10, 0.01, 1, 0, 0.1);
  }

  /** At most so many days are learned from. */
  public GatePolicy withLearnDays(int days) {
    return new GatePolicy(
        days,
        validationDays,
        holdoutDays,
        fewestPositives,
        falsePositiveRate,
        costOfMiss,
        margin,
        segmentTolerance);
  }

  /** So many days after those learned from choose candidate, calibration and threshold. */
  public GatePolicy withValidationDays(int days) {
    return new GatePolicy(
        learnDays,
        days,
        holdoutDays,
        fewestPositives,
        falsePositiveRate,
        costOfMiss,
        margin,
        segmentTolerance);
  }

  /** So many days at the end are seen by the gate alone. */
  public GatePolicy withHoldoutDays(int days) {
    return new GatePolicy(
        learnDays,
        validationDays,
        days,
        fewestPositives,
        falsePositiveRate,
        costOfMiss,
        margin,
        segmentTolerance);
  }

  /** So many positives (of a regression: rows) are in each part at least. */
  public GatePolicy withFewestPositives(int positives) {
    return new GatePolicy(
        learnDays,
        validationDays,
        holdoutDays,
        positives,
        falsePositiveRate,
        costOfMiss,
        margin,
        segmentTolerance);
  }

  /** At most this share of the negatives, 0 to 1, reaches the threshold. */
  public GatePolicy withFalsePositiveRate(double share) {
    return new GatePolicy(
        learnDays,
        validationDays,
        holdoutDays,
        fewestPositives,
        share,
        costOfMiss,
        margin,
        segmentTolerance);
  }

  /** A positive that is missed costs as much as so many false alarms. */
  public GatePolicy withCostOfMiss(double falseAlarms) {
    return new GatePolicy(
        learnDays,
        validationDays,
        holdoutDays,
        fewestPositives,
        falsePositiveRate,
        falseAlarms,
        margin,
        segmentTolerance);
  }

  /** A challenger is better by more than this, in PR-AUC or as a share of the absolute error. */
  public GatePolicy withMargin(double merit) {
    return new GatePolicy(
        learnDays,
        validationDays,
        holdoutDays,
        fewestPositives,
        falsePositiveRate,
        costOfMiss,
        merit,
        segmentTolerance);
  }

  /** No segment is worse by more than this, in the same unit as the margin. */
  public GatePolicy withSegmentTolerance(double merit) {
    return new GatePolicy(
        learnDays,
        validationDays,
        holdoutDays,
        fewestPositives,
        falsePositiveRate,
        costOfMiss,
        margin,
        merit);
  }

  /** Of so many days the labels must be known before anything can be learned. */
  public int fewestDays() {
    return validationDays + holdoutDays + 2;
  }

  /** So many days are looked at when a version is trained. */
  int days() {
    return learnDays + validationDays + holdoutDays;
  }
}
