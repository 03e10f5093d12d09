package io.sluice.ingest.format;

import java.io.IOException;
import java.util.Arrays;

/**
 * Reads one file that is a JSON array, or several after one another, into records: the bytes of
 * each element as they stand. What an element holds is judged when it is taken apart; but where
 * brackets, quotes and commas are not as JSON has them nobody knows where an element ends, which
 * costs the file.
 *
 * <p>Memory is bounded by {@code maxRecordBytes}. Not for several threads at once.
 */
final class JsonArrayRecords implements FileRecords {
  private static final int DEEPEST = 10_000;

  private final TextInput text;
  private final RecordBytes spill;
  private long line = 1;
  private long last;
  private long count;
  private int start = -1;
  private State state = State.OUTSIDE;

  /** The brackets that are open inside of an element. */
  private byte[] open = new byte[64];

  private int depth;

  private enum State {
    OUTSIDE,
    /** Behind the array's bracket, where it may end. */
    FIRST,
    BEHIND
  }

  private JsonArrayRecords(TextInput text, RecordBytes spill) {
    this.text = text;
    this.spill = spill;
  }

  /**
   * Opens a text.
   *
   * @param text closed when this is
   */
  static JsonArrayRecords open(TextInput text, int maxRecordBytes) {
    return new JsonArrayRecords(text, new RecordBytes(maxRecordBytes, (byte) 0));
  }

  @Override
  public String header() {
    return null;
  }

  @Override
  public FileRecord next() throws IOException {
    while (true) {
      int b = significant();
      switch (state) {
        case OUTSIDE -> {
          if (b < 0) {
            return null;
          }
          if (b != '[') {
            throw broken(
                count == 0
                    ? "no JSON array begins here; layout: lines reads objects that stand on lines"
                    : "text follows the JSON array");
          }
          state = State.FIRST;
        }
        case FIRST -> {
          if (b != ']') {
            return element(b);
          }
          state = State.OUTSIDE;
        }
        case BEHIND -> {
          if (b == ',') {
            return element(significant());
          }
          if (b != ']') {
            throw b < 0 ? cutOff() : broken("text follows element " + count);
          }
          state = State.OUTSIDE;
        }
        default -> throw new IllegalStateException(state.name());
      }
    }
  }

  private UnreadableFileException broken(String what) {
    return new UnreadableFileException("line " + line + ": not valid JSON: " + what);
  }

  private UnreadableFileException cutOff() {
    return broken("the file ends inside of its array, in or behind element " + count);
  }

  /** The next byte; -1 at the end of the file. What is being gathered is kept. */
  private int read() throws IOException {
    if (text.position == text.limit) {
      if (start >= 0) {
        spill.add(text.buffer, start, text.position);
        start = 0;
      }
      if (!text.fill()) {
        return -1;
      }
    }
    byte b = text.buffer[text.position++];
    if (b == '\n') {
      line++;
    }
    return b & 0xFF;
  }

  /** The next byte that is no space; -1 at the end of the file. */
  private int significant() throws IOException {
    int b = read();
    while (b >= 0 && JsonLine.isBlank((byte) b)) {
      b = read();
    }
    return b;
  }

  /** The element that begins with a byte just read. */
  private FileRecord element(int begin) throws IOException {
    if (begin < 0) {
      throw cutOff();
    }
    count++;
    last = Math.max(line, last + 1);
    start = text.position - 1;
    if (begin == ',' || begin == ']') {
      throw broken("nothing stands where element " + count + " should");
    }
    depth = 0;
    if (begin == '{' || begin == '[' || begin == '"') {
      nested(begin);
    } else {
      plain();
    }
    byte[] content = spill.take(text.buffer, start, text.position);
    start = -1;
    state = State.BEHIND;
    return new FileRecord(content, last, spill.problem());
  }

  /** Goes on to the end of a number or a word. */
  private void plain() throws IOException {
    int b = read();
    while (b != ',' && b != ']' && !(b >= 0 && JsonLine.isBlank((byte) b))) {
      if (b < 0) {
        throw cutOff();
      }
      if (b == '{' || b == '[' || b == '"' || b == '}') {
        throw broken("element " + count + " is not as JSON has it");
      }
      b = read();
    }
    text.position--;
    line -= b == '\n' ? 1 : 0;
  }

  /** Goes on to the end of an object, an array or a text. */
  private void nested(int begin) throws IOException {
    int before = 0;
    int b = begin;
    while (true) {
      boolean isBehindText = before == '"';
      if (isBehindText && b != ',' && b != ':' && b != '}' && b != ']') {
        throw broken("in element " + count + " something else follows a text than JSON has there");
      }
      switch (b) {
        case '{', '[' -> push((byte) b);
        case '}', ']' -> pop(b);
        case '"' -> {
          if (before != 0 && before != ',' && before != ':' && before != '{' && before != '[') {
            throw broken("in element " + count + " a text stands where JSON has none");
          }
          passText();
        }
        default -> {
          // Words, numbers, commas and colons are judged when the record is taken apart.
        }
      }
      if (depth == 0) {
        return;
      }
      before = b;
      b = significant();
      if (b < 0) {
        throw cutOff();
      }
    }
  }

  private void push(byte bracket) throws IOException {
    if (depth == DEEPEST) {
      throw broken("element " + count + " nests deeper than " + DEEPEST);
    }
    if (depth == open.length) {
      open = Arrays.copyOf(open, 2 * depth);
    }
    open[depth++] = bracket;
  }

  private void pop(int bracket) throws IOException {
    if (depth == 0 || open[--depth] != (bracket == '}' ? '{' : '[')) {
      throw broken("in element " + count + " a bracket closes that is not open");
    }
  }

  private void passText() throws IOException {
    while (true) {
      int b = read();
      if (b == '"') {
        return;
      }
      if (b == '\\') {
        b = read();
      }
      if (b < 0) {
        throw cutOff();
      }
      if (b == '\n') {
        throw broken("in element " + count + " a text goes on over the end of its line");
      }
    }
  }

  @Override
  public void close() throws IOException {
    text.close();
  }
}
