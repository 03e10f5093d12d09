package io.sluice.ingest.format.parquet;

import java.time.LocalDate;

/**
 * Writes dates and times in ISO 8601: seconds always, behind them as many digits as are not zero,
 * and a {@code Z} behind instants. Years beyond 9999 have a sign and more digits.
 */
final class Times {
  private static final int DAY = 86_400;
  private static final long DAY_NANOS = DAY * 1_000_000_000L;
  private static final int NANO_DIGITS = 9;

  /** 1970-01-01 as INT96 timestamps count days. */
  private static final int EPOCH_JULIAN_DAY = 2_440_588;

  private Times() {}

  static void date(Cell value, RecordText record) {
    record.write('"');
    day(value.number, record);
    record.write('"');
  }

  /** Times of day by their unit. */
  static Scalar ofDay(Annotation annotation, String path) {
    int digits = annotation.secondDigits();
    long second = power(digits);
    return (value, record) -> {
      if (value.number < 0 || value.number >= DAY * second) {
        record.broken("column " + path + ": no time of day");
        record.write(Long.toString(value.number));
      } else {
        record.write('"');
        time(value.number / second, value.number % second, digits, record);
        record.write('"');
      }
    };
  }

  /** Instants, or local dates and times, by their unit. */
  static Scalar timestamp(Annotation annotation) {
    int digits = annotation.secondDigits();
    long second = power(digits);
    String end = annotation.isUtc() ? "Z\"" : "\"";
    return (value, record) -> {
      long seconds = Math.floorDiv(value.number, second);
      record.write('"');
      day(Math.floorDiv(seconds, DAY), record);
      record.write('T');
      time(Math.floorMod(seconds, DAY), Math.floorMod(value.number, second), digits, record);
      record.write(end);
    };
  }

  /** Instants as older writers have them: nanoseconds of a day, and the day. */
  static Scalar int96(String path) {
    return (value, record) -> {
      long nanos = littleEndian(value, 0, Long.BYTES);
      int day = (int) littleEndian(value, Long.BYTES, Integer.BYTES);
      // Some writers count back from the day behind for instants before 1970.
      if (nanos <= -DAY_NANOS || nanos >= DAY_NANOS) {
        record.broken("column " + path + ": no time of day");
        record.base64(value);
        return;
      }
      record.write('"');
      day((long) day - EPOCH_JULIAN_DAY + Math.floorDiv(nanos, DAY_NANOS), record);
      record.write('T');
      long second = power(NANO_DIGITS);
      long ofDay = Math.floorMod(nanos, DAY_NANOS);
      time(ofDay / second, ofDay % second, NANO_DIGITS, record);
      record.write("Z\"");
    };
  }

  static long littleEndian(Cell value, int from, int count) {
    long number = 0;
    for (int i = count - 1; i >= 0; i--) {
      number = (number << Byte.SIZE) | (value.bytes[value.offset + from + i] & 0xFF);
    }
    return number;
  }

  private static long power(int digits) {
    long power = 1;
    for (int i = 0; i < digits; i++) {
      power *= 10;
    }
    return power;
  }

  private static void day(long epochDay, RecordText record) {
    LocalDate date = LocalDate.ofEpochDay(epochDay);
    int year = date.getYear();
    if (year < 0 || year > 9999) {
      record.write(year < 0 ? '-' : '+');
    }
    int years = Math.abs(year);
    record.digits(years, Math.max(4, Integer.toString(years).length()));
    record.write('-');
    record.digits(date.getMonthValue(), 2);
    record.write('-');
    record.digits(date.getDayOfMonth(), 2);
  }

  private static void time(long secondOfDay, long fraction, int digits, RecordText record) {
    record.digits(secondOfDay / 3600, 2);
    record.write(':');
    record.digits(secondOfDay / 60 % 60, 2);
    record.write(':');
    record.digits(secondOfDay % 60, 2);
    fraction(fraction, digits, record);
  }

  /** Writes a fraction of a second without the zeros at its end. */
  static void fraction(long fraction, int digits, RecordText record) {
    if (fraction != 0) {
      long rest = fraction;
      int count = digits;
      for (; rest % 10 == 0; rest /= 10) {
        count--;
      }
      record.write('.');
      record.digits(rest, count);
    }
  }
}
