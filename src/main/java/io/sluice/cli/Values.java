package io.sluice.cli;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.TypeConversionException;

/** Reads what is typed as options' values; of one that cannot be meant, says what could be. */
final class Values {
  /** About a hundred years. */
  private static final long MOST_DAYS = 36_525;

  private Values() {}

  /** Makes a command line read days, times and whole numbers here. */
  static CommandLine register(CommandLine commandLine) {
    return commandLine
        .registerConverter(LocalDate.class, Values::day)
        .registerConverter(Instant.class, Values::time)
        .registerConverter(Integer.class, text -> Math.toIntExact(whole(text, Integer.MAX_VALUE)))
        .registerConverter(int.class, text -> Math.toIntExact(whole(text, Integer.MAX_VALUE)))
        .registerConverter(Long.class, text -> whole(text, Long.MAX_VALUE));
  }

  private static LocalDate day(String text) {
    try {
      LocalDate day = LocalDate.parse(text);
      if (day.getYear() >= 1 && day.getYear() <= 9999) {
        return day;
      }
    } catch (DateTimeException e) {
      // Said below.
    }
    throw new TypeConversionException("must be a day such as 2026-03-31, not '" + text + "'");
  }

  private static Instant time(String text) {
    try {
      Instant time = Instant.parse(text);
      int year = time.atOffset(ZoneOffset.UTC).getYear();
      if (year >= 1 && year <= 9999) {
        return time;
      }
    } catch (DateTimeException e) {
      // Said below.
    }
    throw new TypeConversionException(
        "must be a time such as 2026-03-31T09:30:00Z, not '" + text + "'");
  }

  private static long whole(String text, long most) {
    try {
      long number = Long.parseLong(text);
      if (number >= -most && number <= most) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Said below.
    }
    throw new TypeConversionException("must be a whole number, not '" + text + "'");
  }

  /**
   * @throws ParameterException if a number is none that an option takes
   */
  static void requireWithin(CommandSpec spec, String option, long value, long least, long most) {
    if (value < least || value > most) {
      throw new ParameterException(
          spec.commandLine(), option + " must be from " + least + " to " + most + ", not " + value);
    }
  }

  /**
   * @throws ParameterException if a share is none
   */
  static void requireShare(CommandSpec spec, String option, double value) {
    if (!(value >= 0 && value <= 1)) {
      throw new ParameterException(
          spec.commandLine(), option + " must be a share from 0 to 1, not " + value);
    }
  }

  /**
   * @param from the first day; null for any
   * @param to the last day; null for any
   * @throws ParameterException if the days are no range, or one of more than a hundred years
   */
  static void requireRange(CommandSpec spec, LocalDate from, LocalDate to) {
    if (from == null || to == null) {
      return;
    }
    if (from.isAfter(to)) {
      throw new ParameterException(
          spec.commandLine(),
          "--from " + from + " is after --to " + to + "; give the first day and the last one");
    }
    if (ChronoUnit.DAYS.between(from, to) >= MOST_DAYS) {
      throw new ParameterException(
          spec.commandLine(),
          "--from " + from + " to --to " + to + " is more than a hundred years; give a part of it");
    }
  }
}
