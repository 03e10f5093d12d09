package io.sluice.engine.value;

import java.io.Serializable;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;

/**
 * How a source writes the values of one field, where it differs from {@link #STANDARD}.
 *
 * @param pattern of dates and timestamps: a pattern of {@link java.time.format.DateTimeFormatter},
 *     or one of {@link #EPOCH_SECONDS}, {@link #EPOCH_MILLIS}, {@link #EXCEL_SERIAL}; null for ISO
 *     8601
 * @param zone of timestamps that state neither an offset nor {@code Z}
 * @param point between the whole part and the fraction of a number
 * @param grouping between groups of three digits of a number; null for none
 * @param notFinite whether a floating-point number may be {@code NaN} or infinite
 * @param trueValues the texts that mean true; of {@link #STANDARD} in any case
 * @param falseValues the texts that mean false
 */
public record ValueFormat(
    String pattern,
    ZoneId zone,
    char point,
    Character grouping,
    NotFinite notFinite,
    List<String> trueValues,
    List<String> falseValues)
    implements Serializable {
  /** Seconds since 1970-01-01T00:00:00Z, with at most six places. */
  public static final String EPOCH_SECONDS = "epoch_seconds";

  /** Milliseconds since 1970-01-01T00:00:00Z, with at most three places. */
  public static final String EPOCH_MILLIS = "epoch_millis";

  /** Days since 1899-12-30, as spreadsheets store a day; the fraction is the time of day. */
  public static final String EXCEL_SERIAL = "excel_serial";

  /** Whether a value may be no finite number. */
  public enum NotFinite {
    REFUSE,
    ALLOW
  }

  /** ISO 8601, UTC, a point, no grouping, finite numbers, true and false. */
  public static final ValueFormat STANDARD =
      new ValueFormat(
          null, ZoneOffset.UTC, '.', null, NotFinite.REFUSE, List.of("true"), List.of("false"));

  public ValueFormat {
    trueValues = List.copyOf(trueValues);
    falseValues = List.copyOf(falseValues);
  }
}
