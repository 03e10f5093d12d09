package io.sluice.run;

/**
 * What a command's work on one subject published.
 *
 * @param rowCounts what became of the rows read
 * @param version the table version it made; null if it made none
 */
public record RunResult(RowCounts rowCounts, Long version) {
  public static final RunResult NOTHING_NEW = new RunResult(RowCounts.EMPTY, null);

  /** Both together: the second was published after this. */
  public RunResult then(RunResult next) {
    if (this == NOTHING_NEW || next == NOTHING_NEW) {
      return this == NOTHING_NEW ? next : this;
    }
    return new RunResult(rowCounts.plus(next.rowCounts), next.version);
  }
}
