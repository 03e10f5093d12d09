package io.sluice.refine;

import io.sluice.contract.Contract;
import io.sluice.contract.SchemaPolicy;
import io.sluice.quality.Check;
import io.sluice.quality.CheckOutcome;
import io.sluice.quality.CheckResult;
import io.sluice.run.RowCounts;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** The checks that every batch has besides its contract's own; pure. */
final class BuiltInChecks {
  /** From how many rows on a share of duplicates says something. */
  private static final long MANY = 1_000;

  private static final double HALF = 0.5;

  private BuiltInChecks() {}

  /** That every row read is accounted for. */
  static CheckResult balance(RowCounts rowCounts) {
    return error(
        "every_row_accounted_for",
        "read = accepted + quarantined + duplicate + superseded + deleted",
        rowCounts.balances(),
        null,
        rowCounts.toString());
  }

  /**
   * What every batch of new rows must hold: its row counts, its share of broken rows, its columns.
   */
  static List<CheckResult> ofNews(
      Contract contract, RowCounts rowCounts, Tally tally, QuarantineGate gate) {
    List<CheckResult> checkResults = new ArrayList<>();
    checkResults.add(balance(rowCounts));
    checkResults.add(gate.judge(rowCounts, tally));
    SchemaPolicy policy = contract.schemaPolicy();
    if (policy.removed() == SchemaPolicy.Removed.STOP) {
      checkResults.add(columns("missing", tally));
    }
    if (policy.retyped() == SchemaPolicy.Retyped.STOP) {
      checkResults.add(columns("type", tally));
    }
    if (policy.added() == SchemaPolicy.Added.STOP) {
      checkResults.add(columns("added", tally));
    }
    duplicates(rowCounts).ifPresent(checkResults::add);
    conflicts(rowCounts).ifPresent(checkResults::add);
    return checkResults;
  }

  /** That most rows have not been sent before; told only if it does not hold. */
  private static Optional<CheckResult> duplicates(RowCounts rowCounts) {
    double share = rowCounts.read() == 0 ? 0 : (double) rowCounts.duplicate() / rowCounts.read();
    return rowCounts.read() < MANY || share <= HALF
        ? Optional.empty()
        : Optional.of(
            warning(
                "duplicate_share",
                "share of duplicates <= " + HALF,
                share,
                String.format(
                    Locale.ROOT,
                    "%,d of %,d rows are kept already, by key and version; was a file sent twice?",
                    rowCounts.duplicate(),
                    rowCounts.read())));
  }

  /** That rows of one key and version say the same; told only if they do not. */
  private static Optional<CheckResult> conflicts(RowCounts rowCounts) {
    return rowCounts.conflict() == 0
        ? Optional.empty()
        : Optional.of(
            warning(
                "no_conflict",
                "rows of one key and version say the same",
                (double) rowCounts.conflict(),
                String.format(
                    Locale.ROOT,
                    "%,d rows say something other than the row kept of their key and version; the"
                        + " first to arrive was kept",
                    rowCounts.conflict())));
  }

  private static CheckResult warning(String name, String rule, Double value, String failure) {
    return new CheckResult(name, Check.Severity.WARNING, rule, CheckOutcome.FAILED, value, failure);
  }

  private static CheckResult columns(String rule, Tally tally) {
    Set<String> broken =
        tally.reasons().keySet().stream()
            .filter(reason -> reason.endsWith("/" + rule))
            .collect(Collectors.toCollection(TreeSet::new));
    return error(
        "schema_policy_" + rule,
        "no column is " + rule,
        broken.isEmpty(),
        (double) broken.size(),
        () -> "columns: " + tally.described(broken, broken.size()));
  }

  /** An error-level check and what it said; what failed is worked out only if it did. */
  static CheckResult error(
      String name, String rule, boolean passed, Double value, Supplier<String> failure) {
    return error(name, rule, passed, value, passed ? "" : failure.get());
  }

  /** An error-level check and what it said. */
  static CheckResult error(String name, String rule, boolean passed, Double value, String failure) {
    return new CheckResult(
        name,
        Check.Severity.ERROR,
        rule,
        passed ? CheckOutcome.PASSED : CheckOutcome.FAILED,
        value,
        passed ? "" : failure);
  }
}
