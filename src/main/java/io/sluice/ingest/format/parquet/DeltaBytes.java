package io.sluice.ingest.format.parquet;

import io.sluice.ingest.format.UnreadableFileException;
import java.util.Arrays;

/**
 * Reads byte strings whose lengths stand before them all, and of which only the ends may stand that
 * differ from the string before.
 */
final class DeltaBytes implements Values {
  private final Bytes in;
  private final DeltaNumbers lengths;
  private final DeltaNumbers prefixes;
  private final int fixedLength;
  private byte[] value = new byte[0];
  private int length;

  private DeltaBytes(Bytes in, DeltaNumbers prefixes, int fixedLength)
      throws UnreadableFileException {
    this.lengths = numbers(in);
    this.in = in;
    this.prefixes = prefixes;
    this.fixedLength = fixedLength;
  }

  /** Whole strings. */
  static DeltaBytes whole(Bytes in) throws UnreadableFileException {
    return new DeltaBytes(in, null, -1);
  }

  /** Strings by their ends. */
  static DeltaBytes ends(SchemaElement column, Bytes in) throws UnreadableFileException {
    boolean isFixed = column.type() == SchemaElement.Physical.FIXED_LEN_BYTE_ARRAY;
    return new DeltaBytes(in, numbers(in), isFixed ? column.typeLength() : -1);
  }

  /** The numbers that stand next; goes behind them. */
  private static DeltaNumbers numbers(Bytes in) throws UnreadableFileException {
    DeltaNumbers numbers = new DeltaNumbers(new Bytes(in.array, in.position, in.limit));
    new DeltaNumbers(in).skip();
    return numbers;
  }

  @Override
  public void next(Cell cell) throws UnreadableFileException {
    int count = size(lengths.next());
    int from = in.take(count);
    if (prefixes == null) {
      cell.set(in.array, from, count);
      return;
    }
    int prefix = size(prefixes.next());
    if (prefix > length || (fixedLength >= 0 && prefix + count != fixedLength)) {
      throw Bytes.damaged();
    }
    // Never longer than the page, of which each string takes its own end.
    if (value.length < prefix + count) {
      value = Arrays.copyOf(value, Math.max(2 * value.length, prefix + count));
    }
    System.arraycopy(in.array, from, value, prefix, count);
    length = prefix + count;
    cell.set(value, 0, length);
  }

  private static int size(long claimed) throws UnreadableFileException {
    if (claimed < 0 || claimed > Pages.MOST_BYTES) {
      throw Bytes.damaged();
    }
    return (int) claimed;
  }
}
