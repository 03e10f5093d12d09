package io.sluice.report;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.time.Instant;
import java.time.Period;
import org.junit.jupiter.api.Test;

/** How numbers and times are said. */
class TextTest {
  @Test
  void saysNumbersWithTheirUnits() {
    assertEquals("1,234,567", Text.number(1_234_567));
    assertEquals("1 row", Text.count(1, "row"));
    assertEquals("0 rows", Text.count(0, "row"));
    assertEquals("999 B", Text.bytes(999));
    assertEquals("1.5 kB", Text.bytes(1_500));
    assertEquals("482 MB", Text.bytes(482_130_040));
    assertEquals("1,000 TB", Text.bytes(1_000_000_000_000_000L));
  }

  @Test
  void saysMeasuredValuesToFourDigits() {
    assertEquals("–", Text.value(null));
    assertEquals("NaN", Text.value(Double.NaN));
    assertEquals("0.1235", Text.value(0.123456));
    assertEquals("12,345.7", Text.value(12_345.67));
    assertEquals("42,000", Text.value(42_000.0));
    assertEquals("–", Text.figure(Double.NaN));
    assertEquals("–", Text.version(null));
    assertEquals("1,311", Text.version(1311L));
  }

  @Test
  void saysTimesAndLengthsOfTime() {
    assertEquals("2026-11-22 06:12", Text.minute(Instant.parse("2026-11-22T06:12:40Z")));
    assertEquals("0 s", Text.duration(Duration.ofSeconds(-5)));
    assertEquals("3 min 4 s", Text.duration(Duration.ofSeconds(184)));
    assertEquals("2 h 1 min", Text.duration(Duration.ofMinutes(121)));
    assertEquals("2 d 3 h", Text.duration(Duration.ofHours(51)));
    assertEquals("day", Text.period(Period.ofDays(1)));
    assertEquals("1 month 7 days", Text.period(Period.of(0, 1, 7)));
  }

  @Test
  void makesNamesThatLinksCanLeadTo() {
    assertEquals("table-gold-a-b_c", Text.anchor("table", "gold.a b_c"));
    assertEquals("cut o…", Text.cut("cut off here", 6));
    assertEquals("a\n\tb\uFFFD\uFFFD\uFFFD😀", Text.visible("a\n\tb\u0000\u202E\ud83d😀"));
  }
}
