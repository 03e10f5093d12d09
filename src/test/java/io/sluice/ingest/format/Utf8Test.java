package io.sluice.ingest.format;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.sluice.contract.TextEncoding;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Holds {@link Utf8} and {@link OneByteText} against Java's own decoders. */
class Utf8Test {
  private static boolean isValidToJava(byte[] bytes) {
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
      return true;
    } catch (CharacterCodingException e) {
      return false;
    }
  }

  @Test
  void allSequencesOfThreeBytesAreJudgedAsJavaDoes() {
    byte[] bytes = new byte[4];
    bytes[3] = 'x';
    for (int i = 0; i < 1 << 24; i += 7) {
      bytes[0] = (byte) (i >> 16);
      bytes[1] = (byte) (i >> 8);
      bytes[2] = (byte) i;
      if (isValidToJava(bytes) != Utf8.isValid(bytes)) {
        assertEquals(isValidToJava(bytes), Utf8.isValid(bytes), Integer.toHexString(i));
      }
    }
  }

  @Test
  void longerTextsAreJudgedAsJavaDoes() {
    SplittableRandom random = new SplittableRandom(5);
    for (int i = 0; i < 200_000; i++) {
      byte[] bytes = "abcdefg zürich 東京 🙂 \0".repeat(2).getBytes(StandardCharsets.UTF_8);
      int at = random.nextInt(bytes.length);
      bytes[at] = (byte) random.nextInt();
      byte[] cut = java.util.Arrays.copyOf(bytes, random.nextInt(bytes.length + 1));
      assertEquals(isValidToJava(cut), Utf8.isValid(cut));
    }
  }

  @Test
  void everyByteOfOneByteEncodingsIsAsJavaHasIt() throws BrokenRecordException {
    for (TextEncoding encoding :
        new TextEncoding[] {TextEncoding.ISO_8859_1, TextEncoding.WINDOWS_1252}) {
      OneByteText text = OneByteText.of(encoding);
      for (int b = 0; b < 256; b++) {
        byte[] bytes = {'x', (byte) b, 'y'};
        String java = new String(bytes, encoding.charset());
        if (java.contains("\uFFFD")) {
          assertThrows(BrokenRecordException.class, () -> text.check(bytes));
        } else {
          text.check(bytes);
          assertArrayEquals(java.getBytes(StandardCharsets.UTF_8), text.utf8(bytes, 0, 3));
          assertArrayEquals(
              java.substring(1, 2).getBytes(StandardCharsets.UTF_8), text.utf8(bytes, 1, 2));
        }
      }
    }
  }
}
