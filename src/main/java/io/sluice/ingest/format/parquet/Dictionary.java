package io.sluice.ingest.format.parquet;

import io.sluice.ingest.format.UnreadableFileException;
import io.sluice.ingest.format.parquet.SchemaElement.Physical;

/** The different values of a column chunk, to which its pages refer by their places. */
final class Dictionary {
  private static final int MOST_WIDTH = Integer.SIZE;

  private final byte[] array;
  private final long[] numbers;
  private final int[] starts;
  private final int[] lengths;

  private Dictionary(byte[] array, long[] numbers, int[] starts, int[] lengths) {
    this.array = array;
    this.numbers = numbers;
    this.starts = starts;
    this.lengths = lengths;
  }

  /**
   * Reads a dictionary's page.
   *
   * @param count how many values it claims to have
   */
  static Dictionary read(SchemaElement column, Bytes in, int count) throws UnreadableFileException {
    // Each value takes as many bytes at least, so that no more are claimed than there can be.
    int least =
        switch (column.type()) {
          case BOOLEAN -> 1;
          case INT32, FLOAT, BYTE_ARRAY -> Integer.BYTES;
          case INT64, DOUBLE -> Long.BYTES;
          case INT96 -> 3 * Integer.BYTES;
          case FIXED_LEN_BYTE_ARRAY -> Math.max(1, column.typeLength());
        };
    if (count < 0 || column.type() == Physical.BOOLEAN || count > in.left() / least) {
      throw Bytes.damaged();
    }
    Values values = Values.plain(column, in);
    Cell cell = new Cell();
    if (isNumber(column.type())) {
      long[] numbers = new long[count];
      for (int i = 0; i < count; i++) {
        values.next(cell);
        numbers[i] = cell.number;
      }
      return new Dictionary(null, numbers, null, null);
    }
    int[] starts = new int[count];
    int[] lengths = new int[count];
    for (int i = 0; i < count; i++) {
      values.next(cell);
      starts[i] = cell.offset;
      lengths[i] = cell.length;
    }
    return new Dictionary(in.array, null, starts, lengths);
  }

  private static boolean isNumber(Physical type) {
    return type == Physical.INT32
        || type == Physical.INT64
        || type == Physical.FLOAT
        || type == Physical.DOUBLE;
  }

  /** A page's values: the width of places in the dictionary, then places. */
  Values values(Bytes in) throws UnreadableFileException {
    int width = in.array[in.take(1)];
    if (width < 0 || width > MOST_WIDTH) {
      throw Bytes.damaged();
    }
    RunReader places = new RunReader(in, width);
    return cell -> get(places.next(), cell);
  }

  private void get(int place, Cell cell) throws UnreadableFileException {
    if (place < 0 || place >= (numbers == null ? starts.length : numbers.length)) {
      throw Bytes.damaged();
    }
    if (numbers != null) {
      cell.number = numbers[place];
    } else {
      cell.set(array, starts[place], lengths[place]);
    }
  }
}
