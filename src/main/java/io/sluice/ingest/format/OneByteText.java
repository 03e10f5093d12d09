package io.sluice.ingest.format;

import io.sluice.contract.TextEncoding;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Text of an encoding each of whose characters is one byte, as UTF-8. */
final class OneByteText {
  private final TextEncoding encoding;

  /** What each byte from 128 on is in UTF-8; null for a byte that is no character. */
  private final byte[][] characters = new byte[128][];

  private OneByteText(TextEncoding encoding) {
    this.encoding = encoding;
  }

  static OneByteText of(TextEncoding encoding) {
    OneByteText text = new OneByteText(encoding);
    for (int i = 0; i < 128; i++) {
      ByteBuffer one = ByteBuffer.wrap(new byte[] {(byte) (128 + i)});
      try {
        text.characters[i] =
            encoding.charset().newDecoder().decode(one).toString().getBytes(StandardCharsets.UTF_8);
      } catch (CharacterCodingException e) {
        text.characters[i] = null;
      }
    }
    return text;
  }

  /**
   * Refuses a record that is not text.
   *
   * @throws BrokenRecordException if a byte is no character of the encoding
   */
  void check(byte[] record) throws BrokenRecordException {
    for (byte b : record) {
      if (b < 0 && characters[b & 0x7F] == null) {
        throw BrokenRecordException.whole("not valid " + encoding);
      }
    }
  }

  /** The bytes from one index to another, all of them characters, in UTF-8. */
  byte[] utf8(byte[] record, int start, int end) {
    int at = start;
    while (at < end && record[at] >= 0) {
      at++;
    }
    if (at == end) {
      return Arrays.copyOfRange(record, start, end);
    }
    ByteArrayOutputStream utf8 = new ByteArrayOutputStream(end - start + 16);
    utf8.write(record, start, at - start);
    for (; at < end; at++) {
      if (record[at] >= 0) {
        utf8.write(record[at]);
      } else {
        utf8.writeBytes(characters[record[at] & 0x7F]);
      }
    }
    return utf8.toByteArray();
  }
}
