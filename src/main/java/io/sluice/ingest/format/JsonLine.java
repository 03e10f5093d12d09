package io.sluice.ingest.format;

import java.util.BitSet;

/**
 * What a line of JSON, or one object of a line, says of the lines beside it: told by brackets,
 * quotes and commas alone, be it valid or not.
 *
 * @param first its first byte that is no space
 * @param last its last byte that is no space and stands in no text; of a text its opening quote
 * @param leaves what is open at its end
 * @param closesOther whether it closes, or may close, a bracket that it does not open
 */
record JsonLine(byte first, byte last, Open leaves, boolean closesOther) {
  /** The innermost thing that is open. */
  enum Open {
    NOTHING,
    OBJECT,
    ARRAY,
    /** JSON has no line end in it. */
    TEXT
  }

  /** One whole object. */
  static final JsonLine WHOLE = new JsonLine((byte) '{', (byte) '}', Open.NOTHING, false);

  static JsonLine of(byte[] content) {
    BitSet objects = new BitSet();
    int depth = 0;
    boolean isText = false;
    boolean closesOther = false;
    byte first = 0;
    byte last = 0;
    for (int i = 0; i < content.length; i++) {
      byte b = content[i];
      if (isText) {
        i += b == '\\' ? 1 : 0;
        isText = b != '"';
        continue;
      }
      if (isBlank(b)) {
        continue;
      }
      if (b == '{' || b == '[') {
        objects.set(depth++, b == '{');
      } else if (b == '}' || b == ']') {
        closesOther |= depth == 0;
        depth = Math.max(0, depth - 1);
      }
      isText = b == '"';
      first = first == 0 ? b : first;
      last = b;
    }
    Open bracket = depth == 0 ? Open.NOTHING : objects.get(depth - 1) ? Open.OBJECT : Open.ARRAY;
    return new JsonLine(first, last, isText ? Open.TEXT : bracket, closesOther);
  }

  /** A line of which only the beginning is known: what follows may close any bracket. */
  static JsonLine beginningWith(byte[] content) {
    JsonLine known = of(content);
    return new JsonLine(known.first, known.last, known.leaves, true);
  }

  /** Whether JSON may have a byte next, other than a space, where something is open. */
  static boolean goesOn(Open open, byte last, byte next) {
    if (open == Open.NOTHING || open == Open.TEXT) {
      return false;
    }
    boolean isObject = open == Open.OBJECT;
    return switch (last) {
      case '{' -> next == '"' || next == '}';
      case '[' -> next == ']' || mayBeginValue(next);
      case ':' -> mayBeginValue(next);
      case ',' -> isObject ? next == '"' : mayBeginValue(next);
      default -> next == ',' || next == (isObject ? '}' : ']') || (isObject && next == ':');
    };
  }

  private static boolean mayBeginValue(byte b) {
    return b != '}' && b != ']' && b != ',' && b != ':';
  }

  static boolean isBlank(byte b) {
    return b == ' ' || b == '\t' || b == '\r' || b == '\n';
  }
}
