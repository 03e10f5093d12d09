package io.sluice.model;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.not;

import java.sql.Date;
import java.time.LocalDate;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * Which days of the examples are for what: the first are learned from, those after them validate,
 * and the last are held out. Each part begins on the day after the one before; all days are
 * inclusive.
 */
public record TimeSplit(
    LocalDate learnFrom, LocalDate learnUntil, LocalDate validateUntil, LocalDate holdOutUntil) {

  /** The parts between the first and the last day whose labels are known. */
  public static TimeSplit of(GatePolicy policy, LocalDate first, LocalDate last) {
    LocalDate validateUntil = last.minusDays(policy.holdoutDays());
    return new TimeSplit(
        first, validateUntil.minusDays(policy.validationDays()), validateUntil, last);
  }

  /** Whether there is more than one day to learn from. */
  boolean isEnough() {
    return learnFrom.isBefore(learnUntil);
  }

  /**
   * The rows that candidates learn from.
   *
   * @param day the rows' DATE column
   */
  Dataset<Row> learned(Dataset<Row> examples, String day) {
    return examples.where(until(day, learnUntil));
  }

  /** The rows that choose the candidate, its calibration and its threshold. */
  Dataset<Row> validation(Dataset<Row> examples, String day) {
    return examples.where(until(day, validateUntil).and(not(until(day, learnUntil))));
  }

  /** The rows of both: what the chosen candidate learns from in the end. */
  Dataset<Row> beforeHoldout(Dataset<Row> examples, String day) {
    return examples.where(until(day, validateUntil));
  }

  /** The rows that only the gate looks at. */
  public Dataset<Row> holdout(Dataset<Row> examples, String day) {
    return examples.where(not(until(day, validateUntil)));
  }

  private static Column until(String day, LocalDate last) {
    return col(day).leq(Date.valueOf(last));
  }
}
