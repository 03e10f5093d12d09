package io.sluice.ingest.format.protobuf;

import io.sluice.ingest.format.BrokenRecordException;
import java.util.Arrays;

/**
 * Reads Protobuf's wire format from a part of a record's bytes. Lengths are held against the bytes
 * that are there before anything is made of them.
 */
final class Wire {
  static final int VARINT = 0;
  static final int FIXED64 = 1;
  static final int BYTES = 2;
  static final int START_GROUP = 3;
  static final int END_GROUP = 4;
  static final int FIXED32 = 5;

  private static final int KIND_BITS = 3;
  private static final int KIND_MASK = 7;

  private final byte[] bytes;
  private final int limit;
  private int position;

  Wire(byte[] bytes, int from, int limit) {
    this.bytes = bytes;
    this.position = from;
    this.limit = limit;
  }

  static BrokenRecordException cutOff() {
    return BrokenRecordException.whole("its Protobuf data is cut off");
  }

  static BrokenRecordException damaged() {
    return BrokenRecordException.whole("its Protobuf data is damaged");
  }

  /** The number of the field that a tag is for. */
  static int number(int tag) {
    return tag >>> KIND_BITS;
  }

  /** How a tag's value stands on the wire. */
  static int kind(int tag) {
    return tag & KIND_MASK;
  }

  boolean isAtEnd() {
    return position == limit;
  }

  int position() {
    return position;
  }

  /** Bytes that have been passed. */
  byte[] since(int from) {
    return Arrays.copyOfRange(bytes, from, position);
  }

  /** The next tag; its number is never 0. */
  int tag() throws BrokenRecordException {
    long tag = varint();
    if (tag >>> Integer.SIZE != 0 || number((int) tag) == 0) {
      throw damaged();
    }
    return (int) tag;
  }

  /** The next number of up to 64 bits; it takes ten bytes at most. */
  long varint() throws BrokenRecordException {
    long value = 0;
    for (int shift = 0; shift < Long.SIZE; shift += 7) {
      byte next = bytes[take(1)];
      value |= (next & 0x7FL) << shift;
      if (next >= 0) {
        if (shift == Long.SIZE - 1 && next > 1) {
          throw damaged();
        }
        return value;
      }
    }
    throw damaged();
  }

  /** The next number, of those that alternate between positive and negative. */
  long zigzag() throws BrokenRecordException {
    long value = varint();
    return (value >>> 1) ^ -(value & 1);
  }

  /** Four bytes, as they stand, without a sign. */
  long fixed32() throws BrokenRecordException {
    return littleEndian(Integer.BYTES);
  }

  long fixed64() throws BrokenRecordException {
    return littleEndian(Long.BYTES);
  }

  private long littleEndian(int count) throws BrokenRecordException {
    int from = take(count);
    long value = 0;
    for (int i = count - 1; i >= 0; i--) {
      value = (value << Byte.SIZE) | (bytes[from + i] & 0xFF);
    }
    return value;
  }

  /** The bytes behind their length. */
  Wire part() throws BrokenRecordException {
    int from = take(varint());
    return new Wire(bytes, from, position);
  }

  /** All that is left. */
  byte[] rest() {
    byte[] rest = Arrays.copyOfRange(bytes, position, limit);
    position = limit;
    return rest;
  }

  /**
   * Passes over the value of a tag.
   *
   * @param depth how many groups may be open in it
   */
  void skip(int tag, int depth) throws BrokenRecordException {
    switch (kind(tag)) {
      case VARINT -> varint();
      case FIXED64 -> take(Long.BYTES);
      case FIXED32 -> take(Integer.BYTES);
      case BYTES -> take(varint());
      case START_GROUP -> {
        if (depth == 0) {
          throw MessageReader.tooMuch();
        }
        int inner = tag();
        while (kind(inner) != END_GROUP) {
          skip(inner, depth - 1);
          inner = tag();
        }
        if (number(inner) != number(tag)) {
          throw damaged();
        }
      }
      default -> throw damaged();
    }
  }

  /** Passes over bytes; gives where they begin. */
  private int take(long count) throws BrokenRecordException {
    if (count < 0 || count > limit - position) {
      throw cutOff();
    }
    position += (int) count;
    return position - (int) count;
  }
}
