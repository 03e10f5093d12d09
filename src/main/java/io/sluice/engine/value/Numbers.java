package io.sluice.engine.value;

import java.math.BigDecimal;
import java.util.Optional;
import org.apache.spark.unsafe.types.UTF8String;

/**
 * The grammar of numbers: {@code [+-] digits [point digits] [e [+-] digits]}, with a digit before
 * or behind the point and at most {@link #MAX_EXPONENT_DIGITS} digits of exponent. Digits of the
 * whole part may stand in groups of three, if the format has a character between them.
 */
final class Numbers {
  /** A longer text is no number: making one of it would take time out of all proportion. */
  static final int MAX_LENGTH = 1000;

  private static final int MAX_EXPONENT_DIGITS = 4;

  private Numbers() {}

  /** The number that a text states, exactly. */
  static Optional<BigDecimal> exact(UTF8String text, ValueFormat format) {
    String plain = plain(text, format);
    return plain == null ? Optional.empty() : Optional.of(new BigDecimal(plain));
  }

  /** A number's text with a point and without groups; null if it is none. */
  static String plain(UTF8String utf8, ValueFormat format) {
    Text text = Text.of(utf8);
    if (text.length() == 0 || text.length() > MAX_LENGTH) {
      return null;
    }
    StringBuilder plain = new StringBuilder(text.length());
    int at = 0;
    if (text.is(0, '+') || text.is(0, '-')) {
      if (text.at(0) == '-') {
        plain.append('-');
      }
      at = 1;
    }
    int whole = at;
    at = whole(text, at, format, plain);
    if (at < 0) {
      return null;
    }
    boolean hasDigits = at > whole;
    if (text.is(at, format.point())) {
      plain.append('.');
      int fraction = ++at;
      while (text.isDigit(at)) {
        plain.append((char) text.at(at++));
      }
      hasDigits |= at > fraction;
    }
    if (!hasDigits) {
      return null;
    }
    if (text.is(at, 'e') || text.is(at, 'E')) {
      at = exponent(text, at, plain);
    }
    return at == text.length() ? plain.toString() : null;
  }

  /** Appends the digits before the point; gives where they end, -1 if groups are not of three. */
  private static int whole(Text text, int from, ValueFormat format, StringBuilder plain) {
    int at = from;
    int group = 0;
    boolean grouped = false;
    while (text.isDigit(at) || isGrouping(text, at, format)) {
      if (text.isDigit(at)) {
        plain.append((char) text.at(at));
        group++;
      } else {
        if (group == 0 || group > 3 || (grouped && group != 3)) {
          return -1;
        }
        grouped = true;
        group = 0;
      }
      at++;
    }
    return grouped && group != 3 ? -1 : at;
  }

  private static boolean isGrouping(Text text, int at, ValueFormat format) {
    return format.grouping() != null && text.is(at, format.grouping());
  }

  /** Appends the exponent; gives where it ends, or a place that is not the text's end. */
  private static int exponent(Text text, int from, StringBuilder plain) {
    int at = from + 1;
    plain.append('e');
    if (text.is(at, '+') || text.is(at, '-')) {
      plain.append((char) text.at(at++));
    }
    int digits = at;
    while (text.isDigit(at)) {
      plain.append((char) text.at(at++));
    }
    return at > digits && at - digits <= MAX_EXPONENT_DIGITS ? at : -1;
  }
}
