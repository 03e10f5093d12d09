package io.sluice.ingest.format.parquet;

import io.sluice.ingest.format.UnreadableFileException;

/**
 * Reads numbers of a fixed width that stand as runs of one number and as packed bits: levels,
 * places in a dictionary, booleans. Nothing is allocated, however long a run claims to be.
 */
final class RunReader {
  private final Bytes in;
  private final int width;
  private long left;
  private boolean isRun;
  private int number;
  private int from;
  private long bit;

  /**
   * @param width bits of a number, at most 32
   */
  RunReader(Bytes in, int width) {
    this.in = in;
    this.width = width;
  }

  int next() throws UnreadableFileException {
    while (left == 0) {
      begin();
    }
    left--;
    if (isRun) {
      return number;
    }
    bit += width;
    return (int) in.bits(from, bit - width, width);
  }

  private void begin() throws UnreadableFileException {
    long header = in.varint();
    if (header >>> 1 > Integer.MAX_VALUE) {
      throw Bytes.damaged();
    }
    isRun = (header & 1) == 0;
    if (isRun) {
      left = header >>> 1;
      int bytes = (width + 7) / 8;
      number = (int) in.bits(in.take(bytes), 0, bytes * Byte.SIZE);
    } else {
      left = (header >>> 1) * Byte.SIZE;
      from = in.position;
      bit = 0;
      // The last group may be cut off behind its last number.
      in.position = (int) Math.min(in.limit, from + (header >>> 1) * width);
    }
  }
}
