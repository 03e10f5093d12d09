package io.sluice.ingest.format.parquet;

import io.sluice.ingest.format.UnreadableFileException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Reads structures in Thrift's compact protocol, which Parquet's footer and page headers are
 * written in, from bytes at hand.
 *
 * <p>Whatever the bytes claim, no more is allocated than they themselves take, and nesting is
 * bounded. Not for several threads at once.
 */
final class CompactReader {
  /** Parquet's own structures are nested seven deep. */
  private static final int DEPTH = 32;

  private static final int TRUE = 1;
  private static final int FALSE = 2;
  private static final int BYTE = 3;
  private static final int SHORT = 4;
  private static final int INT = 5;
  private static final int LONG = 6;
  private static final int DOUBLE = 7;
  private static final int BINARY = 8;
  private static final int LIST = 9;
  private static final int SET = 10;
  private static final int MAP = 11;
  private static final int STRUCT = 12;
  private static final int LONG_LIST = 15;

  private final byte[] data;
  private final int limit;
  private int position;
  private int type = STRUCT;
  private int depth;
  private boolean ranOut;

  CompactReader(byte[] data, int position, int limit) {
    this.data = data;
    this.position = position;
    this.limit = limit;
  }

  /** Takes a structure's fields by their number. */
  @FunctionalInterface
  interface Fields {
    /** Reads a field's value, or returns false to have it passed over. */
    boolean read(int number) throws UnreadableFileException;
  }

  /** Reads one element of a list. */
  @FunctionalInterface
  interface Element {
    void read() throws UnreadableFileException;
  }

  /** Where the next byte stands. */
  int position() {
    return position;
  }

  /** Whether reading failed because the bytes at hand ended too early. */
  boolean ranOut() {
    return ranOut;
  }

  void struct(Fields fields) throws UnreadableFileException {
    require(type == STRUCT);
    require(++depth <= DEPTH);
    int number = 0;
    for (int header = next(); header != 0; header = next()) {
      type = header & 0x0F;
      require(type != 0);
      int delta = header >>> 4;
      number = delta == 0 ? (int) zigzag() : number + delta;
      if (!fields.read(number)) {
        skip();
      }
    }
    depth--;
  }

  int int32() throws UnreadableFileException {
    if (type == BYTE) {
      return (byte) next();
    }
    require(type == SHORT || type == INT);
    return (int) zigzag();
  }

  long int64() throws UnreadableFileException {
    require(type == LONG);
    return zigzag();
  }

  boolean bool() throws UnreadableFileException {
    require(type == TRUE || type == FALSE);
    return type == TRUE;
  }

  byte[] binary() throws UnreadableFileException {
    require(type == BINARY);
    int length = length();
    position += length;
    return Arrays.copyOfRange(data, position - length, position);
  }

  String text() throws UnreadableFileException {
    return new String(binary(), StandardCharsets.UTF_8);
  }

  void list(Element element) throws UnreadableFileException {
    require(type == LIST || type == SET);
    require(++depth <= DEPTH);
    int header = next();
    int elements = header & 0x0F;
    // Each element takes a byte at least, so a list is never longer than what is left.
    int size = header >>> 4 == LONG_LIST ? length() : header >>> 4;
    for (int i = 0; i < size; i++) {
      type = elements;
      element.read();
    }
    depth--;
  }

  /** Passes over a value. */
  private void skip() throws UnreadableFileException {
    switch (type) {
      case TRUE, FALSE -> {}
      case BYTE -> forward(1);
      case SHORT, INT, LONG -> varint();
      case DOUBLE -> forward(Double.BYTES);
      case BINARY -> forward(length());
      case LIST, SET -> list(this::skipElement);
      case MAP -> skipMap();
      case STRUCT -> struct(number -> false);
      default -> throw damaged();
    }
  }

  private void skipElement() throws UnreadableFileException {
    if (type == TRUE || type == FALSE) {
      forward(1);
    } else {
      skip();
    }
  }

  private void skipMap() throws UnreadableFileException {
    require(++depth <= DEPTH);
    int size = length();
    int types = size == 0 ? 0 : next();
    for (int i = 0; i < size; i++) {
      type = types >>> 4;
      skipElement();
      type = types & 0x0F;
      skipElement();
    }
    depth--;
  }

  private long zigzag() throws UnreadableFileException {
    long value = varint();
    return (value >>> 1) ^ -(value & 1);
  }

  private long varint() throws UnreadableFileException {
    long value = 0;
    for (int shift = 0; shift < Long.SIZE; shift += 7) {
      int next = next();
      value |= (long) (next & 0x7F) << shift;
      if (next < 0x80) {
        return value;
      }
    }
    throw damaged();
  }

  /** A number of bytes or elements that follow, never more than there are bytes. */
  private int length() throws UnreadableFileException {
    long length = varint();
    require(length >= 0);
    if (length > limit - position) {
      ranOut = true;
      throw damaged();
    }
    return (int) length;
  }

  private void forward(int count) throws UnreadableFileException {
    if (count > limit - position) {
      ranOut = true;
      throw damaged();
    }
    position += count;
  }

  private int next() throws UnreadableFileException {
    forward(1);
    return data[position - 1] & 0xFF;
  }

  private static void require(boolean holds) throws UnreadableFileException {
    if (!holds) {
      throw damaged();
    }
  }

  private static UnreadableFileException damaged() {
    return new UnreadableFileException(
        "not a whole Parquet file: its description of itself is damaged");
  }
}
