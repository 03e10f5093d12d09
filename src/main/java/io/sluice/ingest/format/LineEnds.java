package io.sluice.ingest.format;

import io.sluice.contract.Arrival;
import java.io.IOException;

/**
 * Tells by what a file's lines end: a line feed, before which any number of carriage returns may
 * stand, or a carriage return alone. The first line end decides for the whole file; what ends no
 * line is content.
 */
final class LineEnds {
  private LineEnds() {}

  /**
   * The line end of a file of lines, whatever stands in them.
   *
   * @param most where no line ends among so many bytes, a line feed is waited for
   */
  static byte of(TextInput text, int most) throws IOException {
    return of(text, null, most);
  }

  /** The line end of a file of CSV: line ends inside quotes are content. */
  static byte of(TextInput text, Csv csv, Arrival arrival) throws IOException {
    Arrival.Text options = arrival.text();
    boolean isRecord =
        options.skipLines() == 0
            && (options.comment() == null
                || text.position == text.limit
                || text.buffer[text.position] != options.comment());
    return of(text, isRecord ? csv : null, arrival.maxRecordBytes());
  }

  /** Where the first carriage return or line feed stands from an index on; the length for none. */
  static int find(byte[] content, int from) {
    int at = from;
    while (at < content.length && content[at] != '\n' && content[at] != '\r') {
      at++;
    }
    return at;
  }

  private static byte of(TextInput text, Csv csv, int most) throws IOException {
    Csv.State state = Csv.State.FIELD_START;
    boolean isReturn = false;
    int at = 0;
    while (true) {
      if (text.position + at >= text.limit && !text.readAhead(most)) {
        return (byte) (isReturn ? '\r' : '\n');
      }
      byte b = text.buffer[text.position + at];
      at++;
      if (isReturn && b != '\r') {
        return (byte) (b == '\n' ? '\n' : '\r');
      }
      if (csv == null || state != Csv.State.QUOTED) {
        if (b == '\n') {
          return b;
        }
        isReturn = b == '\r';
      }
      if (csv != null) {
        state = csv.next(state, b);
      }
    }
  }
}
