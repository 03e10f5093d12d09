package io.sluice.ingest.format.parquet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.junit.jupiter.api.Test;

/** A record is counted to its end and kept to its limit. */
class RecordTextTest {
  private static Cell cell(byte[] bytes) {
    Cell cell = new Cell();
    cell.set(bytes, 0, bytes.length);
    return cell;
  }

  private static String text(RecordText record) {
    return new String(record.bytes(), StandardCharsets.UTF_8);
  }

  @Test
  void keepsTheBeginningOfALongRecordAndCountsItAll() {
    RecordText record = new RecordText(10);
    record.write("01234");
    record.text(cell("abcdefgh".getBytes(StandardCharsets.UTF_8)));
    record.write('!');
    assertEquals("01234\"abcd", text(record));
    assertEquals(16, record.length());
    assertEquals(
        "record of 16 bytes is longer than maxRecordBytes; its beginning is kept",
        record.problem());
    record.begin();
    assertNull(record.problem());
    record.write("0123456789");
    assertNull(record.problem());
    assertEquals("0123456789", text(record));
  }

  @Test
  void theFirstProblemIsTold() {
    RecordText record = new RecordText(10);
    record.broken("one");
    record.broken("two");
    assertEquals("one", record.problem());
  }

  @Test
  void longBytesAreCountedAsTheyAreWritten() {
    byte[] bytes = new byte[100_001];
    for (int most : new int[] {1000, 1_000_000}) {
      RecordText record = new RecordText(most);
      record.base64(cell(bytes));
      assertEquals(133_338, record.length());
      String whole = "\"" + Base64.getEncoder().encodeToString(bytes) + "\"";
      assertEquals(whole.substring(0, Math.min(most, whole.length())), text(record));
    }
  }

  @Test
  void namesAreEscaped() {
    assertEquals(
        "\"a\\\"\\u0000\u00e4\":",
        new String(RecordText.member("a\"\0\u00e4"), StandardCharsets.UTF_8));
  }

  @Test
  void digitsHaveLeadingZeros() {
    RecordText record = new RecordText(100);
    record.digits(7, 2);
    record.digits(0, 1);
    record.digits(123_456_789, 9);
    assertEquals("070123456789", text(record));
  }
}
