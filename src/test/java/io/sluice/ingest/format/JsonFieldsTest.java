package io.sluice.ingest.format;

import static io.sluice.ingest.format.FormatFiles.USUAL;
import static io.sluice.ingest.format.FormatFiles.arrival;
import static io.sluice.ingest.format.FormatFiles.rows;
import static io.sluice.ingest.format.FormatFiles.wanted;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.spark.unsafe.types.UTF8String;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What JSON leaves open, and what would cost too much, has one stated answer. */
class JsonFieldsTest {
  private static final WantedFields JSON = wanted(arrival("json", USUAL, 64 << 20), "a");

  private static String row(String json) {
    return rows(JSON, json).get(0);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\\ud800",
        "\\udc00",
        "x\\ud83d",
        "\\ud83dx",
        "\\ud83d\\n",
        "\\ud83d\\ud83d\\ude42",
        "\\ude42\\ud83d",
        "\\ud83d\\u0041",
        "\\uD83D\\\\uDE42"
      })
  void halfAPairBreaksTheRecordWhereverItStands(String half) {
    String told = "record: holds half of a surrogate pair as \\u escape, which is no character";
    assertEquals(told, row("{\"a\":\"" + half + "\"}"));
    assertEquals(told, row("{\"a\":[{\"x\":\"" + half + "\"}]}"));
    assertEquals(told, row("{\"" + half + "\":1}"));
    assertEquals(told, row("{\"unknown\":\"" + half + "\",\"a\":1}"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"\\ud83d\\ude42", "\\\\ud800", "\\u00e9\\ud83d\\ude42\\n", "\\\\\\ud83d\\ude42"})
  void wholePairsAndWhatOnlyLooksLikeHalfStay(String text) {
    assertFalse(row("{\"a\":\"" + text + "\"}").startsWith("record"));
    String nested = "[\"" + text + "\"]";
    assertEquals(nested, row("{\"a\":" + nested + "}"));
  }

  @Test
  void numbersStayAsTheyAreWritten() {
    for (String number :
        List.of(
            "9223372036854775808",
            "-18446744073709551616",
            "0.1000000000000000055511151231257827",
            "1e400",
            "-0",
            "1.0",
            "9".repeat(1000))) {
      assertEquals(number, row("{\"a\":" + number + "}"));
      assertEquals("[" + number + "]", row("{\"a\":[" + number + "]}"));
    }
  }

  @Test
  void wordsThatAreNoNumbersAreRefused() {
    for (String word : List.of("NaN", "Infinity", "-Infinity", "+1", "0x1", "1_000", "01", ".5")) {
      assertTrue(row("{\"a\":" + word + "}").startsWith("record: not valid JSON"), word);
      assertTrue(row("{\"a\":[" + word + "]}").startsWith("record: not valid JSON"), word);
    }
  }

  @Test
  void digitsDepthAndWidthAreBounded() {
    String bounds = "record: nests deeper than 512, or a number has more than 1000 characters";
    assertEquals(bounds, row("{\"a\":" + "9".repeat(1001) + "}"));
    assertEquals(bounds, row("{\"a\":[" + "9".repeat(900_000) + "]}"));
    assertEquals(bounds, row("{\"a\":0." + "1".repeat(900_000) + "}"));
    assertEquals(bounds, row("{\"a\":1e" + "1".repeat(900_000) + "}"));
    assertEquals(bounds, row("{\"a\":" + "[".repeat(600) + "]".repeat(600) + "}"));
    assertEquals(
        "record: holds more than 1000000 values", row("{\"a\":[" + "1,".repeat(1_000_001) + "1]}"));
    StringBuilder wide = new StringBuilder("{\"a\":1");
    for (int i = 0; i < 10_000; i++) {
      wide.append(",\"b").append(i).append("\":1");
    }
    assertEquals("record: has more than 10000 members", row(wide + "}"));
  }

  @Test
  void aNameThatStandsTwiceIsToldWithoutTheName() {
    assertEquals(
        "record: not valid JSON at character 17: a name stands twice in one object",
        row("{\"name\":1,\"name\":2}"));
    assertTrue(row("{\"a\":{\"x\":1,\"\\u0078\":2}}").contains("twice"));
    assertEquals("[{\"x\":1},{\"x\":2}]", row("{\"a\":[{\"x\":1},{\"x\":2}]}"));
  }

  @Test
  void cutObjectIsTold() {
    assertEquals(
        "record: not valid JSON at character 10: it ends inside of a value", row("{\"a\":\"xyz"));
  }

  @Test
  void namesMadeToCollideCostNothing() {
    // Thousands of names for which Jackson's table of names gives up by itself.
    StringBuilder many = new StringBuilder();
    for (int record = 0; record < 200; record++) {
      many.append("{\"a\":1");
      for (int i = 0; i < 200; i++) {
        many.append(",\"b").append(Integer.toString(record * 200 + i, 36)).append("\":1");
      }
      many.append("}\n");
    }
    assertTrue(rows(JSON, many.toString()).stream().allMatch(row -> row.startsWith("1|")));
  }

  @Test
  void textsAreToldFromOtherValues() throws BrokenRecordException {
    FieldSink sink = new FieldSink(wanted(arrival("json", USUAL), "a", "b", "c"));
    sink.begin();
    new JsonFields()
        .read(
            "{\"a\":\"{}\",\"b\":{},\"c\":1}".getBytes(StandardCharsets.UTF_8),
            (UTF8String) null,
            sink);
    RawRecord record = sink.record();
    assertTrue(record.isQuoted(0));
    assertFalse(record.isQuoted(1));
    assertFalse(record.isQuoted(2));
  }
}
