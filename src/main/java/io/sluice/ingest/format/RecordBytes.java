package io.sluice.ingest.format;

import java.util.Arrays;

/** Gathers a record whose bytes reach over several buffers; keeps as many as a record may have. */
final class RecordBytes {
  private static final byte[] NONE = {};

  private final int most;
  private final boolean isTrimmed;
  private byte[] bytes = NONE;
  private int size;
  private long length;
  private long returns;
  private long taken;

  /**
   * @param most so many bytes are kept
   * @param end what ends a line; carriage returns before a line feed are part of it
   */
  RecordBytes(int most, byte end) {
    this.most = most;
    this.isTrimmed = end == '\n';
  }

  /** Adds bytes from one index to another. */
  void add(byte[] from, int start, int end) {
    int kept = Math.min(most - size, end - start);
    if (size + kept > bytes.length) {
      bytes = Arrays.copyOf(bytes, (int) Math.min(most, Math.max(2L * bytes.length, size + kept)));
    }
    System.arraycopy(from, start, bytes, size, kept);
    size += kept;
    length += end - start;
    int last = trimmed(from, start, end);
    returns = (last == start ? returns : 0) + (end - last);
  }

  private int trimmed(byte[] from, int start, int end) {
    int last = end;
    while (isTrimmed && last > start && from[last - 1] == '\r') {
      last--;
    }
    return last;
  }

  /**
   * What is kept of the bytes added and of some more, without the part of a line end; forgets them.
   */
  byte[] take(byte[] from, int start, int end) {
    if (length == 0) {
      int last = trimmed(from, start, end);
      taken = last - start;
      return Arrays.copyOfRange(from, start, start + (int) Math.min(most, taken));
    }
    add(from, start, end);
    taken = length - returns;
    byte[] all = Arrays.copyOf(bytes, (int) Math.min(size, taken));
    bytes = NONE;
    size = 0;
    length = 0;
    returns = 0;
    return all;
  }

  /** How many bytes there were of what was taken last, kept or not. */
  long taken() {
    return taken;
  }

  /** What is wrong with what was taken last; null if all of it was kept. */
  String problem() {
    return taken > most
        ? "record of " + taken + " bytes is longer than maxRecordBytes; its beginning is kept"
        : null;
  }
}
