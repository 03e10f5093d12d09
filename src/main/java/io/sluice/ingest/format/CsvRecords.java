package io.sluice.ingest.format;

import io.sluice.contract.Arrival;
import java.io.IOException;
import java.util.Arrays;

/**
 * Reads one file of CSV into records: bytes as they stand, with the line they begin on.
 *
 * <p>Lines end as {@link LineEnds} says; inside quotes they do not. Blank lines, comments and lines
 * to be skipped hold no record and are counted. A record of one line whose quotes are broken is a
 * record, to be told of when it is taken apart. One that goes on over further lines and whose
 * quotes are broken, or that lines are inside of which look like records, costs the file: nobody
 * can tell there what is text and what are records, and records that are swallowed are not to count
 * as one.
 *
 * <p>Memory is bounded by {@code maxRecordBytes}. Not for several threads at once.
 */
final class CsvRecords implements FileRecords {
  private static final int FIELD_START = 0;
  private static final int UNQUOTED = 1;
  private static final int QUOTED = 2;

  /** After a quote inside a quoted field: it closed the field, or was the first of two. */
  private static final int CLOSED = 3;

  /** After carriage returns behind a closing quote: a line feed is to follow. */
  private static final int CLOSED_BEFORE_RETURN = 4;

  private static final int NO_COMMENT = 256;

  private final TextInput text;
  private final Csv csv;
  private final byte delimiter;
  private final byte quote;
  private final int comment;
  private final RecordBytes spill;
  private final byte end;
  private long line = 1;
  private long passedOver;
  private int width;
  private String header;
  private byte[] headerLine = {};

  /** Where the scan of a record stands, and what it has found. */
  private int state;

  private int fields;
  private long quoteLine;
  private boolean isStray;

  private CsvRecords(TextInput text, Csv csv, Arrival arrival, byte end) {
    this.text = text;
    this.csv = csv;
    this.delimiter = csv.delimiter();
    this.quote = csv.quote();
    this.comment = arrival.text().comment() == null ? NO_COMMENT : arrival.text().comment();
    this.spill = new RecordBytes(arrival.maxRecordBytes(), end);
    this.end = end;
  }

  /**
   * Opens a text at its first record, behind the lines that are to be skipped.
   *
   * @param text closed when this is; not when this fails
   * @throws UnreadableFileException if it has fewer lines than are to be skipped
   */
  static CsvRecords open(TextInput text, Csv csv, Arrival arrival) throws IOException {
    CsvRecords records = new CsvRecords(text, csv, arrival, LineEnds.of(text, csv, arrival));
    records.skip(arrival.text().skipLines());
    return records;
  }

  private void skip(int lines) throws IOException {
    for (int i = 0; i < lines; i++) {
      if (!text.hasMore()) {
        if (i == 0) {
          return;
        }
        throw new UnreadableFileException(
            "has " + i + " lines, of which " + lines + " are to be skipped (skipLines)");
      }
      passLine();
    }
  }

  /** Goes on behind the next line end, whatever stands before it. */
  private void passLine() throws IOException {
    passedOver++;
    while (text.hasMore()) {
      while (text.position < text.limit) {
        if (text.buffer[text.position++] == end) {
          endLine();
          return;
        }
      }
    }
  }

  /** Counts a line whose end has been read. */
  private void endLine() throws IOException {
    line++;
    text.passLineFeed(end);
  }

  /**
   * Says how many fields a record should have, so that one that has swallowed others is found.
   *
   * @param width 0 if nobody knows
   */
  void expect(int width) {
    this.width = width;
  }

  /**
   * Says what the header line is that the records stand behind.
   *
   * @param line as it stands
   * @param header what {@link #header} gives
   */
  void standBehind(byte[] line, String header) {
    this.headerLine = line;
    this.header = header;
  }

  @Override
  public String header() {
    return header;
  }

  @Override
  public long passedOver() {
    return passedOver;
  }

  /** The next record that is neither blank nor a comment; null at the end of the file. */
  @Override
  public FileRecord next() throws IOException {
    while (text.hasMore()) {
      if (text.buffer[text.position] == comment) {
        passLine();
        continue;
      }
      FileRecord record = read();
      if (record.content().length > 0 || record.problem() != null) {
        return record;
      }
      passedOver++;
    }
    return null;
  }

  private FileRecord read() throws IOException {
    long begin = line;
    state = FIELD_START;
    fields = 1;
    isStray = false;
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
    if (line > begin || fields != width) {
      content = judged(content, begin);
    }
    if (isEnded) {
      endLine();
    }
    String problem = spill.problem();
    if (problem == null && isHeader(content)) {
      problem = "is the header line again";
    }
    return new FileRecord(content, begin, problem);
  }

  /** Whether a record is the header line, as where files were put behind one another. */
  private boolean isHeader(byte[] content) {
    int mark = content.length - headerLine.length;
    return headerLine.length > 0
        && (mark == 0 || (mark == 3 && ByteOrderMark.of(content) == ByteOrderMark.UTF_8))
        && Arrays.equals(content, mark, content.length, headerLine, 0, headerLine.length);
  }

  /** Goes on to the record's end, or to the buffer's; says whether it was the record's. */
  private boolean scan() {
    byte[] buffer = text.buffer;
    int limit = text.limit;
    int at = text.position;
    int now = state;
    while (at < limit) {
      if (now == UNQUOTED) {
        while (at < limit) {
          byte b = buffer[at++];
          if (b == delimiter) {
            fields++;
            if (at == limit || buffer[at] == quote) {
              now = FIELD_START;
              break;
            }
          } else if (b == end) {
            state = UNQUOTED;
            text.position = at;
            return true;
          }
        }
      } else if (now == QUOTED) {
        while (at < limit) {
          byte b = buffer[at++];
          if (b == quote) {
            now = CLOSED;
            break;
          }
          if (b == end) {
            line++;
          }
        }
      } else if (now == FIELD_START) {
        if (buffer[at] == quote) {
          at++;
          now = QUOTED;
          quoteLine = line;
        } else {
          now = UNQUOTED;
        }
      } else {
        byte b = buffer[at++];
        if (b == end) {
          state = UNQUOTED;
          text.position = at;
          return true;
        }
        now = closed(now, b);
      }
    }
    state = now;
    text.position = at;
    return false;
  }

  /** What follows a closing quote and ends no line. */
  private int closed(int now, byte b) {
    if (b == quote && now == CLOSED) {
      return QUOTED;
    }
    if (b == delimiter && now == CLOSED) {
      fields++;
      return FIELD_START;
    }
    if (b == '\r') {
      return CLOSED_BEFORE_RETURN;
    }
    isStray = true;
    return UNQUOTED;
  }

  /**
   * A record's content, unless records may be inside of it that count for themselves.
   *
   * @throws UnreadableFileException if text and records cannot be told apart from here on
   */
  private byte[] judged(byte[] content, long begin) throws UnreadableFileException {
    if (state == QUOTED && line > begin) {
      int first = LineEnds.find(content, 0);
      if (spill.problem() == null && isBlank(content, first)) {
        // It is the last line of the file: nothing else can be inside of it.
        return Arrays.copyOf(content, first);
      }
      throw new UnreadableFileException(
          "line "
              + quoteLine
              + ": a quote opens a field and none closes it, so that from there on text and records"
              + " cannot be told apart");
    }
    if (isStray && line > begin) {
      throw new UnreadableFileException(
          "line "
              + begin
              + ": text follows a quote that closes a field of several lines; a quote is missing or"
              + " too many, so that from there on text and records cannot be told apart");
    }
    if (width > 0
        && fields != width
        && LineEnds.find(content, 0) < content.length
        && (holdsRecord(csv, content, width) || csv.unquotedLineEnds(content) > 1)) {
      throw new UnreadableFileException(
          "line "
              + begin
              + ": its record has "
              + fields
              + " fields, and lines inside of it may be records by themselves: a quote is missing or"
              + " too many, or lines end in different ways");
    }
    return content;
  }

  private static boolean isBlank(byte[] content, int start) {
    for (int i = start; i < content.length; i++) {
      if (content[i] != '\r' && content[i] != '\n') {
        return false;
      }
    }
    return true;
  }

  /** Whether a record of several lines has one inside with so many fields as a record has. */
  static boolean holdsRecord(Csv csv, byte[] content, int right) {
    int stop = LineEnds.find(content, 0);
    if (stop == content.length || right == 1) {
      return false;
    }
    for (int start = 0; start < content.length; stop = LineEnds.find(content, start)) {
      if (csv.count(Arrays.copyOfRange(content, start, stop)) == right) {
        return true;
      }
      start = stop + 1;
    }
    return false;
  }

  @Override
  public void close() throws IOException {
    text.close();
  }
}
