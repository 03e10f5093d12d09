package io.sluice.ingest.format;

import static io.sluice.ingest.format.FormatFiles.USUAL;
import static io.sluice.ingest.format.FormatFiles.arrival;
import static io.sluice.ingest.format.FormatFiles.gzip;
import static io.sluice.ingest.format.FormatFiles.in;
import static io.sluice.ingest.format.FormatFiles.refusal;
import static io.sluice.ingest.format.FormatFiles.rows;
import static io.sluice.ingest.format.FormatFiles.utf8;
import static io.sluice.ingest.format.FormatFiles.wanted;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.contract.TextEncoding;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.Charset;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Text in the encoding that the contract states, and files that are another's or no text. */
class TextInputTest {
  private static WantedFields csv(TextEncoding encoding) {
    return wanted(arrival("csv", in(encoding)), "id", "é");
  }

  private static byte[] join(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }

  private static byte[] bytes(String text, String charset) {
    return text.getBytes(Charset.forName(charset));
  }

  @ParameterizedTest
  @CsvSource({
    "UTF_8,UTF-8",
    "ISO_8859_1,ISO-8859-1",
    "WINDOWS_1252,windows-1252",
    "UTF_16LE,UTF-16LE",
    "UTF_16BE,UTF-16BE",
    "UTF_16,UTF-16"
  })
  void headerAndValuesAreTheSameInEachEncoding(TextEncoding encoding, String charset) {
    String file = "id,é,\"ü\"\r\n1,Zürich,x\r\n\"é\"\"\n\",,ÿ\r\n";
    for (byte[] content : List.of(bytes(file, charset), gzip(bytes(file, charset)))) {
      assertEquals(List.of("1|Zürich|ü=x", "é\"\n|null|ü=ÿ"), rows(csv(encoding), content));
    }
    assertEquals(
        List.of("é", "2"),
        rows(
            wanted(arrival("json", in(encoding)), "ö"),
            bytes("{\"ö\":\"é\"}\n{\"\\u00f6\":2}\n", charset)));
  }

  @Test
  void charactersBeyondLatinAreKeptWhereTheEncodingHasThem() {
    assertEquals(
        List.of("1|€–š"),
        rows(csv(TextEncoding.WINDOWS_1252), bytes("id,é\n1,€–š\n", "windows-1252")));
    assertEquals(
        List.of("1|東京🙂"), rows(csv(TextEncoding.UTF_16LE), bytes("id,é\n1,東京🙂\n", "UTF-16LE")));
  }

  @Test
  void bytesOfOneByteEncodingsAreKeptAsReceived() throws IOException {
    byte[] content = bytes("id,é\n1,ü\n", "ISO-8859-1");
    try (FileRecords records = FormatFiles.open(csv(TextEncoding.ISO_8859_1), "a", content)) {
      assertEquals("id,é", records.header());
      assertEquals(3, records.next().content().length);
    }
  }

  @Test
  void byteThatIsNoCharacterCostsItsRecord() {
    byte[] content = bytes("id,é\n1,a\n2,\u0001\n3,c\n", "windows-1252");
    content[content.length - 6] = (byte) 0x81;
    assertEquals(
        List.of("1|a", "record: not valid windows-1252", "3|c"),
        rows(csv(TextEncoding.WINDOWS_1252), content));
    content[content.length - 6] = (byte) 0xE9;
    assertEquals(
        List.of("record: not valid UTF-8"),
        rows(csv(TextEncoding.UTF_8), join(utf8("id,é\n2,"), new byte[] {(byte) 0xE9})));
  }

  @Test
  void headerThatIsInAnotherEncodingIsTold() {
    String told = refusal(csv(TextEncoding.UTF_8), "a", bytes("id,é\n1,a\n", "ISO-8859-1"));
    assertEquals("its first line is no header: it is not valid UTF-8", told);
  }

  @Test
  void markMustNotContradictTheContract() {
    byte[] text = bytes("id,é\n1,a\n", "UTF-8");
    byte[] mark = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};
    assertEquals(List.of("1|a"), rows(csv(TextEncoding.UTF_8), join(mark, text)));
    for (TextEncoding encoding : TextEncoding.values()) {
      if (encoding != TextEncoding.UTF_8) {
        assertEquals(
            "begins with the byte order mark of UTF-8, and the contract states "
                + encoding
                + " (option encoding)",
            refusal(csv(encoding), "a", join(mark, text)));
      }
    }
    byte[] little = bytes("\uFEFFid,é\n1,a\n", "UTF-16LE");
    assertEquals(List.of("1|a"), rows(csv(TextEncoding.UTF_16), little));
    assertEquals(List.of("1|a"), rows(csv(TextEncoding.UTF_16LE), little));
    for (TextEncoding encoding :
        List.of(TextEncoding.UTF_16BE, TextEncoding.ISO_8859_1, TextEncoding.UTF_8)) {
      assertTrue(refusal(csv(encoding), "a", little).contains("mark of UTF-16LE"));
    }
    assertTrue(
        refusal(csv(TextEncoding.UTF_16), "a", bytes("id,é\n", "UTF-16LE"))
            .startsWith("has no byte order mark"));
  }

  @ParameterizedTest
  @EnumSource(
      value = TextEncoding.class,
      names = {"UTF_16", "UTF_16LE", "UTF_16BE"})
  void wideTextThatIsNoneCostsTheFile(TextEncoding encoding) {
    String charset = encoding == TextEncoding.UTF_16BE ? "UTF-16BE" : "UTF-16LE";
    byte[] text = bytes((encoding == TextEncoding.UTF_16 ? "\uFEFF" : "") + "id,é\n1,a\n", charset);
    byte[] half =
        encoding == TextEncoding.UTF_16BE
            ? new byte[] {(byte) 0xD8, 0}
            : new byte[] {0, (byte) 0xD8};
    for (byte[] broken :
        List.of(join(text, half), join(text, half, text), join(text, new byte[] {10}))) {
      String told = refusal(csv(encoding), "a", broken);
      assertTrue(told.startsWith("not valid UTF-16"), told);
    }
    assertEquals(List.of(), rows(csv(encoding), new byte[0]));
  }

  @Test
  void pairsOfWideTextAreWholeWhereverTheBufferEnds() {
    for (int before = 8180; before < 8200; before++) {
      String value = "x".repeat(before) + "🙂🙂";
      assertEquals(
          List.of("1|" + value),
          rows(csv(TextEncoding.UTF_16LE), bytes("id,é\n1," + value, "UTF-16LE")));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"csv", "json"})
  void whatIsNoTextIsOneFileAndNotManyRecords(String format) {
    WantedFields wanted = wanted(arrival(format, USUAL), "id", "v");
    SplittableRandom random = new SplittableRandom(3);
    for (int i = 0; i < 50; i++) {
      byte[] noise = new byte[random.nextInt(300, 20_000)];
      random.nextBytes(noise);
      noise[0] = 'x';
      String told = refusal(wanted, "a", noise);
      assertTrue(told.startsWith("no text: ") || told.contains("no header"), told);
    }
    assertTrue(
        refusal(wanted, "a", bytes("id,v\n1,2\n3,4\n5,6\n", "UTF-16LE")).startsWith("no text"));
  }

  @Test
  void charactersOfControlInTextAreText() {
    assertEquals(
        List.of("1|a\0b", "2|\u0007\u0001"),
        rows(csv(TextEncoding.UTF_8), "id,é\n1,a\0b\n2,\u0007\u0001\n"));
    StringBuilder hive = new StringBuilder("id\u0001é\n");
    for (int i = 0; i < 100; i++) {
      hive.append(i).append("\u0001x\n");
    }
    WantedFields wanted =
        wanted(arrival("csv", io.sluice.contract.Arrival.Text.of('\u0001', '"')), "id", "é");
    assertEquals(100, rows(wanted, hive.toString()).size());
  }

  @Test
  void nameThatPromisesAPackedFileIsHeldAgainstItsContent() {
    WantedFields wanted = wanted(arrival("json", USUAL), "a");
    for (String ending : List.of(".gz", ".zst", ".bz2", ".zip", ".xz")) {
      assertEquals(
          "its name ends in " + ending + ", and it is empty",
          refusal(wanted, "a.json" + ending, new byte[0]));
      assertEquals(
          "its name ends in " + ending + ", and it is neither packed nor text",
          refusal(wanted, "a.json" + ending, new byte[] {'{', '}', 3, 4}));
    }
  }

  @ParameterizedTest
  @EnumSource(TextEncoding.class)
  void failureOfTheStoreStaysOne(TextEncoding encoding) {
    IOException failure = new IOException("reset");
    InputStream failing =
        new InputStream() {
          @Override
          public int read() throws IOException {
            throw failure;
          }
        };
    byte[] begin = bytes("id,é\n1,a\n".repeat(3000), encoding.charset().name());
    IOException told =
        assertThrows(
            IOException.class,
            () -> {
              InputStream content =
                  new SequenceInputStream(
                      Collections.enumeration(List.of(new ByteArrayInputStream(begin), failing)));
              FileRecords records = new CsvFormat().open(csv(encoding), "a", content);
              while (records.next() != null) {
                // Goes on to the failure.
              }
            });
    assertSame(failure, told);
  }
}
