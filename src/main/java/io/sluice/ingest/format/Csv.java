package io.sluice.ingest.format;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * CSV as of RFC 4180: where a record ends, and which fields it has.
 *
 * <p>A quote opens a quoted field only at the field's start; inside one, two quotes are a quote.
 */
public final class Csv {
  /** A field was opened by a quote and not closed. */
  static final String UNCLOSED = "a quoted field is not closed";

  /** A closing quote is followed by something else than a delimiter. */
  static final String STRAY = "text follows a closing quote";

  private final byte delimiter;
  private final byte quote;

  public Csv(char delimiter, char quote) {
    this.delimiter = (byte) delimiter;
    this.quote = (byte) quote;
  }

  byte delimiter() {
    return delimiter;
  }

  byte quote() {
    return quote;
  }

  /** Where a reader stands inside a record. */
  enum State {
    FIELD_START,
    UNQUOTED,
    QUOTED,
    /** After a quote inside a quoted field: it closed the field, or was the first of two. */
    QUOTE_IN_QUOTED
  }

  State next(State state, byte b) {
    return switch (state) {
      case FIELD_START ->
          b == quote ? State.QUOTED : b == delimiter ? State.FIELD_START : State.UNQUOTED;
      case UNQUOTED -> b == delimiter ? State.FIELD_START : State.UNQUOTED;
      case QUOTED -> b == quote ? State.QUOTE_IN_QUOTED : State.QUOTED;
      case QUOTE_IN_QUOTED ->
          b == quote ? State.QUOTED : b == delimiter ? State.FIELD_START : State.UNQUOTED;
    };
  }

  /** A field's bytes within its record; {@code escaped} if quotes in it are doubled. */
  public record Slice(int start, int end, boolean escaped) {}

  /** Where the fields of one record stand; made once and used for one record after the other. */
  static final class Slices {
    private final int[] starts;
    private final int[] ends;
    private final boolean[] escaped;

    /**
     * @param most so many fields are noted, further ones are only counted
     */
    Slices(int most) {
      starts = new int[most];
      ends = new int[most];
      escaped = new boolean[most];
    }

    private void add(int field, int start, int end, boolean isEscaped) {
      if (field < starts.length) {
        starts[field] = start;
        ends[field] = end;
        escaped[field] = isEscaped;
      }
    }

    int start(int field) {
      return starts[field];
    }

    int end(int field) {
      return ends[field];
    }

    boolean isEmpty(int field) {
      return starts[field] == ends[field];
    }

    /** Whether quotes in it are doubled. */
    boolean isEscaped(int field) {
      return escaped[field];
    }
  }

  /**
   * Notes the fields of one record.
   *
   * @return how many there are
   * @throws IllegalArgumentException if a quoted field is not closed, or goes on after its closing
   *     quote
   */
  int split(byte[] record, Slices slices) {
    int fields = 0;
    int at = 0;
    while (true) {
      int start = at;
      if (at < record.length && record[at] == quote) {
        at = closing(record, ++start);
        boolean escaped = at < 0;
        at = escaped ? -at : at;
        slices.add(fields++, start, at, escaped);
        at++;
        if (at < record.length && record[at] != delimiter) {
          throw new IllegalArgumentException(STRAY);
        }
      } else {
        while (at < record.length && record[at] != delimiter) {
          at++;
        }
        slices.add(fields++, start, at, false);
      }
      if (at >= record.length) {
        return fields;
      }
      at++;
    }
  }

  /** Where a quoted field's closing quote stands; negative if quotes in the field are doubled. */
  private int closing(byte[] record, int start) {
    boolean escaped = false;
    for (int at = start; at < record.length; at++) {
      if (record[at] == quote) {
        if (at + 1 >= record.length || record[at + 1] != quote) {
          return escaped ? -at : at;
        }
        escaped = true;
        at++;
      }
    }
    throw new IllegalArgumentException(UNCLOSED);
  }

  /**
   * How many fields a record has.
   *
   * @return -1 if its quotes are broken
   */
  int count(byte[] record) {
    try {
      return split(record, new Slices(0));
    } catch (IllegalArgumentException e) {
      return -1;
    }
  }

  /**
   * How many line ends stand in a record outside of quotes; those next to one another count as one.
   */
  int unquotedLineEnds(byte[] record) {
    State state = State.FIELD_START;
    int count = 0;
    boolean isBehindOne = false;
    for (byte b : record) {
      boolean isEnd = state != State.QUOTED && (b == '\n' || b == '\r');
      count += isEnd && !isBehindOne ? 1 : 0;
      isBehindOne = isEnd;
      state = next(state, b);
    }
    return count;
  }

  /**
   * The fields of one record.
   *
   * @throws IllegalArgumentException if a quoted field is not closed, or goes on after its closing
   *     quote
   */
  public List<Slice> fields(byte[] record) {
    Slices slices = new Slices(split(record, new Slices(0)));
    List<Slice> fields = new ArrayList<>();
    int count = split(record, slices);
    for (int i = 0; i < count; i++) {
      fields.add(new Slice(slices.start(i), slices.end(i), slices.isEscaped(i)));
    }
    return fields;
  }

  /** The bytes of a field with doubled quotes made one. */
  public byte[] value(byte[] record, Slice slice) {
    return slice.escaped()
        ? unescaped(record, slice.start(), slice.end())
        : Arrays.copyOfRange(record, slice.start(), slice.end());
  }

  /** The bytes from one index to another with doubled quotes made one. */
  byte[] unescaped(byte[] record, int start, int end) {
    byte[] value = new byte[end - start];
    int length = 0;
    for (int i = start; i < end; i++) {
      value[length++] = record[i];
      if (record[i] == quote) {
        i++;
      }
    }
    return Arrays.copyOf(value, length);
  }
}
