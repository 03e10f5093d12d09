package io.sluice.ingest.format.parquet;

import io.sluice.ingest.format.UnreadableFileException;
import io.sluice.ingest.format.parquet.SchemaElement.Physical;

/** Reads the values of a page, one after the other; nulls have none. */
@FunctionalInterface
interface Values {
  /** Reads the next value. */
  void next(Cell cell) throws UnreadableFileException;

  /**
   * The values of a page.
   *
   * @param encoding the number of the encoding that they are in
   * @param dictionary what they may refer to; null if the column has none
   */
  static Values of(int encoding, SchemaElement column, Bytes in, Dictionary dictionary)
      throws UnreadableFileException {
    Values values =
        switch (encoding) {
          case 0 -> plain(column, in);
          case 2, 8 -> ofDictionary(dictionary, in);
          case 3 -> column.type() == Physical.BOOLEAN ? booleanRuns(in) : null;
          case 5 -> differences(column.type(), in);
          case 6 -> column.type() == Physical.BYTE_ARRAY ? DeltaBytes.whole(in) : null;
          case 7 -> column.type().hasBytes() ? DeltaBytes.ends(column, in) : null;
          case 9 -> split(column, in);
          default -> null;
        };
    if (values == null) {
      throw new UnreadableFileException(
          "values of type " + column.type() + " in encoding " + encoding);
    }
    return values;
  }

  private static Values ofDictionary(Dictionary dictionary, Bytes in)
      throws UnreadableFileException {
    if (dictionary == null) {
      throw new UnreadableFileException("a page refers to a dictionary that is not there");
    }
    return dictionary.values(in);
  }

  private static Values differences(Physical type, Bytes in) throws UnreadableFileException {
    if (type != Physical.INT32 && type != Physical.INT64) {
      return null;
    }
    DeltaNumbers numbers = new DeltaNumbers(in);
    return type == Physical.INT64
        ? cell -> cell.number = numbers.next()
        : cell -> cell.number = (int) numbers.next();
  }

  /** Values one behind the other. */
  static Values plain(SchemaElement column, Bytes in) {
    return switch (column.type()) {
      case BOOLEAN -> new PlainBooleans(in);
      case INT32, FLOAT -> cell -> cell.number = in.int32();
      case INT64, DOUBLE -> cell -> cell.number = in.int64();
      case INT96 -> fixed(in, 3 * Integer.BYTES);
      case FIXED_LEN_BYTE_ARRAY -> fixed(in, column.typeLength());
      case BYTE_ARRAY ->
          cell -> {
            int length = in.int32();
            cell.set(in.array, in.take(length), length);
          };
    };
  }

  private static Values fixed(Bytes in, int length) {
    return cell -> cell.set(in.array, in.take(length), length);
  }

  /** Booleans as runs, behind their length. */
  private static Values booleanRuns(Bytes in) throws UnreadableFileException {
    RunReader runs = new RunReader(in.part(), 1);
    return cell -> cell.number = runs.next();
  }

  /** Values whose first bytes stand together, then their second ones, and so on. */
  private static Values split(SchemaElement column, Bytes in) throws UnreadableFileException {
    int width =
        switch (column.type()) {
          case INT32, FLOAT -> Integer.BYTES;
          case INT64, DOUBLE -> Long.BYTES;
          case FIXED_LEN_BYTE_ARRAY -> column.typeLength();
          default -> 0;
        };
    if (width == 0 || in.left() % width != 0) {
      throw Bytes.damaged();
    }
    return new SplitValues(in, width, column.type() == Physical.FIXED_LEN_BYTE_ARRAY);
  }

  /** Bits, the lowest of a byte first. */
  final class PlainBooleans implements Values {
    private final Bytes in;
    private long bit;

    PlainBooleans(Bytes in) {
      this.in = in;
    }

    @Override
    public void next(Cell cell) throws UnreadableFileException {
      cell.number = in.bits(in.position, bit++, 1);
    }
  }

  /** Values spread over streams of bytes. */
  final class SplitValues implements Values {
    private final Bytes in;
    private final int count;
    private final byte[] value;
    private final boolean isBytes;
    private int place;

    SplitValues(Bytes in, int width, boolean isBytes) {
      this.in = in;
      this.count = in.left() / width;
      this.value = new byte[width];
      this.isBytes = isBytes;
    }

    @Override
    public void next(Cell cell) throws UnreadableFileException {
      if (place == count) {
        throw Bytes.damaged();
      }
      for (int i = 0; i < value.length; i++) {
        value[i] = in.array[in.position + i * count + place];
      }
      place++;
      if (isBytes) {
        cell.set(value, 0, value.length);
      } else {
        Bytes whole = new Bytes(value, 0, value.length);
        cell.number = value.length == Integer.BYTES ? whole.int32() : whole.int64();
      }
    }
  }
}
