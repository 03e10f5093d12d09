package io.sluice.contract;

/**
 * How many of a source's new rows may be quarantined before they are stopped.
 *
 * @param share of the rows, from 0 to 1
 * @param least fewer quarantined rows than so many never stop, whatever their share
 */
public record QuarantineLimit(double share, long least) {
  /** How few of a handful of rows say nothing about the source. */
  static final long LEAST = 20;

  /** The limit of a contract that states none. */
  static final QuarantineLimit DEFAULT = new QuarantineLimit(0.2, LEAST);

  /** The same with another share. */
  public QuarantineLimit withShare(double other) {
    return new QuarantineLimit(other, least);
  }

  /** Whether so many quarantined rows of so many are too many. */
  public boolean isExceeded(long read, long quarantined) {
    return read > 0 && quarantined >= least && (double) quarantined / read > share;
  }

  @Override
  public String toString() {
    return least > 1
        ? "share of quarantined rows <= " + share + ", or fewer than " + least + " of them"
        : "share of quarantined rows <= " + share;
  }
}
