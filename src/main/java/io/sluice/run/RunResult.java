package io.sluice.run;

/**
 * What a command's work on one subject published.
 *
 * @param rowCounts what became of the rows read
 * @param version the table version it made; null if it made none
 * @param note what was asked of it beside what settings and contracts say; null if nothing was
 */
public record RunResult(RowCounts rowCounts, Long version, String note) {
  public static final RunResult NOTHING_NEW = new RunResult(RowCounts.EMPTY, null);

  public RunResult(RowCounts rowCounts, Long version) {
    this(rowCounts, version, null);
  }

  /** Both together: the second was published after this. */
  public RunResult then(RunResult next) {
    if (this == NOTHING_NEW || next == NOTHING_NEW) {
      return this == NOTHING_NEW ? next : this;
    }
    return new RunResult(rowCounts.plus(next.rowCounts), next.version, next.note);
  }
}
