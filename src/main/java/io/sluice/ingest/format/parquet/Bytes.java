package io.sluice.ingest.format.parquet;

import io.sluice.ingest.format.UnreadableFileException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Bytes of a page from a position to a limit; reading beyond is the file's fault, and says so. */
final class Bytes {
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  /** As many bits are read by one look at eight bytes, wherever among them they begin. */
  private static final int BITS_AT_ONCE = 57;

  final byte[] array;
  final int limit;
  int position;

  Bytes(byte[] array, int position, int limit) {
    this.array = array;
    this.position = position;
    this.limit = limit;
  }

  static UnreadableFileException damaged() {
    return new UnreadableFileException("its values are damaged");
  }

  int left() {
    return limit - position;
  }

  /** Passes over bytes; gives where they begin. */
  int take(int count) throws UnreadableFileException {
    if (count < 0 || count > limit - position) {
      throw damaged();
    }
    position += count;
    return position - count;
  }

  int int32() throws UnreadableFileException {
    return (int) INT.get(array, take(Integer.BYTES));
  }

  long int64() throws UnreadableFileException {
    return (long) LONG.get(array, take(Long.BYTES));
  }

  /** The bytes of a part that begins with its length in four bytes. */
  Bytes part() throws UnreadableFileException {
    return part(int32());
  }

  Bytes part(int count) throws UnreadableFileException {
    int from = take(count);
    return new Bytes(array, from, from + count);
  }

  long varint() throws UnreadableFileException {
    long value = 0;
    for (int shift = 0; shift < Long.SIZE; shift += 7) {
      int next = array[take(1)];
      value |= (long) (next & 0x7F) << shift;
      if (next >= 0) {
        return value;
      }
    }
    throw damaged();
  }

  long zigzag() throws UnreadableFileException {
    long value = varint();
    return (value >>> 1) ^ -(value & 1);
  }

  /**
   * A number whose bits stand, lowest first, at so many bits behind a byte.
   *
   * @param width how many bits, at most 64
   */
  long bits(int from, long bit, int width) throws UnreadableFileException {
    if (width == 0) {
      return 0;
    }
    long first = from + (bit >>> 3);
    int shift = (int) (bit & 7);
    if (first + (shift + width + 7) / 8 > limit) {
      throw damaged();
    }
    int at = (int) first;
    long mask = width == Long.SIZE ? -1L : (1L << width) - 1;
    if (width <= BITS_AT_ONCE && at + Long.BYTES <= array.length) {
      return ((long) LONG.get(array, at) >>> shift) & mask;
    }
    long value = (array[at] & 0xFF) >>> shift;
    for (int have = Byte.SIZE - shift; have < width; have += Byte.SIZE) {
      value |= (array[++at] & 0xFFL) << have;
    }
    return value & mask;
  }
}
