package io.sluice.engine.value;

import java.time.LocalDate;
import java.time.Year;

/** Days as counts since 1970-01-01, of the years that every engine holds. */
final class Days {
  static final long NONE = Long.MIN_VALUE;
  static final long FIRST = LocalDate.of(1, 1, 1).toEpochDay();
  static final long LAST = LocalDate.of(9999, 12, 31).toEpochDay();
  private static final int[] LENGTHS = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

  private Days() {}

  /** The day that the first ten characters state as {@code yyyy-MM-dd}. */
  static long iso(Text text) {
    int year = text.digits(0, 4);
    int month = text.digits(5, 2);
    int day = text.digits(8, 2);
    boolean isDay =
        text.is(4, '-')
            && text.is(7, '-')
            && year >= 1
            && month >= 1
            && month <= 12
            && day >= 1
            && day <= LENGTHS[month - 1]
            && (month != 2 || day < 29 || Year.isLeap(year));
    return isDay ? LocalDate.of(year, month, day).toEpochDay() : NONE;
  }

  static boolean holds(long day) {
    return day >= FIRST && day <= LAST;
  }
}
