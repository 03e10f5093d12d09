package io.sluice.ingest;

import java.io.Serializable;
import java.util.Locale;

/**
 * What became of a landed file.
 *
 * @param records how many were read from it; only those of an ingested file are in bronze
 * @param passedOver how many lines hold no record and no header: blank ones, comments, and those
 *     the contract says to skip
 * @param header what stands in it once and belongs to each record; null for nothing
 * @param problem why it was not read whole; null if it was
 * @param content a number of what its records say, the same for the same records; null if nobody
 *     asks, or it has none
 */
record FileOutcome(
    String path,
    State state,
    long records,
    long passedOver,
    String header,
    String problem,
    String content)
    implements Serializable {

  /** The ways in which reading a file can end. */
  enum State {
    /** All its records are in bronze. */
    INGESTED,
    /** All its records are in bronze by an earlier file: none of them is there again. */
    REDELIVERED,
    /** Its content cannot be read: nothing of it is in bronze until it lands again, fixed. */
    QUARANTINED,
    /**
     * The store does not give its content now: nothing of it is in bronze, and it is tried again.
     */
    UNREADABLE;

    /** As {@code ops.files} has it. */
    String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  static FileOutcome ingested(String path, long records, long passedOver, String header) {
    return new FileOutcome(path, State.INGESTED, records, passedOver, header, null, null);
  }

  /** The same file, not read whole. */
  FileOutcome failed(State how, String why) {
    return new FileOutcome(path, how, records, passedOver, header, why, content);
  }

  /** The same file with what its records say. */
  FileOutcome saying(String what) {
    return new FileOutcome(path, state, records, passedOver, header, problem, what);
  }

  /**
   * The same file, as a delivery of what is there already.
   *
   * @param earlier the file that its records came in
   */
  FileOutcome redelivers(String earlier) {
    return failed(State.REDELIVERED, "holds the records of " + earlier);
  }

  boolean isIngested() {
    return state == State.INGESTED;
  }
}
