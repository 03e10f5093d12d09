package io.sluice.engine.value;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.ResolverStyle;
import java.time.temporal.ChronoField;
import java.time.temporal.TemporalAccessor;
import java.time.temporal.TemporalQueries;
import java.util.Locale;
import org.apache.spark.unsafe.types.UTF8String;

/**
 * Dates and timestamps in the format that a contract states: counts since a day, or a pattern of
 * {@link DateTimeFormatter}, read strictly: no day that is not in the calendar, no time that a zone
 * skips or shows twice.
 */
final class FormattedTimes implements ValueReader {
  private static final long serialVersionUID = 1L;
  private static final int MAX_LENGTH = 200;
  private static final BigDecimal A_DAY = BigDecimal.valueOf(86_400);

  /** The day before the first of a spreadsheet; the 61st is the first that all count alike. */
  private static final LocalDate EXCEL = LocalDate.of(1899, 12, 30);

  private static final BigDecimal EXCEL_FIRST = BigDecimal.valueOf(61);

  private final ValueFormat format;
  private final Kind kind;
  private transient DateTimeFormatter formatter;

  /** What is read. */
  private enum Kind {
    DATE,
    TIMESTAMP
  }

  private FormattedTimes(ValueFormat format, Kind kind) {
    this.format = format;
    this.kind = kind;
    if (!isCount()) {
      formatter();
    }
  }

  static FormattedTimes dates(ValueFormat format) {
    return new FormattedTimes(format, Kind.DATE);
  }

  static FormattedTimes timestamps(ValueFormat format) {
    return new FormattedTimes(format, Kind.TIMESTAMP);
  }

  private boolean isCount() {
    return switch (format.pattern()) {
      case ValueFormat.EPOCH_SECONDS, ValueFormat.EPOCH_MILLIS, ValueFormat.EXCEL_SERIAL -> true;
      default -> false;
    };
  }

  private DateTimeFormatter formatter() {
    if (formatter == null) {
      formatter =
          DateTimeFormatter.ofPattern(years(format.pattern()), Locale.ENGLISH)
              .withResolverStyle(ResolverStyle.STRICT);
    }
    return formatter;
  }

  /** A pattern with {@code u} for {@code y}, which would ask for an era. */
  private static String years(String pattern) {
    StringBuilder years = new StringBuilder();
    boolean isQuoted = false;
    for (char one : pattern.toCharArray()) {
      isQuoted ^= one == '\'';
      years.append(one == 'y' && !isQuoted ? 'u' : one);
    }
    return years.toString();
  }

  @Override
  public Object read(UTF8String text) {
    if (text.numBytes() > MAX_LENGTH) {
      return null;
    }
    if (isCount()) {
      return Numbers.exact(text, format).map(this::counted).orElse(null);
    }
    try {
      return parsed(formatter().parse(Text.of(text).toString()));
    } catch (DateTimeException | ArithmeticException e) {
      return null;
    }
  }

  private Object counted(BigDecimal count) {
    BigDecimal seconds = seconds(count);
    if (seconds == null || seconds.abs().compareTo(BigDecimal.valueOf(1_000_000_000_000L)) > 0) {
      return null;
    }
    BigDecimal micros = seconds.movePointRight(6).stripTrailingZeros();
    if (micros.scale() > 0) {
      return null;
    }
    return given(micros.longValueExact());
  }

  /** Seconds since 1970; null if the count is not one of its format. */
  private BigDecimal seconds(BigDecimal count) {
    if (Math.abs((long) count.precision() - count.scale()) > 20) {
      return count.signum() == 0 ? BigDecimal.ZERO : null;
    }
    switch (format.pattern()) {
      case ValueFormat.EPOCH_SECONDS:
        return count;
      case ValueFormat.EPOCH_MILLIS:
        return count.movePointLeft(3);
      default:
        if (count.compareTo(EXCEL_FIRST) < 0) {
          return null;
        }
        // A spreadsheet's day is a binary fraction: to the millisecond is what it means.
        return count
            .add(BigDecimal.valueOf(EXCEL.toEpochDay()))
            .multiply(A_DAY)
            .setScale(3, RoundingMode.HALF_EVEN);
    }
  }

  private Object parsed(TemporalAccessor parsed) {
    LocalDate date = parsed.query(TemporalQueries.localDate());
    if (kind == Kind.DATE) {
      return date != null && Days.holds(date.toEpochDay()) ? (int) date.toEpochDay() : null;
    }
    if (date == null || parsed.query(TemporalQueries.localTime()) == null) {
      return null;
    }
    LocalDateTime time = LocalDateTime.of(date, parsed.query(TemporalQueries.localTime()));
    long micros = Micros.local(time, zone(parsed));
    return micros == Micros.NONE ? null : (Object) micros;
  }

  private ZoneId zone(TemporalAccessor parsed) {
    if (parsed.isSupported(ChronoField.OFFSET_SECONDS)) {
      return ZoneOffset.ofTotalSeconds(parsed.get(ChronoField.OFFSET_SECONDS));
    }
    ZoneId stated = parsed.query(TemporalQueries.zoneId());
    return stated == null ? format.zone() : stated;
  }

  /** A moment as the kind of value; null if a day is asked for and it is not the day's first. */
  private Object given(long micros) {
    if (!Micros.holds(micros)) {
      return null;
    }
    if (kind == Kind.TIMESTAMP) {
      return micros;
    }
    long aDay = 86_400_000_000L;
    return micros % aDay == 0 ? (int) (micros / aDay) : null;
  }

  @Override
  public String expected() {
    return "a "
        + kind.name().toLowerCase(Locale.ROOT)
        + (isCount() ? " as " : " of the pattern ")
        + format.pattern();
  }
}
