package io.sluice.ingest.format;

import static io.sluice.ingest.format.FormatFiles.USUAL;
import static io.sluice.ingest.format.FormatFiles.arrival;
import static io.sluice.ingest.format.FormatFiles.records;
import static io.sluice.ingest.format.FormatFiles.refusal;
import static io.sluice.ingest.format.FormatFiles.utf8;
import static io.sluice.ingest.format.FormatFiles.wanted;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.contract.Arrival;
import io.sluice.contract.TextEncoding;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which records {@link CsvRecords} finds, whatever ends its lines and wherever quotes stand. */
class CsvRecordsTest {
  private static final WantedFields CSV = wanted(arrival("csv", USUAL), "id", "v", "ts");

  private static WantedFields wantedOf(int skipLines, Character comment, String... columns) {
    return wanted(
        arrival(
            "csv",
            new Arrival.Text(
                ',',
                '"',
                TextEncoding.UTF_8,
                List.of(columns),
                skipLines,
                comment,
                Arrival.Layout.LINES)),
        "id",
        "v",
        "ts");
  }

  @ParameterizedTest
  @ValueSource(strings = {"\n", "\r\n", "\r\r\n", "\r\r\r\r\n", "\r"})
  void linesEndAsTheFirstOneDoes(String end) {
    String file = "id,v,ts|1,a,x|2,,|\"3\",\"b\",\"\"|4,c,y|".replace("|", end);
    List<String> expected = List.of("2:1,a,x", "3:2,,", "4:\"3\",\"b\",\"\"", "5:4,c,y");
    assertEquals(expected, records(CSV, file));
    assertEquals(expected, records(CSV, file.substring(0, file.length() - end.length())));
  }

  @Test
  void carriageReturnsAndLineFeedsMayChange() {
    assertEquals(
        List.of("2:1,a,x", "3:2,b,x", "5:3,c,x"),
        records(CSV, "id,v,ts\r\n1,a,x\n2,b,x\r\r\n\r\n3,c,x"));
    assertEquals(
        List.of("2:1,a,x", "3:2,b,x", "5:3,c,x"),
        records(CSV, "id,v,ts\r1,a,x\r\n2,b,x\r\r\n3,c,x\r\n"));
  }

  @Test
  void lineEndInsideQuotesDecidesNothing() {
    assertEquals(
        List.of("2:1,\"a\nb\",x", "3:2,c,y"),
        records(CSV, "id,\"v\",ts,\"a\nb\"\r1,\"a\nb\",x\r2,c,y\r".replace(",\"a\nb\"\r1", "\r1")));
    assertEquals(
        List.of("3:1,\"a\rb\",x,z", "4:2,c,y,z"),
        records(CSV, "id,v,ts,\"other\rlines\"\n1,\"a\rb\",x,z\n2,c,y,z\n".replace("\rl", "\nl")));
  }

  @Test
  void lineEndOfAnotherKindIsContentWhereTheRecordIsWhole() {
    assertEquals(List.of("2:1,a\rb,x", "3:2,c,y"), records(CSV, "id,v,ts\n1,a\rb,x\n2,c,y\n"));
    assertEquals(List.of("2:1,a\nb,x", "3:2,c,y"), records(CSV, "id,v,ts\r1,a\nb,x\r2,c,y\r"));
  }

  @Test
  void recordsThatEndInAnotherWayAreNotCountedAsOne() {
    String told = refusal(CSV, "id,v,ts\n1,a,x\n2,b,x\r3,c,x\r4,d,x\r");
    assertTrue(told.startsWith("line 3: its record has 7 fields"), told);
    assertEquals(
        List.of("2:1,a\rb", "3:2,c,y"),
        records(CSV, "id,v,ts\n1,a\rb\n2,c,y\n"),
        "no part of it looks like a record");
  }

  @Test
  void headerWithLinesOfAnotherKindIsRefused() {
    String told = refusal(CSV, "id,v,ts,more\rand more\n1,a,x\n");
    assertTrue(told.startsWith("line 2: its record has 3 fields"), told);
    told = refusal(wantedOf(0, '#'), "# a comment\nid,v,ts\r1,a,x\r2,b,y\r");
    assertTrue(told.startsWith("its lines end in different ways"), told);
  }

  @Test
  void quoteThatIsNeverClosedCostsTheFileAndIsNamed() {
    StringBuilder rows = new StringBuilder("id,v,ts\n");
    for (int i = 2; i <= 1000; i++) {
      rows.append(i).append(i == 17 ? ",\"a,x\n" : ",a,x\n");
    }
    String told = refusal(CSV, rows.toString());
    assertTrue(told.startsWith("line 17: a quote opens a field and none closes it"), told);
  }

  @Test
  void quoteThatIsNotClosedOnTheLastLineCostsItsRecord() {
    for (String end : List.of("", "\n", "\r\n", "\n\n\n")) {
      assertEquals(List.of("2:1,a,x", "3:2,\"b,x"), records(CSV, "id,v,ts\n1,a,x\n2,\"b,x" + end));
    }
  }

  @Test
  void quoteBeyondTheLongestRecordCostsTheFile() {
    WantedFields small = wanted(arrival("csv", USUAL, 100), "id", "v", "ts");
    String told = refusal(small, "id,v,ts\n1,\"a,x\n" + "2,b,x\n".repeat(100));
    assertTrue(told.startsWith("line 2: a quote opens"), told);
    assertEquals(
        List.of(
            "2!record of 604 bytes is longer than maxRecordBytes; its beginning is kept",
            "103:2,b,y"),
        records(
            small,
            "id,v,ts\n1,\"" + "aaaa,\n".repeat(100) + "\",x\n2,b,y\n".replace("\",x", "\"")));
  }

  @Test
  void quoteThatAnotherOneClosesByChanceCostsTheFile() {
    String told = refusal(CSV, "id,v,ts\n1,\"a,x\n2,b,x\n3,\"c, d\",x\n4,e,x\n");
    assertTrue(told.startsWith("line 2: text follows a quote that closes"), told);
    told = refusal(CSV, "id,v,ts\n1,\"a,x\n2,b,x\n3,c,x\n4,d\"\n5,e,x\n");
    assertTrue(told.startsWith("line 2: its record has 2 fields"), told);
  }

  @Test
  void brokenQuotesOnOneLineCostOneRecord() {
    assertEquals(
        List.of("2:1,\"5\" disk\",x", "3:2,b,x"),
        records(CSV, "id,v,ts\n1,\"5\" disk\",x\n2,b,x\n"));
    assertEquals(
        List.of("2:1,\"a\"\r,x", "3:2,b,x"), records(CSV, "id,v,ts\n1,\"a\"\r,x\n2,b,x\n"));
  }

  @Test
  void recordOfSeveralLinesWithTooFewFieldsIsOneRecord() {
    assertEquals(
        List.of("2:1,\"a\nb\nc\"", "5:2,b,x"), records(CSV, "id,v,ts\n1,\"a\nb\nc\"\n2,b,x\n"));
  }

  @Test
  void headerThatSwallowsRecordsIsRefused() {
    String told = refusal(CSV, "id,ts,\"v\n1,x,a\n2,y,\"b\"\n");
    assertTrue(told.startsWith("line 1: "), told);
    told = refusal(CSV, "id,ts,\"v\n1,x,a\"\n2,y,b\n");
    assertTrue(told.contains("look like records"), told);
  }

  @Test
  void linesToSkipMayHoldAnything() throws IOException {
    WantedFields skipping = wantedOf(3, null);
    byte[] file = utf8("\"Report of March\n\nid,v,ts\nid,v,ts\n1,a,x\n");
    assertEquals(List.of("5:1,a,x"), records(skipping, file));
    try (FileRecords records = FormatFiles.open(skipping, "a", file)) {
      assertEquals("id,v,ts", records.header());
      assertEquals(3, records.passedOver());
    }
    assertEquals(List.of(), records(skipping, ""));
    assertEquals(
        "has 2 lines, of which 3 are to be skipped (skipLines)", refusal(skipping, "a\nb\n"));
  }

  @Test
  void commentsAreCountedAndOnlyStandAtTheBeginningOfRecords() throws IOException {
    WantedFields commented = wantedOf(0, '#');
    byte[] file = utf8("# \"it's\n#\nid,v,ts\n\n1,\"a\n#b\",x\n#2,c,y\n3,#,z\n # 4\n#");
    assertEquals(List.of("5:1,\"a\n#b\",x", "8:3,#,z", "9: # 4"), records(commented, file));
    try (FileRecords records = FormatFiles.open(commented, "a", file)) {
      while (records.next() != null) {
        // Goes on to the end.
      }
      assertEquals(5, records.passedOver());
    }
    assertEquals(List.of("2:#1,a,x"), records(CSV, "id,v,ts\n#1,a,x\n"));
  }

  @Test
  void byteOfAllOnesIsNoComment() {
    assertEquals(
        List.of("2:\u00ff,a,x"),
        records(
            wanted(arrival("csv", FormatFiles.in(TextEncoding.ISO_8859_1)), "id", "v", "ts"),
            "id,v,ts\n\u00ff,a,x\n".getBytes(java.nio.charset.StandardCharsets.ISO_8859_1)));
  }

  @Test
  void filesWithoutHeaderHaveTheContractsColumns() throws IOException {
    WantedFields stated = wantedOf(0, null, "ts", "id", "v");
    assertEquals(List.of("1:x,1,a", "2:y,2,b"), records(stated, "x,1,a\ny,2,b\n"));
    assertEquals(
        List.of("1|a|x", "record: 2 fields where the contract has 3"),
        FormatFiles.rows(stated, "x,1,a\ny,2\n"));
    try (FileRecords records = FormatFiles.open(stated, "a", utf8("x,1,a\n"))) {
      assertEquals(null, records.header());
    }
  }

  @Test
  void headerThatStandsThereAgainIsNoRecord() {
    assertEquals(
        List.of("2:1,a,x", "3!is the header line again", "4:2,b,y", "5!is the header line again"),
        records(CSV, "id,v,ts\n1,a,x\nid,v,ts\n2,b,y\n\uFEFFid,v,ts\n"));
    assertEquals(
        List.of("2:ts,v,id"), records(CSV, "id,v,ts\nts,v,id\n"), "another line is a record");
  }
}
