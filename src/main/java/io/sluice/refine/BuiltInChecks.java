package io.sluice.refine;

import io.sluice.contract.Contract;
import io.sluice.contract.SchemaPolicy;
import io.sluice.quality.Check;
import io.sluice.quality.CheckOutcome;
import io.sluice.quality.CheckResult;
import io.sluice.run.RowCounts;
import java.util.ArrayList;
import java.util.List;

/** The checks that every batch has besides its contract's own; pure. */
final class BuiltInChecks {
  private BuiltInChecks() {}

  /** That every row read is accounted for. */
  static CheckResult balance(RowCounts rowCounts) {
    return error(
        "every_row_accounted_for",
        "read = accepted + quarantined + duplicate + superseded",
        rowCounts.balances(),
        null,
        rowCounts.toString());
  }

  /**
   * What every batch of new rows must hold: its row counts, its share of broken rows, its columns.
   */
  static List<CheckResult> ofNews(Contract contract, RowCounts rowCounts, Tally tally) {
    List<CheckResult> checkResults = new ArrayList<>();
    checkResults.add(balance(rowCounts));
    double share = rowCounts.read() == 0 ? 0 : (double) rowCounts.quarantined() / rowCounts.read();
    checkResults.add(
        error(
            "quarantine_limit",
            "share of quarantined rows <= " + contract.quarantineLimit(),
            share <= contract.quarantineLimit(),
            share,
            "reasons by number of rows: " + tally.reasons()));
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
    return checkResults;
  }

  private static CheckResult columns(String rule, Tally tally) {
    List<String> broken =
        tally.reasons().keySet().stream().filter(reason -> reason.endsWith("/" + rule)).toList();
    return error(
        "schema_policy_" + rule,
        "no column is " + rule,
        broken.isEmpty(),
        (double) broken.size(),
        "columns: " + broken);
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
