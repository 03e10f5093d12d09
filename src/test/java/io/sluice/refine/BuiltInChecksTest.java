package io.sluice.refine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.sluice.contract.Contract;
import io.sluice.contract.Contracts;
import io.sluice.quality.Check;
import io.sluice.quality.CheckOutcome;
import io.sluice.quality.CheckResult;
import io.sluice.run.RowCounts;
import io.sluice.testing.Readings;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The checks that every batch of new rows has. */
class BuiltInChecksTest {
  private static final Contract CONTRACT = Contracts.read(Readings.CONTRACTS).get("readings");

  private static List<CheckResult> of(RowCounts rowCounts) {
    return BuiltInChecks.ofNews(CONTRACT, rowCounts, Tally.NONE, QuarantineGate.of(CONTRACT));
  }

  private static List<String> warnings(RowCounts rowCounts) {
    return of(rowCounts).stream()
        .filter(result -> result.severity() == Check.Severity.WARNING)
        .peek(result -> assertEquals(CheckOutcome.FAILED, result.outcome()))
        .map(CheckResult::check)
        .toList();
  }

  @Test
  void rowsThatDoNotAddUpStop() {
    assertEquals(
        List.of("every_row_accounted_for"),
        CheckResult.stopping(of(new RowCounts(10, 8, 1, 0, 0))).stream()
            .map(CheckResult::check)
            .toList());
    assertEquals(List.of(), CheckResult.stopping(of(new RowCounts(10, 8, 1, 1, 0))));
  }

  @ParameterizedTest
  @CsvSource({"999, 999, false", "1000, 500, false", "1000, 501, true", "5000, 4000, true"})
  void unusualShareOfDuplicatesIsAWarning(long read, long duplicate, boolean warns) {
    RowCounts rowCounts = new RowCounts(read, read - duplicate, 0, duplicate, 0);
    assertEquals(warns ? List.of("duplicate_share") : List.of(), warnings(rowCounts));
    assertFalse(of(rowCounts).stream().anyMatch(CheckResult::stops));
  }

  @Test
  void conflictIsAWarningThatSaysHowMany() {
    assertEquals(List.of("no_conflict"), warnings(new RowCounts(10, 7, 0, 3, 0, 2)));
    assertEquals(
        "check no_conflict failed: rows of one key and version say the same (2 rows say something"
            + " other than the row kept of their key and version; the first to arrive was kept),"
            + " measured 2.0",
        of(new RowCounts(10, 7, 0, 3, 0, 2)).get(2).sentence());
  }
}
