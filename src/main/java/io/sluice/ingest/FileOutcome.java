package io.sluice.ingest;

import io.sluice.ingest.format.FileRecords;
import java.io.Serializable;
import java.util.Locale;

/**
 * What became of a landed file.
 *
 * @param records how many were read from it; only those of an ingested file are in bronze
 * @param passedOver how many of its lines hold no record and no header
 * @param header what stands in it once and belongs to each record; null for nothing
 * @param problem why it was not read whole; null if it was
 */
record FileOutcome(
    String path, State state, long records, long passedOver, String header, String problem)
    implements Serializable {

  /** The three ways in which reading a file can end. */
  enum State {
    /** All its records are in bronze. */
    INGESTED,
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

  /** A file of which so many records have been read; what reads them may be null for none. */
  static FileOutcome ingested(String path, long count, FileRecords records) {
    return records == null
        ? new FileOutcome(path, State.INGESTED, count, 0, null, null)
        : new FileOutcome(
            path, State.INGESTED, count, records.passedOver(), records.header(), null);
  }

  /** The same file, not read whole. */
  FileOutcome failed(State how, String why) {
    return new FileOutcome(path, how, records, passedOver, header, why);
  }

  boolean isIngested() {
    return state == State.INGESTED;
  }
}
