package io.sluice.ingest;

/**
 * Offsets of a partition.
 *
 * @param from the first
 * @param until the one behind the last
 */
public record OffsetRange(int partition, long from, long until) {
  /** How many offsets; there may be fewer records. */
  public long size() {
    return until - from;
  }

  /** The first offsets of it: such a share of them, at least one. */
  public OffsetRange share(double share) {
    return new OffsetRange(partition, from, from + Math.max(1, (long) (size() * share)));
  }
}
