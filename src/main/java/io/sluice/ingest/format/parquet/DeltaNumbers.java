package io.sluice.ingest.format.parquet;

import io.sluice.ingest.format.UnreadableFileException;

/**
 * Reads integers that stand as differences, packed in blocks. Nothing is allocated, whatever number
 * of values and size of blocks they claim.
 */
final class DeltaNumbers {
  private final Bytes in;
  private final int packed;
  private final int packs;
  private final long count;
  private long left;
  private long number;
  private long smallest;
  private int widths;
  private int pack;
  private int width;
  private int from;
  private long place;

  /**
   * @param in from the header on; stands behind the numbers once the last has been read, or {@link
   *     #skip} called
   */
  DeltaNumbers(Bytes in) throws UnreadableFileException {
    this.in = in;
    long block = in.varint();
    long packsInBlock = in.varint();
    this.count = in.varint();
    this.number = in.zigzag();
    this.left = count;
    if (packsInBlock < 1
        || packsInBlock > block
        || block > Integer.MAX_VALUE
        || block % packsInBlock != 0
        || block / packsInBlock % Byte.SIZE != 0
        || count < 0) {
      throw Bytes.damaged();
    }
    this.packs = (int) packsInBlock;
    this.packed = (int) (block / packsInBlock);
    this.pack = packs;
    this.place = packed;
  }

  long next() throws UnreadableFileException {
    if (left == 0) {
      throw Bytes.damaged();
    }
    if (left-- < count) {
      if (place == packed) {
        beginPack();
      }
      number += smallest + in.bits(from, place * width, width);
      place++;
    }
    return number;
  }

  private void beginPack() throws UnreadableFileException {
    if (pack == packs) {
      smallest = in.zigzag();
      widths = in.take(packs);
      pack = 0;
    }
    width = in.array[widths + pack];
    if (width < 0 || width > Long.SIZE) {
      throw Bytes.damaged();
    }
    pack++;
    place = 0;
    from = in.position;
    // The last pack may be cut off behind its last number.
    in.position = (int) Math.min(in.limit, from + (long) width * packed / Byte.SIZE);
  }

  /** Goes behind the numbers without reading them. */
  void skip() throws UnreadableFileException {
    for (long behind = Math.max(0, left - 1); behind > 0; behind -= packed) {
      beginPack();
    }
    left = 0;
  }
}
