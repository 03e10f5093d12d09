package io.sluice.ingest.format;

import static io.sluice.ingest.format.FormatFiles.arrival;
import static io.sluice.ingest.format.FormatFiles.laid;
import static io.sluice.ingest.format.FormatFiles.records;
import static io.sluice.ingest.format.FormatFiles.refusal;
import static io.sluice.ingest.format.FormatFiles.rows;
import static io.sluice.ingest.format.FormatFiles.utf8;
import static io.sluice.ingest.format.FormatFiles.wanted;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.contract.Arrival.Layout;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which records {@link JsonArrayRecords} finds in a file that is one array. */
class JsonArrayRecordsTest {
  private static final WantedFields ARRAY = wanted(arrival("json", laid(Layout.ARRAY)), "a");

  @Test
  void elementsAreRecordsAsTheyStandWithTheLineTheyBeginOn() {
    assertEquals(
        List.of("2:{\"a\": 1.50}", "3:{\"a\":\n [2]}", "6:{\"a\":\"],}\\\"\"}"),
        records(ARRAY, "[\n  {\"a\": 1.50},\n{\"a\":\n [2]}\n\n ,{\"a\":\"],}\\\"\"}]\n"));
    assertEquals(List.of("1:{}", "2:{}", "3:{}", "4:{}"), records(ARRAY, "[{},{},\n{},{}]"));
  }

  @Test
  void emptyFilesAndArraysHaveNoRecords() {
    for (String file : List.of("", "\n", "[]", " [ ] \n", "\uFEFF[]")) {
      assertEquals(List.of(), records(ARRAY, file), file);
    }
  }

  @Test
  void arraysMayFollowOneAnother() {
    assertEquals(List.of("1:{}", "2:{}", "3:{}"), records(ARRAY, "[{}]\n[{}][][{}]\n"));
  }

  @Test
  void elementsThatAreNoObjectsAreRecordsThatSaySo() {
    assertEquals(
        List.of("1:1", "2:\"x,]\"", "3:null", "4:[1,[{}]]", "5:-1e5", "6:{}"),
        records(ARRAY, "[1,\"x,]\", null ,[1,[{}]],-1e5,{}]"));
    assertEquals(
        List.of("1", "record: a JSON object is expected", "3"),
        rows(ARRAY, "[{\"a\":1},2,{\"a\":3}]"));
  }

  @Test
  void faultsInsideOfAnElementCostTheElement() {
    assertEquals(
        List.of("1", "record: not valid JSON at character 7", "3"),
        rows(ARRAY, "[{\"a\":1},{\"a\":01},{\"a\":3}]"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"a\":1}\n{\"a\":2}\n",
        "x",
        "[{\"a\":1}",
        "[{\"a\":1},",
        "[{\"a\":1},{\"a\":",
        "[{\"a\":1},{\"a\":\"",
        "[",
        "[{\"a\":1} {\"a\":2}]",
        "[{\"a\":1}{\"a\":2}]",
        "[{\"a\":1},]",
        "[,{\"a\":1}]",
        "[{\"a\":1},,{\"a\":1}]",
        "[{\"a\":1}]x",
        "[{\"a\":1}],{\"a\":1}",
        "[{\"a\":1}]]",
        "[{\"a\":[1},{\"a\":2}]",
        "[{\"a\":1]},{\"a\":2}]",
        "[{\"a\":\"x},{\"a\":\"y\"}]",
        "[{\"a\":x\"},{\"a\":\"y\"}]",
        "[{\"a\":\"x\n\"},{\"a\":2}]",
        "[1{\"a\":2}]",
        "[1]2",
        "[tr}ue]"
      })
  void brokenStructureCostsTheFile(String file) {
    String told = refusal(ARRAY, file);
    assertTrue(told.startsWith("line "), told);
  }

  @Test
  void otherLayoutIsTold() {
    assertTrue(refusal(ARRAY, "{\"a\":1}\n").contains("layout: lines"));
  }

  @Test
  void longElementIsPassedOverInBoundedMemory() throws IOException {
    WantedFields small = wanted(arrival("json", laid(Layout.ARRAY), 1000), "a");
    InputStream in =
        new SequenceInputStream(
            new ByteArrayInputStream(utf8("[{\"a\":1},{\"a\":\"")),
            new SequenceInputStream(
                new ByteArrayInputStream(utf8("x,{[".repeat(1 << 20))),
                new ByteArrayInputStream(utf8("\"},{\"a\":3}]"))));
    FileRecords records =
        ((SequentialFormat) RecordFormat.of(small.arrival())).open(small, "a", in);
    assertEquals(1, records.next().line());
    FileRecords.FileRecord longest = records.next();
    assertEquals(1000, longest.content().length);
    assertTrue(longest.problem().startsWith("record of 4194312 bytes"), longest.problem());
    assertEquals(null, records.next().problem());
    assertEquals(null, records.next());
  }

  @Test
  void nestingHasAnEnd() {
    String told = refusal(ARRAY, "[" + "[".repeat(100_000));
    assertTrue(told.contains("nests deeper"), told);
  }

  @Test
  void recordsAreTheSameWhereverTheBufferEnds() {
    String rest = ",{\"a\":\"\\\"]\"},\n12 ,[true,{}]]";
    for (int before = 0; before <= rest.length(); before++) {
      String first = "{\"" + "x".repeat((1 << 16) - before - 7) + "\":1}";
      assertEquals(
          List.of("1:" + first, "2:{\"a\":\"\\\"]\"}", "3:12", "4:[true,{}]"),
          records(ARRAY, "[" + first + rest),
          before + " bytes before");
    }
  }
}
