package io.sluice.ingest.format;

import java.util.Arrays;

/**
 * Tells of the beginning of a JSON value what may come next in it, so that a value that goes on
 * over the end of its line is told from one that is cut off.
 */
final class OpenJson {
  private static final int DEEPEST = 10_000;

  private final boolean isObject;
  private final byte last;

  private OpenJson(boolean isObject, byte last) {
    this.isObject = isObject;
    this.last = last;
  }

  /** What is open at the end of a value's beginning; null if nothing is, or only a text. */
  static OpenJson of(byte[] begin) {
    boolean[] objects = new boolean[16];
    int depth = 0;
    boolean isText = false;
    byte last = 0;
    for (int i = 0; i < begin.length; i++) {
      byte b = begin[i];
      if (isText) {
        i += b == '\\' ? 1 : 0;
        isText = b != '"';
        continue;
      }
      if (b == '{' || b == '[') {
        if (depth == DEEPEST) {
          return null;
        }
        if (depth == objects.length) {
          objects = Arrays.copyOf(objects, 2 * depth);
        }
        objects[depth++] = b == '{';
      } else if (b == '}' || b == ']') {
        depth--;
      }
      if (depth < 0) {
        return null;
      }
      isText = b == '"';
      last = isBlank(b) ? last : b;
    }
    return isText || depth <= 0 ? null : new OpenJson(objects[depth - 1], last);
  }

  /** Whether a character of no space may come next. */
  boolean goesOnWith(byte next) {
    return switch (last) {
      case '{' -> next == '"' || next == '}';
      case '[' -> next != '}' && next != ',' && next != ':';
      case ':' -> next != '}' && next != ']' && next != ',' && next != ':';
      case ',' -> isObject ? next == '"' : next != '}' && next != ']' && next != ',';
      default -> next == ',' || next == (isObject ? '}' : ']') || (isObject && next == ':');
    };
  }

  static boolean isBlank(byte b) {
    return b == ' ' || b == '\t' || b == '\r' || b == '\n';
  }
}
