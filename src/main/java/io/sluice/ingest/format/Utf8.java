package io.sluice.ingest.format;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;

/** Holds bytes against UTF-8: Spark takes any bytes for text, and no reader of its tables does. */
public final class Utf8 {
  /** As many characters are decoded at a time. */
  private static final int PIECE = 4096;

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

  /** Whether bytes are valid UTF-8. */
  static boolean isValid(byte[] bytes) {
    return isValid(bytes, 0, bytes.length);
  }

  /** Whether some of an array's bytes are valid UTF-8; those of ASCII alone are not decoded. */
  public static boolean isValid(byte[] bytes, int from, int count) {
    for (int i = from; i < from + count; i++) {
      if (bytes[i] < 0) {
        return isDecodable(bytes, i, from + count);
      }
    }
    return true;
  }

  private static boolean isDecodable(byte[] bytes, int from, int end) {
    CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
    ByteBuffer in = ByteBuffer.wrap(bytes, from, end - from);
    CharBuffer out = CharBuffer.allocate(Math.min(PIECE, end - from));
    while (true) {
      CoderResult result = decoder.decode(in, out, true);
      if (!result.isOverflow()) {
        return result.isUnderflow();
      }
      out.clear();
    }
  }
}
