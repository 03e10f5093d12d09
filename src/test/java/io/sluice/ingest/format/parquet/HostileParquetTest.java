package io.sluice.ingest.format.parquet;

import static io.sluice.ingest.format.parquet.HandmadeFile.bytes;
import static io.sluice.ingest.format.parquet.HandmadeFile.column;
import static io.sluice.ingest.format.parquet.HandmadeFile.group;
import static io.sluice.ingest.format.parquet.HandmadeFile.levels;
import static org.apache.parquet.format.FieldRepetitionType.OPTIONAL;
import static org.apache.parquet.format.FieldRepetitionType.REPEATED;
import static org.apache.parquet.format.FieldRepetitionType.REQUIRED;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.github.luben.zstd.Zstd;
import io.sluice.contract.Arrival;
import io.sluice.ingest.format.FileRecords;
import io.sluice.ingest.format.UnreadableFileException;
import io.sluice.testing.Arrivals;
import io.sluice.testing.MemoryContent;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.parquet.format.AesGcmV1;
import org.apache.parquet.format.ColumnMetaData;
import org.apache.parquet.format.CompressionCodec;
import org.apache.parquet.format.ConvertedType;
import org.apache.parquet.format.DataPageHeader;
import org.apache.parquet.format.Encoding;
import org.apache.parquet.format.EncryptionAlgorithm;
import org.apache.parquet.format.FileMetaData;
import org.apache.parquet.format.PageHeader;
import org.apache.parquet.format.PageType;
import org.apache.parquet.format.SchemaElement;
import org.apache.parquet.format.Type;
import org.junit.jupiter.api.Test;

/**
 * What no sound writer makes: the file is refused with a reason, or its records are, in memory and
 * time that its claims do not move.
 */
class HostileParquetTest {
  private static final int MOST_RECORD = 1 << 20;

  /** What became of a file: its records, or why it was refused. */
  private record Read(List<String> records, List<String> problems, String refused) {}

  private static Read read(byte[] file) {
    return read(file, 1L << 32);
  }

  private static Read read(byte[] file, long mostBytes) {
    Arrival arrival = Arrivals.of("parquet", List.of(), MOST_RECORD, mostBytes);
    List<String> records = new ArrayList<>();
    List<String> problems = new ArrayList<>();
    try (FileRecords rows = ParquetRecords.open(arrival, MemoryContent.of("a.parquet", file))) {
      for (FileRecords.FileRecord one = rows.next(); one != null; one = rows.next()) {
        records.add(new String(one.content(), StandardCharsets.UTF_8));
        if (one.problem() != null) {
          problems.add(one.problem());
        }
      }
      return new Read(records, problems, null);
    } catch (UnreadableFileException e) {
      return new Read(records, problems, e.getMessage());
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static void refused(String why, byte[] file) {
    Read read = read(file);
    assertTrue(read.refused != null && read.refused.startsWith(why), String.valueOf(read.refused));
  }

  private static void rows(List<String> rows, byte[] file) {
    Read read = read(file);
    assertNull(read.refused);
    assertEquals(rows, read.records);
    assertEquals(List.of(), read.problems);
  }

  private static HandmadeFile numbers() {
    return new HandmadeFile(2)
        .schema(1, column("n", Type.INT32, REQUIRED))
        .chunk(2, "n")
        .page(2, Encoding.PLAIN, bytes(7, 8));
  }

  private static HandmadeFile texts(int rows) {
    return new HandmadeFile(rows)
        .schema(1, column("t", Type.BYTE_ARRAY, REQUIRED).setConverted_type(ConvertedType.UTF8))
        .chunk(rows, "t");
  }

  @Test
  void readsAFileMadeByHand() {
    rows(List.of("{\"n\":7}", "{\"n\":8}"), numbers().bytes());
  }

  @Test
  void aFileThatIsCutOffAnywhereIsRefused() {
    byte[] whole = numbers().bytes();
    for (int length = 0; length < whole.length; length++) {
      refused("not a whole Parquet file: ", Arrays.copyOf(whole, length));
    }
  }

  @Test
  void noByteThatIsChangedDoesMoreThanRefuseTheFileOrChangeItsValues() {
    byte[] whole = numbers().bytes();
    int refused = 0;
    for (int at = 0; at < whole.length; at++) {
      for (int bit = 0; bit < Byte.SIZE; bit++) {
        byte[] changed = whole.clone();
        changed[at] ^= (byte) (1 << bit);
        Read read = read(changed);
        refused += read.refused == null ? 0 : 1;
        assertTrue(read.refused != null || read.records.size() == 2, at + ": " + read);
      }
    }
    assertTrue(refused > whole.length * 4, refused + " of " + whole.length * 8);
  }

  @Test
  void rubbishIsRefused() {
    Random random = new Random(1);
    for (int i = 0; i < 2000; i++) {
      byte[] rubbish = new byte[random.nextInt(200)];
      random.nextBytes(rubbish);
      assertNotEquals(null, read(numbers().withFooter(rubbish)).refused);
    }
  }

  @Test
  void namesWhatItDoesNotRead() {
    refused(
        "column n: codec BROTLI is not supported",
        new HandmadeFile(2)
            .codec(CompressionCodec.BROTLI)
            .schema(1, column("n", Type.INT32, REQUIRED))
            .chunk(2, "n")
            .page(2, Encoding.PLAIN, bytes(7, 8))
            .bytes());
    refused(
        "it is encrypted",
        numbers()
            .bytes(
                footer ->
                    footer.setEncryption_algorithm(
                        EncryptionAlgorithm.AES_GCM_V1(new AesGcmV1()))));
    refused(
        "column n is of a type that is not read",
        numbers().bytes(footer -> footer.getSchema().get(1).setConverted_type(ConvertedType.UTF8)));
    refused(
        "column n has decimals of more than 500 digits",
        numbers()
            .bytes(
                footer ->
                    footer
                        .getSchema()
                        .get(1)
                        .setConverted_type(ConvertedType.DECIMAL)
                        .setPrecision(Integer.MAX_VALUE)
                        .setScale(Integer.MAX_VALUE)));
    refused(
        "column n stands twice",
        new HandmadeFile(0)
            .schema(2, column("n", Type.INT32, REQUIRED), column("n", Type.INT32, REQUIRED))
            .chunk(0, "n")
            .chunk(0, "n")
            .bytes());
    refused(
        "its values stand in other files",
        numbers().bytes(footer -> chunk(footer, 0).setFile_path("elsewhere")));
  }

  private static org.apache.parquet.format.ColumnChunk chunk(FileMetaData footer, int column) {
    return footer.getRow_groups().get(0).getColumns().get(column);
  }

  private static ColumnMetaData metadata(FileMetaData footer, int column) {
    return chunk(footer, column).getMeta_data();
  }

  @Test
  void columnsThatAreNotWhereOrWhatTheFooterSaysAreRefused() {
    refused(
        "column n: its pages cannot be where the footer says",
        numbers().bytes(footer -> metadata(footer, 0).setData_page_offset(-5)));
    refused(
        "column n: its pages cannot be where the footer says",
        numbers().bytes(footer -> metadata(footer, 0).setTotal_compressed_size(1L << 40)));
    refused(
        "not a whole Parquet file: its footer counts other rows",
        numbers().bytes(footer -> metadata(footer, 0).setNum_values(1)));
    refused(
        "not a whole Parquet file: its footer counts other rows",
        numbers().bytes(footer -> footer.setNum_rows(3)));
    refused(
        "not a whole Parquet file: its footer counts other rows",
        numbers().bytes(footer -> footer.getRow_groups().get(0).setNum_rows(-1)));
    refused(
        "not a whole Parquet file: its footer lists other columns than its schema, at n",
        numbers().bytes(footer -> metadata(footer, 0).setPath_in_schema(List.of("m"))));
    refused(
        "not a whole Parquet file: its footer lists more columns",
        numbers()
            .bytes(
                footer -> {
                  var columns = footer.getRow_groups().get(0).getColumns();
                  columns.add(columns.get(0));
                }));
    refused(
        "its schema is no tree of columns",
        numbers().bytes(footer -> footer.getSchema().get(0).setNum_children(2)));
    refused(
        "column n: a page refers to a dictionary that is not there",
        new HandmadeFile(2)
            .schema(1, column("n", Type.INT32, REQUIRED))
            .chunk(2, "n")
            .page(2, Encoding.RLE_DICTIONARY, bytes((byte) 1, (byte) 4, (byte) 0))
            .bytes());
  }

  @Test
  void claimsAreNotAllocated() {
    byte[] huge = HandmadeFile.varint(Integer.MAX_VALUE);
    // A list of two thousand million columns in a footer of a few bytes.
    refused(
        "not a whole Parquet file", numbers().withFooter(bytes((byte) 0x29, (byte) 0xFC, huge)));
    // A name as long.
    refused(
        "not a whole Parquet file",
        numbers().withFooter(bytes((byte) 0x29, (byte) 0x1C, (byte) 0x48, huge)));
    // A page that unpacks to as much.
    PageHeader header =
        new PageHeader(PageType.DATA_PAGE, Integer.MAX_VALUE, 8)
            .setData_page_header(new DataPageHeader(2, Encoding.PLAIN, Encoding.RLE, Encoding.RLE));
    refused(
        "column n: a page of 2147483647 bytes, 8 packed, is damaged or longer than 268435456",
        new HandmadeFile(2)
            .codec(CompressionCodec.ZSTD)
            .schema(1, column("n", Type.INT32, REQUIRED))
            .chunk(2, "n")
            .page(one -> {}, header, bytes(1, 2))
            .bytes());
    // A value as long.
    refused(
        "column t: its values are damaged",
        texts(1).page(1, Encoding.PLAIN, bytes(Integer.MAX_VALUE, "abc")).bytes());
    // A dictionary of as many values.
    refused(
        "column n: its values are damaged",
        new HandmadeFile(2)
            .schema(1, column("n", Type.INT32, REQUIRED))
            .chunk(2, "n")
            .dictionary(Integer.MAX_VALUE, bytes(1, 2))
            .page(2, Encoding.RLE_DICTIONARY, bytes((byte) 1, (byte) 4, (byte) 0))
            .bytes());
    // Differences of as many values, in blocks as large.
    for (Encoding encoding :
        List.of(
            Encoding.DELTA_BINARY_PACKED,
            Encoding.DELTA_LENGTH_BYTE_ARRAY,
            Encoding.DELTA_BYTE_ARRAY)) {
      boolean isNumber = encoding == Encoding.DELTA_BINARY_PACKED;
      refused(
          "column c: its values are damaged",
          new HandmadeFile(2)
              .schema(1, column("c", isNumber ? Type.INT32 : Type.BYTE_ARRAY, REQUIRED))
              .chunk(2, "c")
              .page(
                  2,
                  encoding,
                  bytes(
                      HandmadeFile.varint(1 << 30),
                      HandmadeFile.varint(1 << 20),
                      huge,
                      (byte) 2,
                      (byte) 2))
              .bytes());
    }
  }

  @Test
  void packedPagesThatWouldBeTooLargeTogetherAreRefused() {
    byte[] zeros = new byte[200 << 20];
    byte[] packed = Zstd.compress(zeros);
    int columns = 6;
    HandmadeFile file = new HandmadeFile(zeros.length / 4).codec(CompressionCodec.ZSTD);
    file.schema(
        columns,
        IntStream.range(0, columns)
            .mapToObj(i -> column("n" + i, Type.INT32, REQUIRED))
            .toArray(SchemaElement[]::new));
    for (int i = 0; i < columns; i++) {
      file.chunk(zeros.length / 4, "n" + i)
          .page(
              header -> header.setUncompressed_page_size(zeros.length),
              new PageHeader(PageType.DATA_PAGE, 0, packed.length)
                  .setData_page_header(
                      new DataPageHeader(
                          zeros.length / 4, Encoding.PLAIN, Encoding.RLE, Encoding.RLE)),
              packed);
    }
    refused("column n5: its columns' pages need more than 1073741824 bytes", file.bytes());
  }

  @Test
  void aRecordOrFileLongerThanItsLimitIsToldSo() {
    byte[] big = new byte[40 << 20];
    Arrays.fill(big, (byte) 'a');
    Read read = read(texts(2).page(2, Encoding.PLAIN, bytes(big.length, big, 1, "b")).bytes());
    assertNull(read.refused);
    assertEquals(
        List.of(
            "record of "
                + (big.length + 8)
                + " bytes is longer than maxRecordBytes; its beginning is kept"),
        read.problems);
    assertEquals(MOST_RECORD, read.records.get(0).length());
    assertEquals("{\"t\":\"b\"}", read.records.get(1));

    // Two thousand million references to one text in a page of a few bytes.
    Read bomb =
        read(
            texts(Integer.MAX_VALUE)
                .dictionary(1, bytes(100, "a".repeat(100)))
                .page(
                    Integer.MAX_VALUE,
                    Encoding.RLE_DICTIONARY,
                    bytes((byte) 1, HandmadeFile.varint((long) Integer.MAX_VALUE << 1), (byte) 0))
                .bytes(),
            10_000_000);
    assertEquals("unpacks to more than 10000000 bytes (maxFileBytes)", bomb.refused);
  }

  @Test
  void aListWithoutEndTakesNoLongerThanItsLimit() {
    int items = Integer.MAX_VALUE;
    byte[] page = bytes(levels(items, 1), levels(items, 0));
    HandmadeFile file =
        new HandmadeFile(1)
            .schema(
                1,
                group("l", REQUIRED, 1).setConverted_type(ConvertedType.LIST),
                group("list", REPEATED, 1),
                column("element", Type.INT32, OPTIONAL))
            .chunk(items, "l", "list", "element")
            .page(items, Encoding.PLAIN, page);
    // The first item begins the row; the others belong to it.
    byte[] first =
        bytes(
            HandmadeFile.varint(2),
            (byte) 0,
            HandmadeFile.varint((long) (items - 1) << 1),
            (byte) 1);
    byte[] there = bytes(HandmadeFile.varint((long) items << 1), (byte) 1);
    HandmadeFile endless =
        new HandmadeFile(1)
            .schema(
                1,
                group("l", REQUIRED, 1).setConverted_type(ConvertedType.LIST),
                group("list", REPEATED, 1),
                column("element", Type.INT32, OPTIONAL))
            .chunk(items, "l", "list", "element")
            .page(items, Encoding.PLAIN, bytes(first.length, first, there.length, there));
    assertTimeout(
        Duration.ofSeconds(30),
        () -> {
          refused("column l.list.element: its values do not fit", file.bytes());
          refused("a row has more than 20000000 values", endless.bytes());
        });
  }

  @Test
  void deepAndWideSchemasAreBounded() {
    int depth = 5000;
    SchemaElement[] nested = new SchemaElement[depth + 1];
    for (int i = 0; i < depth; i++) {
      nested[i] = group("g", OPTIONAL, 1);
    }
    nested[depth] = column("n", Type.INT32, OPTIONAL);
    refused(
        "its columns are nested more than 100 deep", new HandmadeFile(0).schema(1, nested).bytes());
    SchemaElement[] wide = new SchemaElement[100_001];
    for (int i = 0; i < wide.length; i++) {
      wide[i] = column("n" + i, Type.INT32, OPTIONAL);
    }
    refused(
        "its schema has more than 100000 columns and groups",
        new HandmadeFile(0).schema(wide.length, wide).bytes());
    refused(
        "group g has no columns", new HandmadeFile(0).schema(1, group("g", OPTIONAL, 0)).bytes());
    refused("it has rows and no columns", new HandmadeFile(5).schema(0).bytes());
  }

  @Test
  void columnsWithOtherNumbersOfRowsAreRefused() {
    byte[] two = bytes(levels(2, 0), levels(2, 1), 7, 8);
    refused(
        "column n: its values do not fit those of the others",
        new HandmadeFile(1)
            .schema(1, column("n", Type.INT32, REPEATED))
            .chunk(2, "n")
            .page(2, Encoding.PLAIN, two)
            .bytes());
    // A structure that one of its columns has and the other has not.
    refused(
        "column s.b: its values do not fit those of the others",
        new HandmadeFile(1)
            .schema(
                1,
                group("s", OPTIONAL, 2),
                column("a", Type.INT32, REQUIRED),
                column("b", Type.INT32, REQUIRED))
            .chunk(1, "s", "a")
            .page(1, Encoding.PLAIN, bytes(levels(1, 1), 7))
            .chunk(1, "s", "b")
            .page(1, Encoding.PLAIN, levels(1, 0))
            .bytes());
  }

  @Test
  void aValueThatIsNoneOfItsTypeCostsItsRecord() {
    Read text =
        read(texts(2).page(2, Encoding.PLAIN, bytes(1, new byte[] {(byte) 0xE9}, 1, "b")).bytes());
    assertNull(text.refused);
    assertEquals(List.of("{\"t\":\"6Q==\"}", "{\"t\":\"b\"}"), text.records);
    assertEquals(List.of("column t: not valid UTF-8"), text.problems);

    Read time =
        read(
            numbers()
                .bytes(
                    footer ->
                        footer.getSchema().get(1).setConverted_type(ConvertedType.TIME_MILLIS)));
    assertEquals(List.of("{\"n\":\"00:00:00.007\"}", "{\"n\":\"00:00:00.008\"}"), time.records);
    Read late =
        read(
            new HandmadeFile(2)
                .schema(
                    1,
                    column("n", Type.INT32, REQUIRED).setConverted_type(ConvertedType.TIME_MILLIS))
                .chunk(2, "n")
                .page(2, Encoding.PLAIN, bytes(86_400_000, 86_399_999))
                .bytes());
    assertEquals(List.of("{\"n\":86400000}", "{\"n\":\"23:59:59.999\"}"), late.records);
    assertEquals(List.of("column n: no time of day"), late.problems);
  }

  @Test
  void aMapThatHasAKeyTwiceOrNoneCostsItsRecord() {
    HandmadeFile file =
        new HandmadeFile(2)
            .schema(
                1,
                group("m", REQUIRED, 1).setConverted_type(ConvertedType.MAP),
                group("key_value", REPEATED, 2),
                column("key", Type.INT32, OPTIONAL),
                column("value", Type.INT32, REQUIRED))
            .chunk(4, "m", "key_value", "key");
    byte[] repetitions = bytes((byte) 3, (byte) 0b1010);
    byte[] keys = bytes((byte) 8, (byte) 2);
    byte[] values = bytes((byte) 8, (byte) 1);
    file.page(
            4,
            Encoding.PLAIN,
            bytes(repetitions.length, repetitions, keys.length, keys, 5, 5, 5, 6))
        .chunk(4, "m", "key_value", "value")
        .page(
            4,
            Encoding.PLAIN,
            bytes(repetitions.length, repetitions, values.length, values, 1, 2, 3, 4));
    Read read = read(file.bytes());
    assertNull(read.refused);
    assertEquals(List.of("{\"m\":{\"5\":1,\"5\":2}}", "{\"m\":{\"5\":3,\"6\":4}}"), read.records);
    assertEquals(List.of("column m.key_value.key: a map has a key twice"), read.problems);
  }
}
