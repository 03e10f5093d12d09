package io.sluice.ingest.format;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.contract.Arrival;
import io.sluice.contract.ArrivalFormat.Way;
import io.sluice.contract.SchemaPolicy;
import io.sluice.testing.Arrivals;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What each format can do, and how files of it are opened and closed. */
class RecordFormatTest {
  private static Arrival arrival(String format) {
    return Arrivals.of(format, List.of(), 1000, 1000);
  }

  /** A file that knows whether it is closed. */
  private static final class Content extends ByteArrayInputStream {
    private boolean isClosed;

    Content(String text) {
      super(text.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void close() {
      isClosed = true;
    }
  }

  private static FileRecords open(String format, String name, Content content) throws IOException {
    SequentialFormat sequential =
        assertInstanceOf(SequentialFormat.class, RecordFormat.of(arrival(format)));
    return sequential.open(
        WantedFields.of(arrival(format), SchemaPolicy.DEFAULT, List.of("x", "y")), name, content);
  }

  private static List<String> records(FileRecords records) throws IOException {
    List<String> all = new ArrayList<>();
    for (FileRecords.FileRecord one = records.next(); one != null; one = records.next()) {
      all.add(one.line() + ":" + new String(one.content(), StandardCharsets.UTF_8));
    }
    return all;
  }

  @Test
  void eachFormatIsFoundByItsName() {
    assertInstanceOf(CsvFormat.class, RecordFormat.of(arrival("csv")));
    assertInstanceOf(JsonLinesFormat.class, RecordFormat.of(arrival("json")));
    assertInstanceOf(ParquetFormat.class, RecordFormat.of(arrival("parquet")));
    assertInstanceOf(AvroFormat.class, RecordFormat.of(arrival("avro")));
    assertInstanceOf(ProtobufFormat.class, RecordFormat.of(arrival("protobuf")));
  }

  @Test
  void onlyCsvHasAValueThatMeansNullByItself() {
    assertEquals(List.of(""), new CsvFormat().nullValues());
    assertEquals(List.of(), new JsonLinesFormat().nullValues());
    assertEquals(List.of(), new ParquetFormat().nullValues());
  }

  @Test
  void avroAndProtobufNeedTheirWritersSchemas() {
    assertTrue(new AvroFormat().needsWriterSchemas());
    assertFalse(new JsonLinesFormat().needsWriterSchemas());
    assertEquals(Set.of(Way.TOPIC), new AvroFormat().ways());
    assertTrue(new ProtobufFormat().needsWriterSchemas());
    assertEquals(Set.of(Way.TOPIC), new ProtobufFormat().ways());
  }

  @Test
  void csvStandsBehindItsHeader() throws IOException {
    Content content = new Content("y,\"x\"\n1,\"a\nb\"\n2,c\n");
    try (FileRecords records = open("csv", "a.csv", content)) {
      assertEquals("y,\"x\"", records.header());
      assertEquals(List.of("2:1,\"a\nb\"", "4:2,c"), records(records));
    }
    assertTrue(content.isClosed);
  }

  @Test
  void jsonHasNoHeader() throws IOException {
    try (FileRecords records = open("json", "a.json", new Content("{}\n\n[]\n"))) {
      assertEquals(null, records.header());
      assertEquals(List.of("1:{}", "3:[]"), records(records));
    }
  }

  @Test
  void whatCannotBeOpenedIsClosed() {
    for (String[] one :
        new String[][] {
          {"csv", "a.csv", "no header\n"},
          {"csv", "a.csv.gz", "not packed"},
          {"json", "a.json.gz", ""}
        }) {
      Content content = new Content(one[2]);
      assertThrows(UnreadableFileException.class, () -> open(one[0], one[1], content), one[1]);
      assertTrue(content.isClosed, one[1]);
    }
  }
}
