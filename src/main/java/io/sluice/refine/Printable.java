package io.sluice.refine;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** What came from outside, as one line that neither a terminal nor a log obeys. */
final class Printable {
  /** Of a record's text. */
  private static final int MOST = 2_000;

  private Printable() {}

  /** A text: line ends and tabs as they are written in code, other control characters as U+FFFD. */
  static String line(String text) {
    StringBuilder line = new StringBuilder();
    text.codePoints()
        .forEach(
            c -> {
              switch (c) {
                case '\n' -> line.append("\\n");
                case '\r' -> line.append("\\r");
                case '\t' -> line.append("\\t");
                default -> line.appendCodePoint(isObeyed(c) ? 0xFFFD : c);
              }
            });
    return line.toString();
  }

  /** Bytes: the UTF-8 text that they are, else in hexadecimal; at most 2,000 characters. */
  static String line(byte[] bytes) {
    String text;
    try {
      text = line(StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString());
    } catch (CharacterCodingException e) {
      text = "0x" + HexFormat.of().formatHex(bytes, 0, Math.min(bytes.length, MOST));
    }
    return text.codePointCount(0, text.length()) <= MOST
        ? text
        : text.substring(0, text.offsetByCodePoints(0, MOST - 1)) + "…";
  }

  /** Control characters, those that end a line somewhere, and those that turn its direction. */
  private static boolean isObeyed(int c) {
    int type = Character.getType(c);
    return type == Character.CONTROL
        || type == Character.LINE_SEPARATOR
        || type == Character.PARAGRAPH_SEPARATOR
        || (c >= 0x202A && c <= 0x202E)
        || (c >= 0x2066 && c <= 0x2069);
  }
}
