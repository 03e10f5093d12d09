package io.sluice.ingest.format.parquet;

import io.sluice.ingest.format.Utf8;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;

/**
 * One record as it is written: JSON in UTF-8, of which the first bytes are kept and all are
 * counted, and what is wrong with it.
 */
final class RecordText {
  private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
  private static final int FIRST_SIZE = 256;

  private final int most;
  private byte[] text = new byte[FIRST_SIZE];
  private int kept;
  private long length;
  private String problem;

  /**
   * @param most how many bytes of a record are kept
   */
  RecordText(int most) {
    this.most = most;
  }

  /** Forgets the record before. */
  void begin() {
    kept = 0;
    length = 0;
    problem = null;
  }

  /** How many bytes of a record are kept. */
  int most() {
    return most;
  }

  /** How many bytes the record has, also those that are not kept. */
  long length() {
    return length;
  }

  /** Whether no more of the record is kept. */
  boolean isFull() {
    return length > most;
  }

  byte[] bytes() {
    return Arrays.copyOf(text, kept);
  }

  /** What is wrong with the record; null for nothing. */
  String problem() {
    return isFull()
        ? "record of " + length + " bytes is longer than maxRecordBytes; its beginning is kept"
        : problem;
  }

  /** Notes what is wrong with the record; the first note stays. */
  void broken(String what) {
    if (problem == null) {
      problem = what;
    }
  }

  void write(char ascii) {
    length++;
    if (kept < most) {
      room(1);
      text[kept++] = (byte) ascii;
    }
  }

  void write(String ascii) {
    int count = ascii.length();
    length += count;
    int taken = Math.min(count, most - kept);
    room(taken);
    for (int i = 0; i < taken; i++) {
      text[kept + i] = (byte) ascii.charAt(i);
    }
    kept += taken;
  }

  void write(byte[] bytes) {
    write(bytes, 0, bytes.length);
  }

  private void write(byte[] bytes, int from, int count) {
    length += count;
    int taken = Math.min(count, most - kept);
    room(taken);
    System.arraycopy(bytes, from, text, kept, taken);
    kept += taken;
  }

  private void room(int count) {
    if (text.length - kept < count) {
      text =
          Arrays.copyOf(
              text, (int) Math.min(most, Math.max(2L * text.length, kept + (long) count)));
    }
  }

  /** Writes the last digits of a number that is not negative, zeros before it if it has fewer. */
  void digits(long number, int count) {
    byte[] digits = new byte[count];
    long rest = number;
    for (int i = count - 1; i >= 0; i--) {
      digits[i] = (byte) ('0' + rest % 10);
      rest /= 10;
    }
    write(digits);
  }

  /** Writes ASCII text without quotes and backslashes as a JSON string. */
  void quoted(String ascii) {
    write('"');
    write(ascii);
    write('"');
  }

  /** Writes bytes as a JSON string in Base64. */
  void base64(Cell value) {
    write('"');
    int from = value.offset;
    int end = value.offset + value.length;
    // By pieces of whole groups of three bytes, so that what is not kept is not made.
    for (int piece = 3 << 12; from < end; from += piece) {
      int count = Math.min(piece, end - from);
      if (isFull()) {
        length += (count + 2) / 3 * 4L;
      } else {
        write(Base64.getEncoder().encode(Arrays.copyOfRange(value.bytes, from, from + count)));
      }
    }
    write('"');
  }

  /** Whether a value is text, as far as that matters: of one too long to be kept it does not. */
  boolean isText(Cell value) {
    return value.length > most || Utf8.isValid(value.bytes, value.offset, value.length);
  }

  /** Writes bytes that are UTF-8 as a JSON string. */
  void text(Cell value) {
    write('"');
    int end = value.offset + value.length;
    int from = value.offset;
    for (int i = from; i < end && !isFull(); i++) {
      byte b = value.bytes[i];
      if (b == '"' || b == '\\' || (b >= 0 && b < ' ')) {
        write(value.bytes, from, i - from);
        escape(b);
        from = i + 1;
      }
    }
    write(value.bytes, from, end - from);
    write('"');
  }

  private void escape(byte b) {
    write('\\');
    if (b == '"' || b == '\\') {
      write((char) b);
    } else {
      write("u00");
      write((char) HEX[b >> 4]);
      write((char) HEX[b & 0x0F]);
    }
  }

  /** A name as a JSON string with the colon behind it. */
  static byte[] member(String name) {
    byte[] utf8 = name.getBytes(StandardCharsets.UTF_8);
    Cell cell = new Cell();
    cell.set(utf8, 0, utf8.length);
    RecordText text = new RecordText(Integer.MAX_VALUE);
    text.text(cell);
    text.write(':');
    return text.bytes();
  }
}
