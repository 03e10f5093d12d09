package io.sluice.ingest.format;

import java.util.ArrayList;
import java.util.List;

/**
 * CSV as of RFC 4180: where a record ends, and which fields it has.
 *
 * <p>A quote opens a quoted field only at the field's start; inside one, two quotes are a quote.
 */
public final class Csv {
  private final byte delimiter;
  private final byte quote;

  public Csv(char delimiter, char quote) {
    this.delimiter = (byte) delimiter;
    this.quote = (byte) quote;
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

  /**
   * The fields of one record.
   *
   * @throws IllegalArgumentException if a quoted field is not closed, or goes on after its closing
   *     quote
   */
  public List<Slice> fields(byte[] record) {
    List<Slice> fields = new ArrayList<>();
    int at = 0;
    while (true) {
      if (at < record.length && record[at] == quote) {
        int start = ++at;
        boolean escaped = false;
        while (true) {
          if (at >= record.length) {
            throw new IllegalArgumentException("a quoted field is not closed");
          }
          if (record[at] == quote) {
            if (at + 1 < record.length && record[at + 1] == quote) {
              escaped = true;
              at += 2;
              continue;
            }
            break;
          }
          at++;
        }
        fields.add(new Slice(start, at, escaped));
        at++;
        if (at < record.length && record[at] != delimiter) {
          throw new IllegalArgumentException("text follows a closing quote");
        }
      } else {
        int start = at;
        while (at < record.length && record[at] != delimiter) {
          at++;
        }
        fields.add(new Slice(start, at, false));
      }
      if (at >= record.length) {
        return fields;
      }
      at++;
    }
  }

  /** The bytes of a field with doubled quotes made one. */
  public byte[] value(byte[] record, Slice slice) {
    byte[] value = new byte[slice.end() - slice.start()];
    int length = 0;
    for (int i = slice.start(); i < slice.end(); i++) {
      value[length++] = record[i];
      if (slice.escaped() && record[i] == quote) {
        i++;
      }
    }
    return length == value.length ? value : java.util.Arrays.copyOf(value, length);
  }
}
