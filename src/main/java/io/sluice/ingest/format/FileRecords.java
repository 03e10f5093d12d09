package io.sluice.ingest.format;

import java.io.Closeable;
import java.io.IOException;

/** The records of one file, one after the other. Closing it closes the file. */
public interface FileRecords extends Closeable {
  /**
   * One record.
   *
   * @param content its bytes as they stand
   * @param line where it begins, from 1 (Parquet: its row, from 0): its line, or one more than the
   *     record before if that stands on the same line. No two records of a file have the same
   * @param problem why it cannot be read, null if it can; its content is then the first bytes of it
   */
  record FileRecord(byte[] content, long line, String problem) {}

  /** What stands in the file once and belongs to each of its records; null for nothing. */
  String header();

  /**
   * The next record; null at the end of the file.
   *
   * @throws UnreadableFileException if the file cannot be read to its end
   */
  FileRecord next() throws IOException;

  /**
   * How many lines have been read so far that hold no record and no header: blank ones, comments,
   * and those that the contract says to skip.
   */
  default long passedOver() {
    return 0;
  }
}
