package io.sluice.demo.calls;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Collects one JSON line as UTF-8 bytes and writes it to a stream; reused line after line, so that
 * making a record costs no more than copying its bytes.
 */
final class JsonLine {
  private static final long DAY_SECONDS = 86_400;

  private byte[] bytes = new byte[4096];
  private int length;

  /**
   * The UTF-8 bytes of {@code text} as they stand inside a JSON string, quotes around it not
   * included.
   */
  static byte[] escaped(String text) {
    return text.replace("\\", "\\\\").replace("\"", "\\\"").getBytes(StandardCharsets.UTF_8);
  }

  JsonLine clear() {
    length = 0;
    return this;
  }

  JsonLine raw(byte[] source) {
    reserve(source.length);
    System.arraycopy(source, 0, bytes, length, source.length);
    length += source.length;
    return this;
  }

  /** Appends ASCII text as it stands. */
  JsonLine raw(String ascii) {
    int size = ascii.length();
    reserve(size);
    for (int i = 0; i < size; i++) {
      bytes[length++] = (byte) ascii.charAt(i);
    }
    return this;
  }

  /** Appends a number that is not negative, with zeros in front up to {@code width} digits. */
  JsonLine digits(long number, int width) {
    int needed = 1;
    for (long rest = number; rest >= 10; rest /= 10) {
      needed++;
    }
    int size = Math.max(width, needed);
    reserve(size);
    long rest = number;
    for (int i = length + size - 1; i >= length; i--) {
      bytes[i] = (byte) ('0' + rest % 10);
      rest /= 10;
    }
    length += size;
    return this;
  }

  /** Appends seconds since 1970 as a quoted {@code 2026-11-01T09:30:00Z}. */
  JsonLine time(long epochSecond) {
    long second = Math.floorMod(epochSecond, DAY_SECONDS);
    // The proleptic Gregorian date of a day number: H. Hinnant, "chrono-Compatible Low-Level Date
    // Algorithms".
    long shifted = Math.floorDiv(epochSecond, DAY_SECONDS) + 719_468;
    long era = Math.floorDiv(shifted, 146_097);
    long ofEra = shifted - era * 146_097;
    long yearOfEra = (ofEra - ofEra / 1_460 + ofEra / 36_524 - ofEra / 146_096) / 365;
    long ofYear = ofEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
    long fromMarch = (5 * ofYear + 2) / 153;
    long month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9;
    long year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
    return raw("\"")
        .digits(year, 4)
        .raw("-")
        .digits(month, 2)
        .raw("-")
        .digits(ofYear - (153 * fromMarch + 2) / 5 + 1, 2)
        .raw("T")
        .digits(second / 3_600, 2)
        .raw(":")
        .digits(second / 60 % 60, 2)
        .raw(":")
        .digits(second % 60, 2)
        .raw("Z\"");
  }

  int length() {
    return length;
  }

  /** Keeps the first {@code size} bytes. */
  void cut(int size) {
    length = Math.min(length, size);
  }

  void writeTo(OutputStream out) throws IOException {
    out.write(bytes, 0, length);
  }

  private void reserve(int more) {
    if (length + more > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + more));
    }
  }
}
