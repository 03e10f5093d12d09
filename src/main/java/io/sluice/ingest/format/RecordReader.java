package io.sluice.ingest.format;

import io.sluice.contract.Arrival;
import java.io.IOException;
import java.io.InputStream;

/**
 * Reads one file into its lines, each a record: bytes as they stand, with the line they begin on.
 * Lines end as {@link LineEnds} says; blank ones are no records and are counted.
 *
 * <p>Memory is bounded by the arrival's {@code maxRecordBytes}; a file that unpacks to more than
 * {@code maxFileBytes} is refused. Not for several threads at once.
 */
public final class RecordReader implements FileRecords {
  private final TextInput text;
  private final RecordBytes spill;
  private final byte end;
  private long line = 1;
  private long passedOver;

  private RecordReader(TextInput text, int most, byte end) {
    this.text = text;
    this.end = end;
    this.spill = new RecordBytes(most, end);
  }

  /**
   * Opens a file each of whose lines is a record; packed ones are unpacked, UTF-16 becomes UTF-8.
   *
   * @param name its path; by its ending, what is neither packed nor text is told from text
   * @param content closed when the reader is, and when this fails
   * @throws UnreadableFileException if it cannot be unpacked, is no text, or in another encoding
   *     than the arrival's
   */
  public static RecordReader ofLines(Arrival arrival, String name, InputStream content)
      throws IOException {
    TextInput text = TextInput.open(arrival, name, content);
    try {
      return new RecordReader(
          text, arrival.maxRecordBytes(), LineEnds.of(text, arrival.maxRecordBytes()));
    } catch (IOException | RuntimeException e) {
      text.close();
      throw e;
    }
  }

  @Override
  public String header() {
    return null;
  }

  @Override
  public long passedOver() {
    return passedOver;
  }

  /** The next record that is not blank; null at the end of the file. */
  @Override
  public FileRecord next() throws IOException {
    while (text.hasMore()) {
      FileRecord record = read();
      if (record.content().length > 0 || record.problem() != null) {
        return record;
      }
      passedOver++;
    }
    return null;
  }

  private FileRecord read() throws IOException {
    int start = text.position;
    boolean isEnded = scan();
    while (!isEnded) {
      spill.add(text.buffer, start, text.position);
      start = 0;
      if (!text.fill()) {
        break;
      }
      isEnded = scan();
    }
    byte[] content = spill.take(text.buffer, isEnded ? start : 0, isEnded ? text.position - 1 : 0);
    FileRecord record = new FileRecord(content, line++, spill.problem());
    text.passLineFeed(end);
    return record;
  }

  /** Goes on to the line's end, or to the buffer's; says whether it was the line's. */
  private boolean scan() {
    byte[] buffer = text.buffer;
    int limit = text.limit;
    int at = text.position;
    while (at < limit) {
      if (buffer[at++] == end) {
        text.position = at;
        return true;
      }
    }
    text.position = at;
    return false;
  }

  @Override
  public void close() throws IOException {
    text.close();
  }
}
