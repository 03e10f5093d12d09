package io.sluice.ingest.format;

import static io.sluice.ingest.format.FormatFiles.USUAL;
import static io.sluice.ingest.format.FormatFiles.arrival;
import static io.sluice.ingest.format.FormatFiles.records;
import static io.sluice.ingest.format.FormatFiles.refusal;
import static io.sluice.ingest.format.FormatFiles.rows;
import static io.sluice.ingest.format.FormatFiles.utf8;
import static io.sluice.ingest.format.FormatFiles.wanted;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which records {@link JsonLineRecords} finds in lines of JSON, and in what is none. */
class JsonLineRecordsTest {
  private static final WantedFields JSON = wanted(arrival("json", USUAL), "a");

  @ParameterizedTest
  @ValueSource(strings = {"\n", "\r\n", "\r\r\n", "\r"})
  void objectOnALineIsARecordAsItStands(String end) {
    String file = "{\"a\":1}| {\"a\":{\"b\":[2]}} ||\t|{\"a\":\"}{\"}|".replace("|", end);
    List<String> expected = List.of("1:{\"a\":1}", "2: {\"a\":{\"b\":[2]}} ", "5:{\"a\":\"}{\"}");
    assertEquals(expected, records(JSON, file));
    assertEquals(expected, records(JSON, file.substring(0, file.length() - end.length())));
  }

  @Test
  void blankLinesAreCounted() throws IOException {
    try (FileRecords records = FormatFiles.open(JSON, "a", utf8("\n{}\n \t\r\n\n{}\n\n"))) {
      while (records.next() != null) {
        // Goes on to the end.
      }
      assertEquals(4, records.passedOver());
    }
  }

  @Test
  void objectsOfOneLineArePartedAndEachHasItsOwnPosition() {
    assertEquals(
        List.of(
            "1:{\"a\":1}", "2:{\"a\":\"}{\\\"\"} ", "3:{\"a\":3}", "4:{\"a\":4}", "5:{\"a\":5}"),
        records(JSON, "{\"a\":1}{\"a\":\"}{\\\"\"} {\"a\":3}\n{\"a\":4}\n\n{\"a\":5}\n"));
    assertEquals(
        List.of("1:{}", "5:{}", "6:{}", "8:{}"), records(JSON, "{}\n\n\n\n{}{}\n\n\n{}\n"));
  }

  @Test
  void aMillionObjectsOnOneLineCostNoMemoryAndAllAreFound() {
    WantedFields small = wanted(arrival("json", USUAL, 64), "a");
    List<String> found = records(small, "{\"a\":1}".repeat(100_000));
    assertEquals(100_000, found.size());
    assertEquals("100000:{\"a\":1}", found.get(99_999));
  }

  @Test
  void whatIsNoObjectIsOneRecord() {
    assertEquals(
        List.of("1:{}", "2:nothing {} {}", "3:[{}]", "4:{}", "5:{}]x"),
        records(JSON, "{}\nnothing {} {}\n[{}]\n{}\n{}]x"));
  }

  @Test
  void objectsBehindTextBetweenObjectsAreCountedAndNotTaken() {
    assertEquals(
        List.of(
            "1",
            "record: not valid JSON at character 9",
            "record: stands behind text between the JSON objects of its line",
            "record: stands behind text between the JSON objects of its line",
            "6"),
        rows(JSON, "{\"a\":1}{\"a\":2},{\"a\":3}{\"a\":4}\n{\"a\":6}\n"));
  }

  @Test
  void lineThatIsCutOffCostsItself() {
    for (String cut :
        List.of("{\"a\":\"x", "{\"a\"", "{\"a\":{\"b\":1}", "{\"a\":1,", "{", "{\"a\":[1,2")) {
      assertEquals(
          List.of("1:{\"a\":1}", "2:" + cut, "3:{\"a\":3}"),
          records(JSON, "{\"a\":1}\n" + cut + "\n{\"a\":3}\n"));
    }
  }

  @Test
  void objectThatGoesOnOverItsLineCostsTheFileAndTheWayOutIsTold() {
    for (String file :
        List.of(
            "{\n  \"a\": 1\n}\n",
            "{\"a\":1}\n{\"a\":[\n{\"a\":3}\n]}\n",
            "{\"a\":\n{\"a\":3}\n}\n",
            "{\"a\":1,\n\"b\":2}\n",
            "{\"a\":1\n,\"b\":2}\n",
            "[\n{\"a\":3},\n{\"a\":4}\n]\n",
            "[{\"a\":3},\n{\"a\":4}]\n",
            "[{\"a\":3},{\"a\":4}]\n",
            "[[{\"a\":3}]]\n")) {
      String told = refusal(JSON, file);
      assertTrue(told.contains("layout: array"), file + ": " + told);
    }
  }

  /** JSON has an object behind a colon, but not one more without a comma. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"a\":",
        "{\"a\":[",
        "{\"a\":[1,",
        "{\"a\":|{\"a\":",
        "{}{\"a\":",
        "{\"a\":| |[]|{\"b\":1}{\"a\":[{",
        "[1,|{\"a\":\"x",
        "{\"a\":|nothing|\\ud800"
      })
  void lineThatIsCutOffBeforeAValueCostsItself(String cut) {
    List<String> found =
        records(JSON, "{\"a\":1}\n" + cut.replace('|', '\n') + "\n{\"a\":2}\n{\"a\":3}\n");
    int size = found.size();
    assertTrue(found.get(0).endsWith(":{\"a\":1}"), found::toString);
    assertTrue(found.get(size - 2).endsWith(":{\"a\":2}"), found::toString);
    assertTrue(found.get(size - 1).endsWith(":{\"a\":3}"), found::toString);
  }

  @Test
  void wholeLineBehindOneThatIsCutOffIsARecordHoweverLong() {
    WantedFields small = wanted(arrival("json", USUAL, 10), "a");
    assertEquals(
        List.of(
            "1:{\"a\":",
            "2!record of 15 bytes is longer than maxRecordBytes; its beginning is kept",
            "3:{}"),
        records(small, "{\"a\":\n{\"a\":[1,2,3,4]}\n{}\n"));
  }

  /** {@code {"a":3}} stands inside of another object, as far as anybody can tell. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        // Cut off at a line's end.
        "{\"a\":|{\"a\":3}",
        "{\"a\":[|{\"a\":3},|{\"a\":4}|",
        // A comma is missing between objects of one array, whatever comes at its end.
        "{\"a\":[|{\"a\":3}|{\"a\":4}|]}|",
        "{\"a\":[|{\"a\":3}|{\"a\":4},|{\"a\":5}|",
        "{\"a\":[|{\"a\":3}|{\"a\":4}|,{\"a\":5}|",
        "{\"a\":[|{\"a\":3}|{\"a\":4}|{\"a\":5}],\"b\":{|",
        "{\"a\":1} [|{\"a\":3}|]|",
        // Nobody knows the end of a line that is too long.
        "{\"a\":[|{\"a\":3}|{\"a\":4}|x                             ]}|"
      })
  void whatMayBeInsideOfAnotherObjectIsNoRecord(String file) {
    WantedFields small = wanted(arrival("json", USUAL, 24), "a");
    String told = refusal(small, file.replace('|', '\n'));
    assertTrue(told.startsWith("line 1: its JSON goes on over the end of the line"), told);
  }

  @Test
  void lineBreakInsideOfATextCostsItsLines() {
    assertEquals(
        List.of("1:{\"a\":\"x", "2:y\"}", "3:{\"a\":3}"),
        records(JSON, "{\"a\":\"x\ny\"}\n{\"a\":3}\n"));
  }

  @Test
  void recordsAreTheSameWhereverTheBufferEnds() {
    String records = "{\"a\":\"\\\"}{\"}{\"b\":[{}]} \n{\"c\":1}\n";
    for (int before = 0; before <= records.length(); before++) {
      String first = "{\"" + "x".repeat((1 << 16) - before - 7) + "\":1}\n";
      List<String> expected = new ArrayList<>(List.of("1:" + first.strip()));
      expected.addAll(List.of("2:{\"a\":\"\\\"}{\"}", "3:{\"b\":[{}]} ", "4:{\"c\":1}"));
      assertEquals(expected, records(JSON, first + records), before + " bytes before");
    }
  }

  @Test
  void longLinesKeepTheirBeginning() {
    WantedFields small = wanted(arrival("json", USUAL, 10), "a");
    assertEquals(
        List.of(
            "1!record of 13 bytes is longer than maxRecordBytes; its beginning is kept", "2:{}"),
        records(small, "{\"a\":\"bcdefg\"\n{}\n"));
  }
}
