package io.sluice.refine;

import io.sluice.quality.CheckResult;
import io.sluice.run.RowCounts;
import java.util.List;

/**
 * A batch whose rows are written to files that nothing refers to yet.
 *
 * @param rowCounts what becomes of its rows
 * @param checkResults what the contract's checks say of the accepted rows; none if there are none
 */
public record Staged(RowCounts rowCounts, Tally tally, List<CheckResult> checkResults) {}
