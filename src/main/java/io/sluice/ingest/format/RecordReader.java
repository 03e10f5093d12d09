package io.sluice.ingest.format;

import io.sluice.contract.Arrival;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;

/**
 * Reads one file into records: bytes as they stand, with the line they begin on.
 *
 * <p>Memory is bounded by the arrival's {@code maxRecordBytes}; a file that unpacks to more than
 * {@code maxFileBytes} is refused. Not for Parquet.
 */
public final class RecordReader implements AutoCloseable {
  /**
   * One record.
   *
   * @param line where it begins, from 1
   * @param problem why it cannot be read, null if it can; its content is then the first bytes of it
   */
  public record Record(byte[] content, long line, String problem) {}

  private static final byte[] UTF32_MARK = {0, 0, (byte) 0xFE, (byte) 0xFF};
  private static final byte[] UTF8_MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};

  private final Arrival arrival;
  private final InputStream in;
  private final Csv csv;
  private final byte[] buffer = new byte[1 << 16];
  private int position;
  private int limit;
  private long bytes;
  private long line = 1;

  /**
   * Opens a file's content; {@code .gz} is unpacked.
   *
   * @throws UnreadableFileException if it is packed and no gzip, or text in UTF-16 or UTF-32
   */
  public RecordReader(Arrival arrival, String name, InputStream content) throws IOException {
    this.arrival = arrival;
    this.csv =
        arrival.format() == Arrival.Format.CSV
            ? new Csv(arrival.delimiter(), arrival.quote())
            : null;
    this.in = name.endsWith(".gz") ? unpack(content) : content;
    skipMark();
  }

  private static InputStream unpack(InputStream content) throws IOException {
    try {
      return new Gunzip(content);
    } catch (java.io.EOFException e) {
      throw new UnreadableFileException("empty or truncated gzip");
    } catch (java.util.zip.ZipException e) {
      throw new UnreadableFileException("not a gzip file");
    }
  }

  private void skipMark() throws IOException {
    if (!fill()) {
      return;
    }
    if (limit >= 3 && Arrays.equals(buffer, 0, 3, UTF8_MARK, 0, 3)) {
      position = 3;
    } else if (limit >= 2
        && ((buffer[0] == (byte) 0xFE && buffer[1] == (byte) 0xFF)
            || (buffer[0] == (byte) 0xFF && buffer[1] == (byte) 0xFE)
            || (limit >= 4 && Arrays.equals(buffer, 0, 4, UTF32_MARK, 0, 4)))) {
      throw new UnreadableFileException("text in UTF-16 or UTF-32; UTF-8 is expected");
    }
  }

  private boolean fill() throws IOException {
    try {
      int filled = 0;
      // The first bytes decide about the encoding, so a short read is topped up.
      while (filled < 4) {
        int read = in.read(buffer, filled, buffer.length - filled);
        if (read < 0) {
          break;
        }
        filled += read;
      }
      position = 0;
      limit = filled;
      bytes += filled;
    } catch (java.io.EOFException e) {
      throw new UnreadableFileException(
          "truncated gzip, cut off after " + bytes + " unpacked bytes");
    } catch (java.util.zip.ZipException e) {
      throw new UnreadableFileException("corrupt gzip: " + e.getMessage());
    }
    if (bytes > arrival.maxFileBytes()) {
      throw new UnreadableFileException(
          "unpacks to more than " + arrival.maxFileBytes() + " bytes (maxFileBytes)");
    }
    return limit > 0;
  }

  /** The next record that is not blank; null at the end of the file. */
  public Record next() throws IOException {
    while (true) {
      if (position >= limit && !fill()) {
        return null;
      }
      Record record = read();
      if (record.content.length > 0 || record.problem != null) {
        return record;
      }
    }
  }

  private Record read() throws IOException {
    long begin = line;
    ByteArrayOutputStream spill = null;
    Csv.State state = Csv.State.FIELD_START;
    long length = 0;
    byte last = 0;
    while (true) {
      int start = position;
      boolean ended = false;
      while (position < limit) {
        byte b = buffer[position++];
        if (b == '\n') {
          line++;
          if (csv == null || state != Csv.State.QUOTED) {
            ended = true;
            break;
          }
        } else if (csv != null) {
          state = csv.next(state, b);
        }
      }
      int end = ended ? position - 1 : position;
      length += end - start;
      last = end > start ? buffer[end - 1] : last;
      long whole = last == '\r' ? length - 1 : length;
      if (ended && spill == null && whole <= arrival.maxRecordBytes()) {
        return new Record(Arrays.copyOfRange(buffer, start, start + (int) whole), begin, null);
      }
      if (spill == null) {
        spill = new ByteArrayOutputStream(end - start);
      }
      int room = arrival.maxRecordBytes() - spill.size();
      spill.write(buffer, start, Math.min(room, end - start));
      if (ended || !fill()) {
        byte[] all = spill.toByteArray();
        return whole > arrival.maxRecordBytes()
            ? new Record(
                all,
                begin,
                "record of "
                    + whole
                    + " bytes is longer than maxRecordBytes; its beginning is kept")
            : new Record(Arrays.copyOf(all, (int) whole), begin, null);
      }
    }
  }

  @Override
  public void close() throws IOException {
    in.close();
  }

  /** A file that cannot be read whole; its message says why. */
  public static final class UnreadableFileException extends IOException {
    private static final long serialVersionUID = 1L;

    public UnreadableFileException(String message) {
      super(message);
    }
  }

  /**
   * The content of all members of a gzip file, up to its very end: GZIPInputStream by itself takes
   * a next member that is cut off in its header, or that the stream does not announce, for the end.
   */
  private static final class Gunzip extends InputStream {
    private static final int TRAILER = 8;
    private final PushbackInputStream packed;
    private Member member;

    Gunzip(InputStream content) throws IOException {
      packed =
          new PushbackInputStream(content, 1 << 16) {
            @Override
            public int available() {
              // Keeps a member from looking for the next one by itself.
              return 0;
            }
          };
      member = new Member(packed);
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      while (true) {
        int count = member.read(into, offset, length);
        if (count >= 0) {
          return count;
        }
        member.end();
        int first = packed.read();
        if (first < 0) {
          return -1;
        }
        packed.unread(first);
        member = new Member(packed);
      }
    }

    @Override
    public void close() throws IOException {
      member.close();
    }

    private static final class Member extends GZIPInputStream {
      private final PushbackInputStream packed;
      private boolean ended;

      Member(PushbackInputStream packed) throws IOException {
        super(packed, 1 << 16);
        this.packed = packed;
      }

      /** Gives back what was read beyond the member. */
      void end() throws IOException {
        if (!ended) {
          ended = true;
          int rest = inf.getRemaining() - TRAILER;
          if (rest > 0) {
            packed.unread(buf, len - rest, rest);
          }
          inf.end();
        }
      }
    }
  }
}
