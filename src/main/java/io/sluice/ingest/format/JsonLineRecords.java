package io.sluice.ingest.format;

import java.io.IOException;

/**
 * Reads one file of JSON objects into records, line by line: bytes as they stand. A record ends at
 * its line's end at the latest; objects that follow one another on a line are records each.
 *
 * <p>What is not an object and stands on a line by itself is a record, to be told of when it is
 * taken apart. Behind text between two objects of a line nobody knows where an object begins: what
 * looks like objects there are records with a problem. A file whose objects go on over their lines'
 * ends is refused, since objects inside of them would be taken for records ({@link OpenLines}).
 *
 * <p>Memory is bounded by {@code maxRecordBytes}, however long a line is. Not for several threads
 * at once.
 */
final class JsonLineRecords implements FileRecords {
  private static final int START = 0;
  private static final int OBJECT = 1;
  private static final int TEXT = 2;
  private static final int ESCAPE = 3;
  private static final int BEHIND = 4;
  private static final int NOISE = 5;

  /** Behind an object: what may be another one is told apart. */
  private static final int NOISE_BEHIND = 6;

  private static final int NOISE_TEXT = 7;

  private final TextInput text;
  private final RecordBytes spill;
  private final OpenLines openLines = new OpenLines();
  private final byte end;
  private long line = 1;
  private long last;
  private long passedOver;
  private boolean isTainted;

  /** Where the scan of a record stands. */
  private int state;

  private int depth;
  private byte first;

  /** Why a scan has stopped. */
  private enum Stop {
    BUFFER,
    LINE,
    /** Before the next object of the line. */
    OBJECT
  }

  private JsonLineRecords(TextInput text, int most, byte end) {
    this.text = text;
    this.end = end;
    this.spill = new RecordBytes(most, end);
  }

  /**
   * Opens a text.
   *
   * @param text closed when this is; not when this fails
   */
  static JsonLineRecords open(TextInput text, int maxRecordBytes) throws IOException {
    return new JsonLineRecords(text, maxRecordBytes, LineEnds.of(text, maxRecordBytes));
  }

  @Override
  public String header() {
    return null;
  }

  @Override
  public long passedOver() {
    return passedOver;
  }

  /** The next record; null at the end of the file. */
  @Override
  public FileRecord next() throws IOException {
    while (text.hasMore()) {
      FileRecord record = read();
      if (record != null) {
        return record;
      }
      passedOver++;
    }
    openLines.end();
    return null;
  }

  /** The next record; null for a blank line. */
  private FileRecord read() throws IOException {
    state = START;
    depth = 0;
    first = 0;
    long begin = line;
    boolean wasTainted = isTainted;
    int start = text.position;
    Stop stop = scan();
    while (stop == Stop.BUFFER) {
      spill.add(text.buffer, start, text.position);
      start = 0;
      if (!text.fill()) {
        break;
      }
      stop = scan();
    }
    int until = stop == Stop.LINE ? text.position - 1 : text.position;
    byte[] content = spill.take(text.buffer, stop == Stop.BUFFER ? until : start, until);
    if (stop == Stop.LINE) {
      line++;
      isTainted = false;
    } else if (stop == Stop.OBJECT) {
      isTainted |= state == NOISE_BEHIND;
    }
    if (state == START) {
      return null;
    }
    String problem = spill.problem();
    if (first == '[' && last == 0 && isArrayOfObjects(content)) {
      throw new UnreadableFileException(
          "line " + begin + ": begins an array of JSON objects; layout: array reads such files");
    }
    if (state != BEHIND) {
      JsonLine seen = problem == null ? JsonLine.of(content) : JsonLine.beginningWith(content);
      openLines.add(seen, begin, stop != Stop.OBJECT);
    } else if (openLines.isWatching()) {
      openLines.add(JsonLine.WHOLE, begin, stop != Stop.OBJECT);
    }
    last = Math.max(begin, last + 1);
    if (problem == null && wasTainted) {
      problem = "stands behind text between the JSON objects of its line";
    }
    return new FileRecord(content, last, problem);
  }

  private static boolean isArrayOfObjects(byte[] content) {
    int at = 0;
    while (at < content.length && (JsonLine.isBlank(content[at]) || content[at] == '[')) {
      at++;
    }
    return at < content.length && content[at] == '{';
  }

  /** Goes on to the end of the record, the line or the buffer. */
  private Stop scan() {
    byte[] buffer = text.buffer;
    int limit = text.limit;
    int at = text.position;
    int now = state;
    Stop stop = Stop.BUFFER;
    while (at < limit) {
      byte b = buffer[at++];
      if (b == end) {
        stop = Stop.LINE;
        break;
      }
      if (now == TEXT) {
        while (b != '"' && b != '\\' && b != end && at < limit) {
          b = buffer[at++];
        }
        if (b == end) {
          stop = Stop.LINE;
          break;
        }
        now = b == '"' ? OBJECT : b == '\\' ? ESCAPE : TEXT;
      } else if (now == OBJECT) {
        now = inObject(b);
      } else if (b == '{' && (now == BEHIND || now == NOISE_BEHIND)) {
        at--;
        stop = Stop.OBJECT;
        break;
      } else {
        now = outside(now, b);
      }
    }
    state = now;
    text.position = at;
    return stop;
  }

  private int inObject(byte b) {
    switch (b) {
      case '"':
        return TEXT;
      case '{', '[':
        depth++;
        return OBJECT;
      case '}', ']':
        depth--;
        return depth == 0 ? BEHIND : OBJECT;
      default:
        return OBJECT;
    }
  }

  private int outside(int now, byte b) {
    switch (now) {
      case START:
        if (JsonLine.isBlank(b)) {
          return START;
        }
        first = b;
        depth = 1;
        return b == '{' ? OBJECT : NOISE;
      case ESCAPE:
        return TEXT;
      case BEHIND:
        return JsonLine.isBlank(b) ? BEHIND : b == '"' ? NOISE_TEXT : NOISE_BEHIND;
      case NOISE_BEHIND:
        return b == '"' ? NOISE_TEXT : NOISE_BEHIND;
      case NOISE_TEXT:
        return b == '"' ? NOISE_BEHIND : NOISE_TEXT;
      default:
        return now;
    }
  }

  @Override
  public void close() throws IOException {
    text.close();
  }
}
