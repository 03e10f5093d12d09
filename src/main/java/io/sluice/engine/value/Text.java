package io.sluice.engine.value;

import org.apache.spark.unsafe.Platform;
import org.apache.spark.unsafe.types.UTF8String;

/** The bytes of a text without the blanks and tabs around it. */
final class Text {
  private final UTF8String text;
  private final int start;
  private final int length;

  private Text(UTF8String text, int start, int length) {
    this.text = text;
    this.start = start;
    this.length = length;
  }

  static Text of(UTF8String text) {
    int start = 0;
    int end = text.numBytes();
    while (start < end && isBlank(at(text, start))) {
      start++;
    }
    while (end > start && isBlank(at(text, end - 1))) {
      end--;
    }
    return new Text(text, start, end - start);
  }

  /** A byte of a text, without a copy of it. */
  static byte at(UTF8String text, int index) {
    return Platform.getByte(text.getBaseObject(), text.getBaseOffset() + index);
  }

  private static boolean isBlank(byte b) {
    return b == ' ' || b == '\t';
  }

  int length() {
    return length;
  }

  byte at(int index) {
    return at(text, start + index);
  }

  boolean isDigit(int index) {
    return index < length && at(index) >= '0' && at(index) <= '9';
  }

  boolean is(int index, char one) {
    return index < length && at(index) == one;
  }

  /** The number that so many digits state; -1 if one of them is none. */
  int digits(int from, int count) {
    int number = 0;
    for (int i = from; i < from + count; i++) {
      if (!isDigit(i)) {
        return -1;
      }
      number = number * 10 + at(i) - '0';
    }
    return number;
  }

  @Override
  public String toString() {
    return UTF8String.fromBytes(text.getBytes(), start, length).toString();
  }
}
