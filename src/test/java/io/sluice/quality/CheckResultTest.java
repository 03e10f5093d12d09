package io.sluice.quality;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Holds which {@link CheckResult}s stop a batch, and how a failure reads. */
class CheckResultTest {
  private static final CheckResult FAILED = result(Check.Severity.ERROR, CheckOutcome.FAILED);
  private static final CheckResult WARNED = result(Check.Severity.WARNING, CheckOutcome.FAILED);
  private static final CheckResult PASSED = result(Check.Severity.ERROR, CheckOutcome.PASSED);

  @Test
  void onlyFailedErrorStops() {
    assertEquals(List.of(FAILED), CheckResult.stopping(List.of(PASSED, FAILED, WARNED)));
  }

  @Test
  void sentenceNamesCheckRuleReasonAndValueOnce() {
    assertEquals(
        "check rows failed: RowCount > 9 (too few), measured 3.0",
        new CheckResult(
                "rows", Check.Severity.ERROR, "RowCount > 9", CheckOutcome.FAILED, 3.0, "too few")
            .sentence());
    assertEquals(
        "check rows failed: RowCount > 9: too few",
        new CheckResult(
                "rows",
                Check.Severity.ERROR,
                "RowCount > 9",
                CheckOutcome.FAILED,
                null,
                "RowCount > 9: too few")
            .sentence());
  }

  private static CheckResult result(Check.Severity severity, CheckOutcome outcome) {
    return new CheckResult("rows", severity, "RowCount > 9", outcome, 3.0, "");
  }
}
