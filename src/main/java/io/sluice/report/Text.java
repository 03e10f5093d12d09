package io.sluice.report;

import java.math.BigDecimal;
import java.math.MathContext;
import java.time.Duration;
import java.time.Instant;
import java.time.Period;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** How the page says numbers, times and lengths of time: plain text, the same in every locale. */
final class Text {
  private static final DateTimeFormatter MINUTE =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm", Locale.ROOT).withZone(ZoneOffset.UTC);

  private Text() {}

  /**
   * A page without characters that a browser would not show. Control characters are not legal in
   * HTML; those that turn text around could make it read as something else.
   */
  static String visible(String page) {
    StringBuilder visible = new StringBuilder(page.length());
    page.codePoints().forEach(c -> visible.appendCodePoint(isVisible(c) ? c : 0xFFFD));
    return visible.toString();
  }

  private static boolean isVisible(int c) {
    boolean control = Character.isISOControl(c) && c != '\n' && c != '\t';
    boolean turning = (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
    return !control && !turning && Character.getType(c) != Character.SURROGATE;
  }

  /** A name that links can lead to. */
  static String anchor(String kind, String name) {
    return kind + "-" + name.replaceAll("[^A-Za-z0-9_]", "-");
  }

  static String number(long value) {
    return String.format(Locale.ROOT, "%,d", value);
  }

  /** A count and what is counted, in the plural unless it is one. */
  static String count(long value, String one) {
    return number(value) + " " + one + (value == 1 ? "" : "s");
  }

  static String bytes(long value) {
    String[] units = {"B", "kB", "MB", "GB", "TB"};
    double scaled = value;
    int unit = 0;
    while (scaled >= 1000 && unit < units.length - 1) {
      scaled /= 1000;
      unit++;
    }
    return String.format(Locale.ROOT, unit == 0 || scaled >= 100 ? "%,.0f " : "%.1f ", scaled)
        + units[unit];
  }

  /** A moment to the minute, in UTC. */
  static String minute(Instant at) {
    return MINUTE.format(at);
  }

  static String duration(Duration duration) {
    long seconds = Math.max(0, duration.toSeconds());
    if (seconds < 60) {
      return seconds + " s";
    }
    if (seconds < 3600) {
      return seconds / 60 + " min " + seconds % 60 + " s";
    }
    return seconds < 86_400
        ? seconds / 3600 + " h " + seconds % 3600 / 60 + " min"
        : seconds / 86_400 + " d " + seconds % 86_400 / 3600 + " h";
  }

  /** A length of time such as "day" or "7 days", to follow "every". */
  static String period(Period period) {
    Map<String, Integer> parts = new LinkedHashMap<>();
    parts.put("year", period.getYears());
    parts.put("month", period.getMonths());
    parts.put("day", period.getDays());
    return parts.entrySet().stream()
        .filter(part -> part.getValue() != 0)
        .map(part -> count(part.getValue(), part.getKey()))
        .collect(Collectors.joining(" "))
        .replaceFirst("^1 (\\w+)$", "$1");
  }

  /** A measured value to four digits; a dash for none. */
  static String value(Double value) {
    if (value == null || !Double.isFinite(value)) {
      return value == null ? "–" : value.toString();
    }
    if (value == Math.rint(value) && Math.abs(value) < 1e15) {
      return number(value.longValue());
    }
    return Math.abs(value) >= 1000
        ? String.format(Locale.ROOT, "%,.1f", value)
        : new BigDecimal(value).round(new MathContext(4)).stripTrailingZeros().toPlainString();
  }

  /** A figure that may not be known; a dash if it is not. */
  static String figure(Double value) {
    return value == null || value.isNaN() ? "–" : value(value);
  }

  /** A version that there may not be; a dash for none. */
  static String version(Number version) {
    return version == null ? "–" : number(version.longValue());
  }

  /** A column's or metric's name as words. */
  static String words(String name) {
    return name.replace('_', ' ');
  }

  /** A place in a drawing, to a tenth of its unit. */
  static String at(double place) {
    return String.format(Locale.ROOT, "%.1f", place);
  }

  /** The beginning of a long text. */
  static String cut(String text, int length) {
    return text.length() <= length ? text : text.substring(0, length - 1) + "…";
  }
}
