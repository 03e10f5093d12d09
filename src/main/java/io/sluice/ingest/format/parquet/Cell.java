package io.sluice.ingest.format.parquet;

/**
 * A plain value as a page holds it: a number, or bytes that stay where they are and are valid until
 * the next value is read into the same cell.
 */
final class Cell {
  /** An integer, 0 or 1 for a boolean, or the bits of a floating-point number. */
  long number;

  byte[] bytes;
  int offset;
  int length;

  void set(byte[] array, int from, int count) {
    bytes = array;
    offset = from;
    length = count;
  }
}
