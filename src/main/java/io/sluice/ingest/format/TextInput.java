package io.sluice.ingest.format;

import io.sluice.contract.Arrival;
import io.sluice.contract.TextEncoding;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/**
 * The text of a file, unpacked and without a byte order mark, one buffer after the other. Its bytes
 * are as they stand in the file, but for UTF-16, which becomes UTF-8.
 *
 * <p>Who reads it works on {@link #buffer} from {@link #position} to {@link #limit} and then asks
 * for more. Memory: the buffer, 64 KB.
 */
final class TextInput implements Closeable {
  private static final int SIZE = 1 << 16;

  /** So many bytes at a file's beginning are looked at to tell text from what is none. */
  private static final int SAMPLE = 1 << 13;

  /** More characters of control than that, and one of so many, are in no text. */
  private static final int CONTROLS = 8;

  private static final int CONTROL_SHARE = 20;

  private final InputStream in;
  private final long most;
  private long bytes;
  byte[] buffer = new byte[SIZE];
  int position;
  int limit;

  private TextInput(InputStream in, long most) {
    this.in = in;
    this.most = most;
  }

  /**
   * Opens a file.
   *
   * @param name its path; by its ending, what is neither packed nor text is told from text
   * @param content closed when the text is, and when this fails
   * @throws UnreadableFileException if it cannot be unpacked, is no text, or its byte order mark
   *     contradicts the contract's encoding
   */
  static TextInput open(Arrival arrival, String name, InputStream content) throws IOException {
    StoredBytes stored = new StoredBytes(content);
    Unpacked.Content unpacked = Unpacked.open(stored);
    InputStream in = unpacked.in();
    try {
      TextEncoding encoding = arrival.text().encoding();
      if (encoding.isWide()) {
        in = WideText.open(in, encoding);
      }
      TextInput text = new TextInput(in, arrival.maxFileBytes());
      text.fill(SAMPLE);
      text.skipMark(encoding);
      String ending = unpacked.layers() > 0 ? null : Packing.ending(name).orElse(null);
      text.requireText(arrival.text(), ending);
      return text;
    } catch (IOException | RuntimeException e) {
      in.close();
      throw e;
    }
  }

  private void skipMark(TextEncoding encoding) throws UnreadableFileException {
    if (encoding.isWide()) {
      return;
    }
    ByteOrderMark mark = ByteOrderMark.of(Arrays.copyOf(buffer, Math.min(limit, 4)));
    if (mark == ByteOrderMark.UTF_8 && encoding == TextEncoding.UTF_8) {
      position = mark.length();
    } else if (mark != ByteOrderMark.NONE) {
      throw mark.contradicts(encoding);
    }
  }

  /**
   * Refuses what is no text before it is cut into lines.
   *
   * @param ending of its name, if it says that the file is packed and it is not; else null
   */
  private void requireText(Arrival.Text text, String ending) throws UnreadableFileException {
    if (ending != null && limit == 0) {
      throw new UnreadableFileException("its name ends in " + ending + ", and it is empty");
    }
    int sample = Math.min(limit, SAMPLE);
    int controls = 0;
    for (int i = 0; i < sample; i++) {
      byte b = buffer[i];
      if (b >= 0 && b < ' ' && !isOfText(b) && b != text.delimiter() && b != text.quote()) {
        controls++;
      }
    }
    if (ending != null && controls > 0) {
      throw new UnreadableFileException(
          "its name ends in " + ending + ", and it is neither packed nor text");
    }
    if (controls > CONTROLS && controls * CONTROL_SHARE > sample) {
      throw new UnreadableFileException(
          "no text: "
              + controls
              + " of its first "
              + sample
              + " bytes are characters of control; is it packed, or in another encoding?");
    }
  }

  private static boolean isOfText(byte b) {
    return b == '\t' || b == '\n' || b == '\r' || b == '\f' || b == 0x0B || b == 0x1B;
  }

  /**
   * Reads on when the buffer is used up; false at the end of the file.
   *
   * @throws UnreadableFileException if the file cannot be read on, or has more than {@code
   *     maxFileBytes}
   */
  boolean fill() throws IOException {
    return fill(1);
  }

  /** Whether there is another byte, which then stands at {@link #position}. */
  boolean hasMore() throws IOException {
    return position < limit || fill();
  }

  /** Goes on behind a line feed that belongs to the line end just read, if there is one. */
  void passLineFeed(byte end) throws IOException {
    if (end == '\r' && hasMore() && buffer[position] == '\n') {
      position++;
    }
  }

  private boolean fill(int least) throws IOException {
    position = 0;
    limit = 0;
    return read(least);
  }

  /**
   * Reads on behind what is in the buffer, which may move; false at the end of the file, or if so
   * many bytes are in it already.
   */
  boolean readAhead(int most) throws IOException {
    if (limit - position >= most) {
      return false;
    }
    if (position > 0) {
      System.arraycopy(buffer, position, buffer, 0, limit - position);
      limit -= position;
      position = 0;
    }
    if (limit == buffer.length) {
      buffer = Arrays.copyOf(buffer, (int) Math.min(2L * buffer.length, most + (long) SIZE));
    }
    return read(1);
  }

  /** Reads some bytes behind those in the buffer; false at the end of the file. */
  private boolean read(int least) throws IOException {
    int before = limit;
    while (limit - before < least) {
      int read = in.read(buffer, limit, buffer.length - limit);
      if (read < 0) {
        break;
      }
      limit += read;
      bytes += read;
      if (bytes > most) {
        throw new UnreadableFileException("unpacks to more than " + most + " bytes (maxFileBytes)");
      }
    }
    return limit > before;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
