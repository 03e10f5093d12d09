package io.sluice.ingest.format;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Holds bytes against UTF-8: Spark takes any bytes for text, and no reader of its tables does. */
public final class Utf8 {
  private static final VarHandle EIGHT =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());
  private static final long HIGH_BITS = 0x8080808080808080L;

  private Utf8() {}

  /**
   * Refuses a record that is not text.
   *
   * @throws BrokenRecordException if it is not valid UTF-8
   */
  public static void check(byte[] record) throws BrokenRecordException {
    if (!isValid(record)) {
      throw BrokenRecordException.whole("not valid UTF-8");
    }
  }

  /** Whether bytes are valid UTF-8: no surrogates, nothing longer than it must be. */
  static boolean isValid(byte[] bytes) {
    return isValid(bytes, 0, bytes.length);
  }

  /** The same of some of an array's bytes. */
  public static boolean isValid(byte[] bytes, int from, int count) {
    int end = from + count;
    int at = from;
    while (at < end) {
      if (bytes[at] >= 0) {
        at = behindAscii(bytes, at, end);
        continue;
      }
      int length = length(bytes, at, end);
      if (length == 0) {
        return false;
      }
      at += length;
    }
    return true;
  }

  private static int behindAscii(byte[] bytes, int start, int end) {
    int at = start;
    while (at + 8 <= end && ((long) EIGHT.get(bytes, at) & HIGH_BITS) == 0) {
      at += 8;
    }
    while (at < end && bytes[at] >= 0) {
      at++;
    }
    return at;
  }

  /** How many bytes a character of several bytes has; 0 if it is none. */
  private static int length(byte[] bytes, int at, int end) {
    int first = bytes[at] & 0xFF;
    int length = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    if (first < 0xC2 || first > 0xF4 || at + length > end) {
      return 0;
    }
    int second = bytes[at + 1] & 0xFF;
    // What would be shorter otherwise, a surrogate, or beyond the last character.
    boolean isOdd =
        (first == 0xE0 && second < 0xA0)
            || (first == 0xED && second > 0x9F)
            || (first == 0xF0 && second < 0x90)
            || (first == 0xF4 && second > 0x8F);
    for (int i = at + 1; i < at + length; i++) {
      isOdd |= (bytes[i] & 0xC0) != 0x80;
    }
    return isOdd ? 0 : length;
  }
}
