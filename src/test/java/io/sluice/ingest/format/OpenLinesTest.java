package io.sluice.ingest.format;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Which lines {@link OpenLines} takes for parts of a value, and which it tells of. */
class OpenLinesTest {
  private static void add(List<String> lines) throws UnreadableFileException {
    OpenLines open = new OpenLines();
    long number = 0;
    for (String line : lines) {
      open.add(JsonLine.of(FormatFiles.utf8(line)), ++number, true);
    }
    open.end();
  }

  private static String refusal(String... lines) {
    return assertThrows(UnreadableFileException.class, () -> add(List.of(lines))).getMessage();
  }

  @Test
  void valueOnSeveralLinesIsRefusedHoweverItIsBroken() {
    String[] tokens = {"{", "\"a\"", ":", "[", "1", ",", "{", "\"b]\"", ":", "true", "}", "]", "}"};
    for (int breaks = 1; breaks < 1 << (tokens.length - 1); breaks++) {
      StringBuilder value = new StringBuilder(tokens[0]);
      for (int i = 1; i < tokens.length; i++) {
        value.append((breaks >> (i - 1) & 1) == 1 ? "\n" : "").append(tokens[i]);
      }
      String told = refusal(value.toString().split("\n"));
      assertTrue(told.startsWith("line 1: "), value + ": " + told);
    }
  }

  @Test
  void theFirstLineThatMayGoOnIsTold() {
    assertTrue(
        refusal("{\"a\":1", "{\"b\":", "{}", "{}", "{\"c\":", "{}", "}").startsWith("line 2:"));
  }

  @Test
  void lineThatIsCutOffIsNoPart() {
    for (String next : List.of("{}", "[]", "1", "{\"a\":1,", "{\"a\":\"},")) {
      assertDoesNotThrow(() -> add(List.of("{\"a\":", "{\"b\":[{}]}", next, "{}")), next);
    }
  }

  @Test
  void bracketsAndCommasInsideOfTextSayNothing() {
    assertEquals(
        new JsonLine((byte) '{', (byte) '}', JsonLine.Open.NOTHING, false),
        JsonLine.of(FormatFiles.utf8(" {\"]\":\"},\\\"}\"} \t")));
    assertEquals(JsonLine.Open.TEXT, JsonLine.of(FormatFiles.utf8("[\"]\\\"")).leaves());
  }

  @Test
  void nothingIsWatchedWhileAllLinesAreWhole() throws UnreadableFileException {
    OpenLines open = new OpenLines();
    open.add(JsonLine.of(FormatFiles.utf8("{}]")), 1, true);
    open.add(JsonLine.of(FormatFiles.utf8("},")), 2, true);
    assertTrue(!open.isWatching());
    open.add(JsonLine.of(FormatFiles.utf8("{")), 3, true);
    assertTrue(open.isWatching());
  }
}
