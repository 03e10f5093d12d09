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
    int at = 0;
    while (at < bytes.length) {
      if (bytes[at] >= 0) {
        at = behindAscii(bytes, at);
        continue;
      }
      int length = length(bytes, at);
      if (length == 0) {
        return false;
      }
      at += length;
    }
    return true;
  }

  private static int behindAscii(byte[] bytes, int start) {
    int at = start;
    while (at + 8 <= bytes.length && ((long) EIGHT.get(bytes, at) & HIGH_BITS) == 0) {
      at += 8;
    }
    while (at < bytes.length && bytes[at] >= 0) {
      at++;
    }
    return at;
  }

  /** How many bytes a character of several bytes has; 0 if it is none. */
  private static int length(byte[] bytes, int at) {
    int first = bytes[at] & 0xFF;
    int length = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    if (first < 0xC2 || first > 0xF4 || at + length > bytes.length) {
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
