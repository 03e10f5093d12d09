package io.sluice.quality;

import java.util.List;

/**
 * The result of a check over a batch.
 *
 * @param check the check's name
 * @param rule what the check demands: its DQDL text; words for a check that is built in
 * @param value the measured value; null if nothing could be measured
 * @param message why the check failed, with value and bound; empty if it passed
 */
public record CheckResult(
    String check,
    Check.Severity severity,
    String rule,
    CheckOutcome outcome,
    Double value,
    String message) {

  /** Whether the result stops the batch from being published. */
  public boolean stops() {
    return outcome == CheckOutcome.FAILED && severity == Check.Severity.ERROR;
  }

  /** A failed check as a sentence: its name, what it demands, what was measured. */
  public String sentence() {
    String why =
        message.isEmpty() ? rule : message.startsWith(rule) ? message : rule + " (" + message + ")";
    return "check " + check + " failed: " + why + (value == null ? "" : ", measured " + value);
  }

  /** The results that stop the batch. */
  public static List<CheckResult> stopping(List<CheckResult> checkResults) {
    return checkResults.stream().filter(CheckResult::stops).toList();
  }
}
