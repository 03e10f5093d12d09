package io.sluice.ingest.format.parquet;

import static io.sluice.ingest.format.parquet.HandmadeFile.bytes;
import static io.sluice.ingest.format.parquet.HandmadeFile.varint;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.sluice.ingest.format.UnreadableFileException;
import io.sluice.ingest.format.parquet.SchemaElement.Physical;
import io.sluice.ingest.format.parquet.SchemaElement.Repetition;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Values in each encoding, by the examples of Parquet's own description, and what ends too early.
 */
class EncodingsTest {
  private static SchemaElement column(Physical type, int length) {
    return new SchemaElement("c", type, length, Repetition.REQUIRED, 0, Annotation.NONE);
  }

  private static Bytes in(byte[] bytes) {
    return new Bytes(bytes, 0, bytes.length);
  }

  private static List<Long> numbers(Values values, int count) throws UnreadableFileException {
    List<Long> all = new ArrayList<>();
    Cell cell = new Cell();
    for (int i = 0; i < count; i++) {
      values.next(cell);
      all.add(cell.number);
    }
    return all;
  }

  private static List<String> texts(Values values, int count) throws UnreadableFileException {
    List<String> all = new ArrayList<>();
    Cell cell = new Cell();
    for (int i = 0; i < count; i++) {
      values.next(cell);
      all.add(new String(cell.bytes, cell.offset, cell.length, StandardCharsets.UTF_8));
    }
    return all;
  }

  private static Values values(int encoding, Physical type, byte[] bytes)
      throws UnreadableFileException {
    return Values.of(encoding, column(type, 3), in(bytes), null);
  }

  @Test
  void plainValues() throws Exception {
    assertEquals(List.of(-1L, 7L), numbers(values(0, Physical.INT32, bytes(-1, 7)), 2));
    assertEquals(List.of(7L + (1L << 32)), numbers(values(0, Physical.INT64, bytes(7, 1)), 1));
    assertEquals(
        List.of(1L, 0L, 1L, 1L, 0L, 0L, 0L, 0L, 1L),
        numbers(values(0, Physical.BOOLEAN, bytes((byte) 0b1101, (byte) 1)), 9));
    assertEquals(
        List.of("ab", "", "c"),
        texts(values(0, Physical.BYTE_ARRAY, bytes(2, "ab", 0, 1, "c")), 3));
    assertEquals(
        List.of("abc", "def"), texts(values(0, Physical.FIXED_LEN_BYTE_ARRAY, bytes("abcdef")), 2));
  }

  @Test
  void runsAndPackedNumbers() throws Exception {
    // 0 to 7 in three bits each, then three times 5: the specification's own example before.
    byte[] packed =
        bytes(
            (byte) 3, (byte) 0b10001000, (byte) 0b11000110, (byte) 0b11111010, (byte) 6, (byte) 5);
    RunReader reader = new RunReader(in(packed), 3);
    for (int number : new int[] {0, 1, 2, 3, 4, 5, 6, 7, 5, 5, 5}) {
      assertEquals(number, reader.next());
    }
    assertThrows(UnreadableFileException.class, reader::next);
    RunReader wide = new RunReader(in(bytes(varint(4), 0x01020304)), 32);
    assertEquals(0x01020304, wide.next());
    assertEquals(0x01020304, wide.next());
    RunReader none = new RunReader(in(bytes(varint(6))), 0);
    assertEquals(0, none.next());
    assertThrows(
        UnreadableFileException.class, () -> new RunReader(in(bytes(varint(-1))), 8).next());
  }

  @Test
  void differences() throws Exception {
    // 1 to 5 and 7, 5, 3, 1, 2, 3, 4, 5: the specification's examples.
    byte[] steady = bytes(varint(128), varint(4), varint(5), varint(2), varint(2), 0);
    assertEquals(List.of(1L, 2L, 3L, 4L, 5L), numbers(values(5, Physical.INT64, steady), 5));
    byte[] bits = {(byte) 0b11000000, 0b00111111, 0, 0, 0, 0, 0, 0};
    byte[] both = bytes(varint(128), varint(4), varint(8), varint(14), varint(3), 2, bits);
    assertEquals(
        List.of(7L, 5L, 3L, 1L, 2L, 3L, 4L, 5L), numbers(values(5, Physical.INT32, both), 8));
    Values ended = values(5, Physical.INT64, steady);
    assertThrows(UnreadableFileException.class, () -> numbers(ended, 6));
    assertThrows(
        UnreadableFileException.class,
        () -> values(5, Physical.INT64, bytes(varint(100), varint(3), varint(5), varint(2))));
  }

  /** Lengths, or other numbers, whose differences are all the same. */
  private static byte[] steady(int count, int first, int step) {
    long zigzag = ((long) step << 1) ^ (step >> 31);
    return bytes(varint(128), varint(4), varint(count), varint(2L * first), varint(zigzag), 0);
  }

  @Test
  void stringsByTheirLengthsAndByTheirEnds() throws Exception {
    assertEquals(
        List.of("a", "bcd", "efghi"),
        texts(values(6, Physical.BYTE_ARRAY, bytes(steady(3, 1, 2), "abcdefghi")), 3));
    assertEquals(
        List.of("abc", "axyz", "axqrs"),
        texts(
            values(7, Physical.BYTE_ARRAY, bytes(steady(3, 0, 1), steady(3, 3, 0), "abcxyzqrs")),
            3));
    assertThrows(
        UnreadableFileException.class,
        () ->
            texts(values(7, Physical.BYTE_ARRAY, bytes(steady(1, 1, 0), steady(1, 1, 0), "a")), 1));
    assertThrows(
        UnreadableFileException.class,
        () ->
            texts(
                values(
                    7,
                    Physical.FIXED_LEN_BYTE_ARRAY,
                    bytes(steady(1, 0, 0), steady(1, 2, 0), "ab")),
                1));
  }

  @Test
  void bytesInStreams() throws Exception {
    assertEquals(
        List.of(0x04030201L, 0x14131211L),
        numbers(values(9, Physical.INT32, new byte[] {1, 0x11, 2, 0x12, 3, 0x13, 4, 0x14}), 2));
    assertEquals(
        List.of("abc", "def"), texts(values(9, Physical.FIXED_LEN_BYTE_ARRAY, bytes("adbecf")), 2));
    assertThrows(
        UnreadableFileException.class, () -> values(9, Physical.INT32, new byte[] {1, 2, 3}));
    assertThrows(
        UnreadableFileException.class, () -> values(9, Physical.BYTE_ARRAY, new byte[] {1, 2, 3}));
  }

  @Test
  void booleansInRuns() throws Exception {
    assertEquals(
        List.of(1L, 1L, 1L), numbers(values(3, Physical.BOOLEAN, bytes(2, (byte) 6, (byte) 1)), 3));
  }

  @Test
  void placesInADictionary() throws Exception {
    SchemaElement text = column(Physical.BYTE_ARRAY, 0);
    Dictionary dictionary = Dictionary.read(text, in(bytes(1, "a", 2, "bc")), 2);
    byte[] places = bytes((byte) 1, (byte) 3, (byte) 0b101);
    Values values = Values.of(8, text, in(places), dictionary);
    assertEquals(List.of("bc", "a", "bc"), texts(values, 3));
    Values beyond = Values.of(2, text, in(bytes((byte) 2, (byte) 2, (byte) 3)), dictionary);
    assertThrows(UnreadableFileException.class, () -> texts(beyond, 1));
    assertThrows(
        UnreadableFileException.class, () -> Dictionary.read(text, in(bytes(1, "a")), 1000));
  }

  @Test
  void anEncodingThatATypeDoesNotHaveIsNamed() {
    UnreadableFileException refused =
        assertThrows(
            UnreadableFileException.class, () -> values(5, Physical.DOUBLE, new byte[100]));
    assertEquals("values of type DOUBLE in encoding 5", refused.getMessage());
    assertThrows(UnreadableFileException.class, () -> values(4, Physical.INT32, new byte[100]));
    assertThrows(UnreadableFileException.class, () -> values(-1, Physical.INT32, new byte[100]));
  }
}
