package io.sluice.ingest.format;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Holds bytes against UTF-8: Spark takes any bytes for text, and no reader of its tables does. */
public final class Utf8 {
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

  /** Whether bytes are valid UTF-8; those of ASCII alone are not decoded to find out. */
  static boolean isValid(byte[] bytes) {
    for (byte b : bytes) {
      if (b < 0) {
        try {
          StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
          return true;
        } catch (CharacterCodingException e) {
          return false;
        }
      }
    }
    return true;
  }
}
