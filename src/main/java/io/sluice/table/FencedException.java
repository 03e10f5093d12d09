package io.sluice.table;

/**
 * Another driver published to the table what this one was about to; nothing of this one's is
 * visible.
 */
public final class FencedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  FencedException(String table, Exception cause) {
    super(
        table
            + ": another driver published here since this run began, so this run's commit is refused and nothing of it"
            + " is visible. Run it again: it goes on from what the other published. ("
            + cause.getMessage().lines().findFirst().orElse("")
            + ")",
        cause);
  }
}
