package io.sluice.table;

/**
 * Another driver was first: it published to the table what this one was about to. Nothing of this
 * one's is visible, and trying again within the run will not do: the run has to begin anew.
 */
public final class FencedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Found by Delta when this driver committed. */
  FencedException(String table, Exception cause) {
    this(table, cause.getMessage().lines().findFirst().orElse(""), cause);
  }

  /** Found by a checkpoint that does not stand where this driver has left or found it. */
  public FencedException(String table, Checkpoint checkpoint, long expected, long found) {
    this(table, checkpoint + " stands at " + found + ", not at " + expected, null);
  }

  private FencedException(String table, String why, Exception cause) {
    super(
        table
            + ": another driver published here since this run began, so this run's commit is refused and nothing of it"
            + " is visible. Run it again: it goes on from what the other published. ("
            + why
            + ")",
        cause);
  }
}
