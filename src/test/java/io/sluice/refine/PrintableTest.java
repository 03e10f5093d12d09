package io.sluice.refine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** What came from outside is one line, whatever it is. */
class PrintableTest {
  @Test
  void textStaysOnItsLine() {
    assertEquals(
        "a\\nb\\r\\tc\uFFFD[31m\uFFFDd\uFFFDZürich \uD83D\uDE00",
        Printable.line("a\nb\r\tc\u001b[31m\u2028d\u202eZürich \uD83D\uDE00"));
  }

  @Test
  void bytesAreTextOrHexadecimalAndNotTooLong() {
    assertEquals("Zürich", Printable.line("Zürich".getBytes(StandardCharsets.UTF_8)));
    assertEquals("0xff00", Printable.line(new byte[] {-1, 0}));
    String line = Printable.line("x".repeat(5000).getBytes(StandardCharsets.UTF_8));
    assertEquals(2000, line.length());
    assertEquals('…', line.charAt(1999));
  }
}
