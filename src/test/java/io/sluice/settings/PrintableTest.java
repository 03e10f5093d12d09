package io.sluice.settings;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

/** Text of others can be read in a log and does nothing else there. */
class PrintableTest {
  @Test
  void whatCanBeReadStays() {
    String plain = "calls/2026-03-01/a b\u00e4\u20ac\uD83D\uDE00\u4E2D.csv: 100% \\ \"x\"";
    assertEquals(plain, Printable.of(plain));
    assertEquals("null", Printable.of(null));
  }

  @Test
  void whatWouldEndTheLineOrRuleTheTerminalIsWrittenOut() {
    assertEquals(
        "a\\u000a22:00:00 INFO  sluice: done\\u000d",
        Printable.of("a\n22:00:00 INFO  sluice: done\r"));
    assertEquals(
        "\\u001b[2J\\u0000\\u0085\\u2028\\u2029\\u202e\\u007f\\u0009",
        Printable.of("\u001b[2J\0\u0085\u2028\u2029\u202e\u007f\t"));
    assertEquals("\\ud83d", Printable.of("\uD83D"));
    assertEquals("\\udb40\\udc01", Printable.of("\uDB40\uDC01"));
  }
}
