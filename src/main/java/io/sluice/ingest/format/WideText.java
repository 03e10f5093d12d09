package io.sluice.ingest.format;

import io.sluice.contract.TextEncoding;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PushbackInputStream;
import java.io.Reader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Text in UTF-16 as the same text in UTF-8, without its byte order mark. What is no UTF-16 costs
 * the file, since nobody knows where a record would end.
 */
final class WideText extends BlockStream {
  private final Reader reader;
  private final TextEncoding encoding;
  private final char[] chars = new char[1 << 13];
  private int kept;
  private byte[] bytes = new byte[0];
  private int at;
  private long given;

  private WideText(Reader reader, TextEncoding encoding) {
    this.reader = reader;
    this.encoding = encoding;
  }

  /**
   * Opens a text.
   *
   * @throws UnreadableFileException if its byte order mark says something else than the contract,
   *     or is not there and has to be
   */
  static WideText open(InputStream in, TextEncoding encoding) throws IOException {
    PushbackInputStream content = new PushbackInputStream(in, 4);
    byte[] head = content.readNBytes(4);
    ByteOrderMark mark = ByteOrderMark.of(head);
    Charset charset = encoding.charset();
    switch (mark) {
      case NONE -> {
        if (encoding == TextEncoding.UTF_16 && head.length > 0) {
          throw new UnreadableFileException(
              "has no byte order mark; whether it is UTF-16LE or UTF-16BE must be stated");
        }
      }
      case UTF_16LE -> charset = StandardCharsets.UTF_16LE;
      case UTF_16BE -> charset = StandardCharsets.UTF_16BE;
      default -> throw mark.contradicts(encoding);
    }
    if (encoding != TextEncoding.UTF_16 && !charset.equals(encoding.charset())) {
      throw mark.contradicts(encoding);
    }
    content.unread(head, mark.length(), head.length - mark.length());
    return new WideText(
        new InputStreamReader(
            content,
            charset
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT)),
        encoding);
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    if (at == bytes.length && !advance()) {
      return -1;
    }
    int count = Math.min(length, bytes.length - at);
    System.arraycopy(bytes, at, into, offset, count);
    at += count;
    given += count;
    return count;
  }

  private boolean advance() throws IOException {
    int read;
    try {
      read = reader.read(chars, kept, chars.length - kept);
    } catch (CharacterCodingException e) {
      throw new UnreadableFileException(
          "not valid " + encoding + " behind " + given + " bytes of text, as UTF-8 counts them");
    }
    if (read < 0) {
      return false;
    }
    int length = kept + read;
    // The second half of a pair may come with the next characters.
    kept = Character.isHighSurrogate(chars[length - 1]) ? 1 : 0;
    bytes = new String(chars, 0, length - kept).getBytes(StandardCharsets.UTF_8);
    Arrays.fill(chars, 0, kept, chars[length - 1]);
    at = 0;
    return bytes.length > 0 || advance();
  }

  @Override
  public void close() throws IOException {
    reader.close();
  }
}
