package io.sluice.report;

import java.math.BigDecimal;
import java.math.MathContext;
import java.time.Duration;
import java.time.Instant;
import java.time.Period;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * A piece of markup, written as a template into which values go escaped: only what is {@code Html}
 * already goes in as it stands, so no value can forget to be escaped.
 */
record Html(String markup) {
  static final Html NOTHING = new Html("");

  private static final DateTimeFormatter MINUTE =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm", Locale.ROOT).withZone(ZoneOffset.UTC);

  /**
   * Fills a template.
   *
   * @param template markup with a {@code {}} for each value, as an element's content or inside a
   *     quoted attribute
   * @param values markup, lists of values, or text
   */
  static Html html(String template, Object... values) {
    String[] pieces = template.strip().split("\\{}", -1);
    if (pieces.length != values.length + 1) {
      throw new IllegalArgumentException(values.length + " values for: " + template);
    }
    StringBuilder markup = new StringBuilder(pieces[0]);
    for (int i = 0; i < values.length; i++) {
      add(values[i], markup);
      markup.append(pieces[i + 1]);
    }
    return new Html(markup.toString());
  }

  private static void add(Object value, StringBuilder markup) {
    if (value instanceof Html html) {
      markup.append(html.markup);
    } else if (value instanceof Iterable<?> values) {
      values.forEach(one -> add(one, markup));
    } else {
      markup.append(escape(value.toString()));
    }
  }

  /** Markup that is only there under a condition. */
  static Html when(boolean condition, Supplier<Html> markup) {
    return condition ? markup.get() : NOTHING;
  }

  static <T> List<Html> each(Collection<T> values, Function<T, Html> markup) {
    return values.stream().map(markup).toList();
  }

  private static String escape(String text) {
    StringBuilder escaped = new StringBuilder(text.length() + 16);
    text.codePoints()
        .forEach(
            c -> {
              switch (c) {
                case '&' -> escaped.append("&amp;");
                case '<' -> escaped.append("&lt;");
                case '>' -> escaped.append("&gt;");
                case '"' -> escaped.append("&quot;");
                case '\'' -> escaped.append("&#39;");
                default -> escaped.appendCodePoint(isVisible(c) ? c : 0xFFFD);
              }
            });
    return escaped.toString();
  }

  /**
   * Control characters are not legal in HTML; those that turn text around could make it read as
   * something else.
   */
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

  /** The beginning of a long text. */
  static String cut(String text, int length) {
    return text.length() <= length ? text : text.substring(0, length - 1) + "…";
  }
}
