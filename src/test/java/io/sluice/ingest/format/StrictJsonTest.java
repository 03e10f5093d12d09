package io.sluice.ingest.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.core.JsonParser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Holds what is JSON for records and for values inside of them. */
class StrictJsonTest {
  private static byte[] utf8(String json) {
    return json.getBytes(StandardCharsets.UTF_8);
  }

  @ParameterizedTest
  @CsvSource({
    "\\ud83d\\ude00, false",
    "\\ud83d, true",
    "\\ude00, true",
    "\\ud83dx, true",
    "\\ud83d\\n, true",
    "\\ud83d\\ud83d\\ude00, true",
    "\\\\ud83d, false",
    "\\u00e9, false",
    "plain, false"
  })
  void halfOfAPairIsFound(String text, boolean holds) {
    assertEquals(holds, StrictJson.holdsHalfPair(utf8("{\"a\":\"" + text + "\"}")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"{\"a\":1,\"a\":2}", "{\"a\":NaN}", "{'a':1}", "{\"a\":01}", "{\"a\":1,}"})
  void whatIsOpenOrWrongIsRefused(String json) {
    assertThrows(IOException.class, () -> passOver(json));
  }

  @Test
  void depthAndNumbersAreBounded() throws IOException {
    passOver("[".repeat(StrictJson.DEPTH) + "]".repeat(StrictJson.DEPTH));
    assertThrows(IOException.class, () -> passOver("[".repeat(StrictJson.DEPTH + 1)));
    passOver("9".repeat(StrictJson.DIGITS));
    assertThrows(IOException.class, () -> passOver("9".repeat(StrictJson.DIGITS + 1)));
  }

  private static void passOver(String json) throws IOException {
    try (JsonParser parser = StrictJson.parser(utf8(json))) {
      while (parser.nextToken() != null) {
        parser.getText();
      }
    }
  }
}
