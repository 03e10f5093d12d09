package io.sluice.demo.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;

class FileRecordsTest {
  private static void write(OutputStream to, String text) throws IOException {
    try (to) {
      to.write(text.getBytes(StandardCharsets.UTF_8));
    }
  }

  @Test
  void filesAreTakenApartPackedOrNotAndUnreadableOnesLeftOut() throws Exception {
    FileRecords files = new FileRecords();
    write(files.create("calls/a.jsonl"), "{}\n[]\n");
    write(new GZIPOutputStream(files.create("calls/b.jsonl.gz")), "ü\n");
    write(files.create("calls/c.jsonl.gz"), "no gzip");
    write(files.create("orders/a.csv"), "id,text\r\n1,\"a \"\"b\"\",\nc\"\r\n2,\r\n");
    assertEquals(List.of("{}", "[]", "ü"), files.lines("calls", Set.of("calls/c.jsonl.gz")));
    assertEquals(
        List.of(List.of(List.of("id", "text"), List.of("1", "a \"b\",\nc"), List.of("2", ""))),
        files.tables("orders", Set.of()));
    assertThrows(IOException.class, () -> files.lines("calls", Set.of()));
  }

  @Test
  void aContractGetsATopicForItsFiles() {
    assertEquals(
        """
        id: a
        customProperties:
          - property: arrivals
            value:
              - {name: events, format: json, topic: a, options: {deadLetters: a-dead}}
        """,
        DemoStream.onTopic(
            """
            id: a
            customProperties:
              - property: arrivals
                value:
                  - {name: files, format: csv, location: a/}
            """,
            "a",
            "json"));
    assertThrows(IllegalStateException.class, () -> DemoStream.onTopic("id: a\n", "a", "json"));
  }
}
