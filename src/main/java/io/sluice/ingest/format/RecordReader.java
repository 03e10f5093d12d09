package io.sluice.ingest.format;

import io.sluice.contract.Arrival;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/**
 * Reads one file into records: bytes as they stand, with the line they begin on.
 *
 * <p>Memory is bounded by the arrival's {@code maxRecordBytes}; a file that unpacks to more than
 * {@code maxFileBytes} is refused. Not for several threads at once.
 */
public final class RecordReader implements FileRecords {
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

  private RecordReader(Arrival arrival, Csv csv, InputStream in) {
    this.arrival = arrival;
    this.csv = csv;
    this.in = in;
  }

  /**
   * Opens a file each of whose lines is a record; {@code .gz} is unpacked.
   *
   * @param content closed when the reader is, and when this fails
   * @throws UnreadableFileException if it is packed and no gzip, or text in UTF-16 or UTF-32
   */
  public static RecordReader ofLines(Arrival arrival, String name, InputStream content)
      throws IOException {
    return open(arrival, null, name, content);
  }

  /**
   * Opens a file of CSV, whose records may hold line ends between quotes; the rest as for {@link
   * #ofLines}.
   */
  static RecordReader ofCsv(Arrival arrival, Csv csv, String name, InputStream content)
      throws IOException {
    return open(arrival, csv, name, content);
  }

  private static RecordReader open(Arrival arrival, Csv csv, String name, InputStream content)
      throws IOException {
    InputStream in = content;
    try {
      in = name.endsWith(".gz") ? unpack(content) : content;
      RecordReader reader = new RecordReader(arrival, csv, in);
      reader.skipMark();
      return reader;
    } catch (IOException | RuntimeException e) {
      in.close();
      throw e;
    }
  }

  private static InputStream unpack(InputStream content) throws IOException {
    try {
      return Gunzip.open(content);
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

  @Override
  public String header() {
    return null;
  }

  /** The next record that is not blank; null at the end of the file. */
  @Override
  public FileRecord next() throws IOException {
    while (true) {
      if (position >= limit && !fill()) {
        return null;
      }
      FileRecord record = read();
      if (record.content().length > 0 || record.problem() != null) {
        return record;
      }
    }
  }

  private FileRecord read() throws IOException {
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
        return new FileRecord(Arrays.copyOfRange(buffer, start, start + (int) whole), begin, null);
      }
      if (spill == null) {
        spill = new ByteArrayOutputStream(end - start);
      }
      int room = arrival.maxRecordBytes() - spill.size();
      spill.write(buffer, start, Math.min(room, end - start));
      if (ended || !fill()) {
        byte[] all = spill.toByteArray();
        return whole > arrival.maxRecordBytes()
            ? new FileRecord(
                all,
                begin,
                "record of "
                    + whole
                    + " bytes is longer than maxRecordBytes; its beginning is kept")
            : new FileRecord(Arrays.copyOf(all, (int) whole), begin, null);
      }
    }
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
