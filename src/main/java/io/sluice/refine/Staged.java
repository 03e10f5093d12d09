package io.sluice.refine;

import io.sluice.quality.CheckResult;
import io.sluice.run.RowCounts;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * A batch whose rows are written to files that nothing refers to yet.
 *
 * @param rowCounts what becomes of its rows
 * @param checkResults what the contract's checks say of the accepted rows; none if there are none
 * @param judged its rows, as {@link RowJudge} gives them; empty if they are not at hand
 */
public record Staged(
    RowCounts rowCounts,
    Tally tally,
    List<CheckResult> checkResults,
    Optional<Dataset<Row>> judged) {

  /** A batch of which only the outcome is told. */
  Staged(RowCounts rowCounts, Tally tally, List<CheckResult> checkResults) {
    this(rowCounts, tally, checkResults, Optional.empty());
  }
}
