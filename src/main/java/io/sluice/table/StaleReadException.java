package io.sluice.table;

/**
 * The files that a run read were changed by another command before it could publish; nothing of the
 * run is visible, and trying again will do.
 */
public final class StaleReadException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  StaleReadException(String table, Exception cause) {
    super(
        table
            + ": another command changed what this run had read, so nothing of it is visible; run it again. ("
            + cause.getMessage().lines().findFirst().orElse("")
            + ")",
        cause);
  }
}
