package io.sluice.table;

/**
 * The files that a run read were changed by another program before it could publish; nothing of the
 * run is visible, and trying again will do.
 */
public final class DisturbedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  DisturbedException(String table, Exception cause) {
    super(
        table
            + ": another program changed what this run had read, so nothing of it is visible; run it again. ("
            + cause.getMessage().lines().findFirst().orElse("")
            + ")",
        cause);
  }
}
