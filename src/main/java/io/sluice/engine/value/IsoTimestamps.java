package io.sluice.engine.value;

import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.apache.spark.unsafe.types.UTF8String;

/**
 * Timestamps in ISO 8601: {@code yyyy-MM-dd}, {@code T} or a blank, {@code HH:mm[:ss[.ffffff]]},
 * then {@code Z}, an offset ({@code +01:00}, {@code +0100}, {@code +01}), or nothing if the zone is
 * the stated one. Places behind the sixth must be 0.
 */
record IsoTimestamps(ZoneId zone) implements ValueReader {
  private static final long serialVersionUID = 1L;
  private static final int DATE = 10;

  @Override
  public Object read(UTF8String utf8) {
    Text text = Text.of(utf8);
    if (text.length() < DATE + 6 || !(text.is(DATE, 'T') || text.is(DATE, ' '))) {
      return null;
    }
    long day = Days.iso(text);
    int hour = text.digits(DATE + 1, 2);
    int minute = text.digits(DATE + 4, 2);
    if (day == Days.NONE || !isIn(hour, 23) || !isIn(minute, 59) || !text.is(DATE + 3, ':')) {
      return null;
    }
    int at = DATE + 6;
    int second = 0;
    long micros = 0;
    if (text.is(at, ':')) {
      second = text.digits(at + 1, 2);
      at += 3;
      if (!isIn(second, 59)) {
        return null;
      }
      if (text.is(at, '.') || text.is(at, ',')) {
        int first = ++at;
        while (text.isDigit(at)) {
          at++;
        }
        micros = fraction(text, first, at);
        if (micros < 0) {
          return null;
        }
      }
    }
    long seconds = day * 86_400 + hour * 3600L + minute * 60L + second;
    return moment(text, at, seconds, micros);
  }

  private static boolean isIn(int number, int most) {
    return number >= 0 && number <= most;
  }

  /** Microseconds of a fraction's digits; -1 if there is none, or one that a microsecond loses. */
  private static long fraction(Text text, int first, int end) {
    if (end == first) {
      return -1;
    }
    long micros = 0;
    for (int i = 0; i < Math.max(6, end - first); i++) {
      int digit = first + i < end ? text.at(first + i) - '0' : 0;
      if (i < 6) {
        micros = micros * 10 + digit;
      } else if (digit != 0) {
        return -1;
      }
    }
    return micros;
  }

  private Object moment(Text text, int at, long seconds, long micros) {
    long moment;
    if (at == text.length()) {
      moment =
          zone instanceof ZoneOffset offset
              ? Micros.of(seconds - offset.getTotalSeconds(), micros)
              : Micros.local(
                  LocalDateTime.ofEpochSecond(seconds, (int) micros * 1000, ZoneOffset.UTC), zone);
    } else {
      int offset = offset(text, at);
      moment = offset == Integer.MIN_VALUE ? Micros.NONE : Micros.of(seconds - offset, micros);
    }
    return moment == Micros.NONE ? null : (Object) moment;
  }

  /** Seconds east of UTC that the rest of a text states; MIN_VALUE if it states none. */
  private static int offset(Text text, int at) {
    int rest = text.length() - at;
    if (rest == 1 && (text.is(at, 'Z') || text.is(at, 'z'))) {
      return 0;
    }
    boolean hasColon = rest == 6 && text.is(at + 3, ':');
    if (!(text.is(at, '+') || text.is(at, '-')) || !(rest == 3 || rest == 5 || hasColon)) {
      return Integer.MIN_VALUE;
    }
    int hours = text.digits(at + 1, 2);
    int minutes = rest == 3 ? 0 : text.digits(at + rest - 2, 2);
    if (!isIn(hours, 18) || !isIn(minutes, 59) || (hours == 18 && minutes > 0)) {
      return Integer.MIN_VALUE;
    }
    int seconds = hours * 3600 + minutes * 60;
    return text.is(at, '-') ? -seconds : seconds;
  }

  @Override
  public String expected() {
    return "a timestamp in ISO 8601, such as 2026-03-01T10:00:00Z, of at most six places";
  }
}
