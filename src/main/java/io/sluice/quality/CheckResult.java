package io.sluice.quality;

import java.util.List;

/**
 * What a check said of a batch.
 *
 * @param check the check's name
 * @param rule what it demands: DQDL text, or words for a built-in one
 * @param outcome passed, or failed
 * @param value the measured value, null if it could not be measured
 * @param message why it failed, with value and bound; empty if it passed
 */
public record CheckResult(
    String check,
    Check.Severity severity,
    String rule,
    Outcome outcome,
    Double value,
    String message) {

  /** How a check ended. */
  public enum Outcome {
    PASSED,
    FAILED
  }

  /** Whether it keeps the batch from being published. */
  public boolean stops() {
    return outcome == Outcome.FAILED && severity == Check.Severity.ERROR;
  }

  /** A failure in words: the check, what it demands and what was measured. */
  public String sentence() {
    String why =
        message.isEmpty() ? rule : message.startsWith(rule) ? message : rule + " (" + message + ")";
    return "check " + check + " failed: " + why + (value == null ? "" : ", measured " + value);
  }

  /** Those check results that stop the batch. */
  public static List<CheckResult> stopping(List<CheckResult> checkResults) {
    return checkResults.stream().filter(CheckResult::stops).toList();
  }
}
