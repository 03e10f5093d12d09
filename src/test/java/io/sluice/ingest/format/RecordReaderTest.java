package io.sluice.ingest.format;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.sluice.contract.Arrival;
import io.sluice.ingest.format.FileRecords.FileRecord;
import io.sluice.testing.Arrivals;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.IntSupplier;
import java.util.stream.IntStream;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Holds where {@link RecordReader} parts a file into records, what it refuses, and what it costs.
 */
class RecordReaderTest {
  private static final int MIB = 1 << 20;
  private static final int BUFFER = 1 << 16;
  private static final Arrival CSV = arrival("csv", 16 * MIB, 64L << 30);
  private static final Arrival JSON = arrival("json", 16 * MIB, 64L << 30);

  @Test
  void recordIsWhatStandsBetweenLineEnds() throws IOException {
    assertEquals(List.of("1:h", "2:a", "3:b c"), read(CSV, "h\na\nb c\n"));
    assertEquals(List.of("1:h", "2:a", "3:b c"), read(CSV, "h\r\na\r\nb c\r\n"));
    assertEquals(List.of("1:h", "2:a", "3:b", "4:c\rd"), read(CSV, "h\r\na\nb\r\r\nc\rd\n"));
  }

  @Test
  void lastLineNeedsNoEnd() throws IOException {
    assertEquals(List.of("1:h", "2:a"), read(CSV, "h\na"));
    assertEquals(List.of("1:h", "2:\"a\nb\""), read(CSV, "h\n\"a\nb\""));
    assertEquals(List.of("1:{}"), read(JSON, "{}"));
  }

  @Test
  void blankLinesAreNoRecordsButCountAsLines() throws IOException {
    assertEquals(List.of("3:h", "6:a", "9:b"), read(CSV, "\n\nh\n\r\n\na\n\n\r\nb\n\n\n"));
    assertEquals(List.of("2:{}", "4:{}"), read(JSON, "\n{}\n\r\n{}"));
  }

  @Test
  void lineOfSpacesOrOfEmptyFieldsIsRecord() throws IOException {
    assertEquals(List.of("1: ", "2:,", "3:\"\""), read(CSV, " \n,\n\"\"\n"));
  }

  @Test
  void emptyFileHasNoRecords() throws IOException {
    assertEquals(List.of(), read(CSV, ""));
    assertEquals(List.of(), read(CSV, "\n\r\n\n"));
    assertEquals(List.of(), read(CSV, "a.gz", new ByteArrayInputStream(gzip(""))));
  }

  @Test
  void fileOfHeaderAloneHasOneRecord() throws IOException {
    assertEquals(List.of("1:a,b"), read(CSV, "a,b"));
    assertEquals(List.of("1:a,b"), read(CSV, "a,b\r\n"));
  }

  @Test
  void afterTheEndThereIsStillNothing() throws IOException {
    try (FileRecords reader = open(CSV, "a.csv", new ByteArrayInputStream(utf8("a")))) {
      assertEquals("a", text(reader.next()));
      assertNull(reader.next());
      assertNull(reader.next());
    }
  }

  @Test
  void lineEndsInsideQuotesAreContent() throws IOException {
    assertEquals(
        List.of("1:h", "2:\"a\nb\",1", "4:\"\r\n\r\n\",2", "7:\"x\"\"\ny\"", "9:c,3"),
        read(CSV, "h\n\"a\nb\",1\r\n\"\r\n\r\n\",2\n\"x\"\"\ny\"\nc,3\n"));
  }

  @Test
  void quoteInsideUnquotedFieldOpensNothing() throws IOException {
    assertEquals(List.of("1:5\" disk,a", "2:b"), read(CSV, "5\" disk,a\nb\n"));
  }

  @Test
  void quotesOfJsonDoNotJoinLines() throws IOException {
    assertEquals(List.of("1:{\"a\":\"", "2:\"}", "3:{}"), read(JSON, "{\"a\":\"\n\"}\r\n{}\n"));
  }

  @Test
  void delimiterAndQuoteAreThoseOfTheArrival() throws IOException {
    Arrival arrival = Arrivals.of("csv", Arrival.Text.of(';', '\''), List.of(), MIB, MIB);
    assertEquals(List.of("1:x;'a\nb';\"", "3:x,'c", "4:d"), read(arrival, "x;'a\nb';\"\nx,'c\nd"));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 7, BUFFER})
  void markOfUtf8IsNoContent(int chunk) throws IOException {
    byte[] marked = utf8("\uFEFFid,b\n1,2\n");
    assertEquals(List.of("1:id,b", "2:1,2"), read(CSV, "a", new Chunks(marked, () -> chunk)));
    assertEquals(
        List.of("1:id,b", "2:1,2"),
        read(CSV, "a.gz", new Chunks(gzip("\uFEFFid,b\n1,2\n"), () -> chunk)));
    assertEquals(List.of(), read(CSV, "a", new Chunks(utf8("\uFEFF"), () -> chunk)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"UTF-16LE", "UTF-16BE", "UTF-32LE", "UTF-32BE"})
  void markOfAnotherEncodingIsRefused(String charset) {
    byte[] bytes = "\uFEFFid,b\n1,2\n".getBytes(Charset.forName(charset));
    assertEquals(
        "begins with the byte order mark of "
            + charset
            + ", and the contract states UTF-8 (option encoding)",
        refusal(CSV, "a.csv", new ByteArrayInputStream(bytes)));
  }

  @Test
  void packedTextInUtf16IsRefused() {
    byte[] bytes = "\uFEFFid,b\n1,2\n".getBytes(StandardCharsets.UTF_16LE);
    assertEquals(
        "begins with the byte order mark of UTF-16LE, and the contract states UTF-8 (option"
            + " encoding)",
        refusal(CSV, "a.csv.gz", new ByteArrayInputStream(gzip(bytes))));
  }

  @Test
  void gzipOfSeveralMembersIsOneFile() throws IOException {
    byte[] members = join(gzip("h\na"), gzip("b\n\"c\n"), gzip(""), gzip("d\"\ne"));
    List<String> records = List.of("1:h", "2:ab", "3:\"c\nd\"", "5:e");
    assertEquals(records, read(CSV, "a.csv.gz", new ByteArrayInputStream(members)));
  }

  @Test
  void membersAreReadOnWhenTheStreamCannotTellWhatIsLeft() throws IOException {
    byte[] members = join(IntStream.range(0, 200).mapToObj(i -> gzip(i + "\n")).toList());
    for (int chunk : new int[] {1, 20, 64, 1000}) {
      List<String> records = read(CSV, "a.gz", new Chunks(members, () -> chunk));
      assertEquals(200, records.size(), "read by " + chunk + " bytes");
      assertEquals("200:199", records.get(199));
    }
  }

  @Test
  void whetherFileIsPackedIsToldByItsContent() throws IOException {
    assertEquals(List.of("1:id,b", "2:1,2"), read(CSV, "a.csv.gz", stream("id,b\n1,2\n")));
    assertEquals(
        List.of("1:id,b", "2:1,2"),
        read(CSV, "a.csv", new ByteArrayInputStream(gzip("id,b\n1,2\n"))));
  }

  @Test
  void fileThatSaysItIsPackedAndIsNoTextEitherIsRefused() {
    assertEquals(
        "its name ends in .gz, and it is empty",
        refusal(CSV, "a.gz", new ByteArrayInputStream(new byte[0])));
    byte[] packed = gzip("id,b\n1,2\n");
    packed[1] = 0;
    assertEquals(
        "its name ends in .gz, and it is neither packed nor text",
        refusal(CSV, "a.gz", new ByteArrayInputStream(packed)));
  }

  @Test
  void gzipCutOffAnywhereIsRefused() {
    byte[] first = gzip("h\na\n");
    byte[] all = join(first, gzip("b\nc\n"));
    List<Integer> unnoticed = new ArrayList<>();
    for (int length = 0; length < all.length; length++) {
      // What ends with a member is whole.
      if (length != first.length && !isRefused(Arrays.copyOf(all, length))) {
        unnoticed.add(length);
      }
    }
    assertEquals(List.of(), unnoticed, "lengths of " + all.length + " at which the cut is unseen");
  }

  @Test
  void recordsBeforeTheCutAreReadAndTheCutIsNamed() throws IOException {
    SplittableRandom random = new SplittableRandom(1);
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < 40_000; i++) {
      lines.append(random.nextLong()).append('\n');
    }
    byte[] packed = gzip(lines.toString());
    InputStream cut = new ByteArrayInputStream(packed, 0, packed.length / 2);
    try (FileRecords reader = open(CSV, "a.gz", cut)) {
      assertTrue(text(reader.next()).length() > 10);
      var e = assertThrows(UnreadableFileException.class, () -> drain(reader));
      assertTrue(
          e.getMessage().matches("truncated gzip, cut off after [1-9][0-9]+ unpacked bytes"),
          e.getMessage());
    }
  }

  @Test
  void gzipWithAnyByteOfItsContentChangedIsRefused() {
    byte[] packed = gzip("h\nsome,fields\nsome,more fields\n");
    for (int i = 10; i < packed.length; i++) {
      byte[] changed = packed.clone();
      changed[i] ^= 0x20;
      assertTrue(isRefused(changed), "byte " + i);
    }
  }

  @Test
  void gzipBombIsRefusedAtItsLimitInBoundedMemory() {
    byte[] start = Arrays.copyOf(gzip(""), 10);
    byte[] text = new byte[16 * MIB];
    Arrays.fill(text, (byte) 'x');
    byte[] zeros = deflated(text);
    Repeated twoGigabytes = new Repeated(zeros, 128L * zeros.length);
    InputStream bomb = new SequenceInputStream(new ByteArrayInputStream(start), twoGigabytes);
    Arrival arrival = arrival("csv", MIB, 64 * MIB);
    long before = allocated();

    String problem = refusal(arrival, "a.csv.gz", bomb);

    long used = allocated() - before;
    assertEquals("unpacks to more than 67108864 bytes (maxFileBytes)", problem);
    assertTrue(used < 8 * MIB, used + " bytes of memory for a record of 1 MiB at most");
    assertTrue(
        twoGigabytes.given < 8L * zeros.length, "read on for " + twoGigabytes.given + " bytes");
  }

  @Test
  void fileMayBeAsLongAsItsLimitAndNoLonger() throws IOException {
    Arrival arrival = arrival("csv", MIB, 10);
    assertEquals(List.of("1:1234", "2:6789"), read(arrival, "1234\n6789\n"));
    assertEquals(
        "unpacks to more than 10 bytes (maxFileBytes)",
        refusal(arrival, "a.csv", new ByteArrayInputStream(utf8("1234\n6789\n\n"))));
    assertEquals(
        "unpacks to more than 10 bytes (maxFileBytes)",
        refusal(arrival, "a.gz", new ByteArrayInputStream(gzip("1234\n6789\n\n"))));
  }

  @Test
  void beginningOfTooLongRecordIsKeptAndThoseAfterItAreRight() throws IOException {
    Arrival arrival = arrival("csv", 10, MIB);
    List<FileRecord> records =
        records(arrival, "a", stream("0123456789\n0123456789A\nb,c\n\"\n34567890\nz\"\nd\n"));
    assertEquals(
        List.of("1:0123456789", "2:0123456789", "3:b,c", "4:\"\n34567890", "7:d"), lines(records));
    assertEquals(
        Arrays.asList(
            null,
            "record of 11 bytes is longer than maxRecordBytes; its beginning is kept",
            null,
            "record of 13 bytes is longer than maxRecordBytes; its beginning is kept",
            null),
        problems(records));
  }

  @Test
  void lineEndIsNoPartOfTheLengthOfRecord() throws IOException {
    Arrival arrival = arrival("csv", 10, MIB);
    for (String end : List.of("", "\n", "\r\n")) {
      List<FileRecord> records = records(arrival, "a", stream("0123456789" + end));
      assertEquals(List.of("1:0123456789"), lines(records));
      assertEquals(Collections.singletonList(null), problems(records), "end of " + end.length());
    }
  }

  @Test
  void tooLongRecordMayEndTheFile() throws IOException {
    Arrival arrival = arrival("json", 4, MIB);
    List<FileRecord> records = records(arrival, "a", stream("{}\n{\"a\":1}"));
    assertEquals(List.of("1:{}", "2:{\"a\""), lines(records));
    assertEquals(
        "record of 7 bytes is longer than maxRecordBytes; its beginning is kept",
        records.get(1).problem());
  }

  @Test
  void beginningKeptMaySpanBuffers() throws IOException {
    Arrival arrival = arrival("csv", 100_000, MIB);
    String longest = "abcdefghij".repeat(10_000);
    List<FileRecord> records =
        records(arrival, "a", stream(longest + "\n" + longest + longest + "\nnext\n"));
    assertEquals(List.of("1:" + longest, "2:" + longest, "3:next"), lines(records));
    assertEquals(
        Arrays.asList(
            null,
            "record of 200000 bytes is longer than maxRecordBytes; its beginning is kept",
            null),
        problems(records));
  }

  @Test
  void lineOfOneGigabyteIsPassedOverInBoundedMemory() throws IOException {
    byte[] unit = utf8("0123456789abcde,".repeat(4096));
    List<FileRecord> records =
        inBoundedMemory(JSON, "{}\n", new Repeated(unit, 1L << 30), "\n{\"a\":1}\n");
    assertEquals(3, records.size());
    assertEquals(16 * MIB, records.get(1).content().length);
    assertArrayEquals(unit, Arrays.copyOf(records.get(1).content(), unit.length));
    assertEquals(
        "record of 1073741824 bytes is longer than maxRecordBytes; its beginning is kept",
        records.get(1).problem());
    assertEquals("{\"a\":1}", text(records.get(2)));
    assertEquals(3, records.get(2).line());
  }

  @Test
  void quotedFieldOfManyLinesIsPassedOverInBoundedMemory() throws IOException {
    byte[] unit = utf8("\"\"0123456789a\r\n,".repeat(4096));
    List<FileRecord> records =
        inBoundedMemory(CSV, "h\n\"", new Repeated(unit, 64L * MIB), "\",b\nnext\n");
    assertEquals(3, records.size());
    assertEquals(
        "record of 67108868 bytes is longer than maxRecordBytes; its beginning is kept",
        records.get(1).problem());
    assertEquals("next", text(records.get(2)));
    assertEquals(3 + 64L * MIB / 16, records.get(2).line());
  }

  private static List<FileRecord> inBoundedMemory(
      Arrival arrival, String before, InputStream in, String after) throws IOException {
    long allocated = allocated();
    List<FileRecord> records =
        records(
            arrival,
            "a",
            new SequenceInputStream(new SequenceInputStream(stream(before), in), stream(after)));
    long used = allocated() - allocated;
    // A buffer that doubles, and the copy of what it holds.
    assertTrue(used < 6L * arrival.maxRecordBytes(), used + " bytes of memory");
    return records;
  }

  @Test
  void recordsAreTheSameWhereverTheBufferEnds() throws IOException {
    String records = "\"a\"\"b\",\"c\r\nd\"\r\n\"\"\"\",\r\n\nf,\"g\"\n";
    int length = records.length();
    for (int before = 0; before <= length; before++) {
      String first = "x".repeat(BUFFER - before - 1);
      assertEquals(
          List.of("1:" + first, "2:\"a\"\"b\",\"c\r\nd\"", "4:\"\"\"\",", "6:f,\"g\"", "7:z"),
          read(CSV, first + "\n" + records + "z"),
          "buffer ends after " + before + " bytes");
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void recordsWrittenAreRecordsRead(long seed) throws IOException {
    SplittableRandom random = new SplittableRandom(seed);
    StringBuilder file = new StringBuilder(random.nextBoolean() ? "\uFEFF" : "");
    List<List<String>> written = new ArrayList<>();
    List<Long> begins = new ArrayList<>();
    long line = 1;
    while (file.length() < 4 * BUFFER) {
      if (random.nextInt(10) == 0) {
        file.append(random.nextBoolean() ? "\n" : "\r\n");
        line++;
      }
      List<String> fields = new ArrayList<>();
      int count = random.nextInt(1, 6);
      for (int i = 0; i < count; i++) {
        int times = random.nextInt(200) == 0 ? random.nextInt(30_000) : 1;
        fields.add(RandomCsv.text(random).repeat(times));
      }
      written.add(fields);
      begins.add(line);
      String record = RandomCsv.write(fields, random) + (random.nextBoolean() ? "\n" : "\r\n");
      file.append(record);
      line += record.chars().filter(c -> c == '\n').count();
    }
    byte[] bytes = utf8(file.toString());
    IntSupplier chunk = seed % 2 == 0 ? () -> BUFFER : () -> random.nextInt(1, 5000);

    List<FileRecord> read = records(CSV, "a.csv", new Chunks(bytes, chunk));

    assertEquals(written, read.stream().map(RecordReaderTest::fields).toList());
    assertEquals(begins, read.stream().map(FileRecord::line).toList());
    assertEquals(lines(read), lines(records(CSV, "a.gz", new ByteArrayInputStream(gzip(bytes)))));
  }

  @Test
  void closingClosesTheFile() throws IOException {
    Chunks plain = new Chunks(utf8("a\n"), () -> 1);
    open(CSV, "a.csv", plain).close();
    assertTrue(plain.closed);
    Chunks packed = new Chunks(gzip("a\n"), () -> 1);
    open(CSV, "a.csv.gz", packed).close();
    assertTrue(packed.closed);
  }

  private static Arrival arrival(String format, int maxRecordBytes, long maxFileBytes) {
    return Arrivals.of(format, List.of(""), maxRecordBytes, maxFileBytes);
  }

  private static FileRecords open(Arrival arrival, String name, InputStream in) throws IOException {
    return arrival.format().equals("csv")
        ? CsvRecords.open(
            TextInput.open(arrival, name, in),
            new Csv(arrival.text().delimiter(), arrival.text().quote()),
            arrival)
        : RecordReader.ofLines(arrival, name, in);
  }

  private static List<FileRecord> records(Arrival arrival, String name, InputStream in)
      throws IOException {
    try (FileRecords reader = open(arrival, name, in)) {
      return drain(reader);
    }
  }

  private static List<FileRecord> drain(FileRecords reader) throws IOException {
    List<FileRecord> records = new ArrayList<>();
    for (FileRecord record = reader.next(); record != null; record = reader.next()) {
      records.add(record);
    }
    return records;
  }

  private static List<String> read(Arrival arrival, String content) throws IOException {
    return read(arrival, "a", stream(content));
  }

  /** Records as {@code line:text}, none of which has a problem. */
  private static List<String> read(Arrival arrival, String name, InputStream in)
      throws IOException {
    List<FileRecord> records = records(arrival, name, in);
    assertEquals(Collections.nCopies(records.size(), null), problems(records));
    return lines(records);
  }

  private static List<String> lines(List<FileRecord> records) {
    return records.stream().map(record -> record.line() + ":" + text(record)).toList();
  }

  private static List<String> problems(List<FileRecord> records) {
    List<String> problems = new ArrayList<>();
    records.forEach(record -> problems.add(record.problem()));
    return problems;
  }

  private static List<String> fields(FileRecord record) {
    Csv csv = new Csv(',', '"');
    return csv.fields(record.content()).stream()
        .map(slice -> new String(csv.value(record.content(), slice), StandardCharsets.UTF_8))
        .toList();
  }

  /** Why a file is refused. */
  private static String refusal(Arrival arrival, String name, InputStream in) {
    return assertThrows(UnreadableFileException.class, () -> records(arrival, name, in))
        .getMessage();
  }

  private static boolean isRefused(byte[] packed) {
    try {
      records(CSV, "a.csv.gz", new ByteArrayInputStream(packed));
      return false;
    } catch (UnreadableFileException e) {
      return true;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String text(FileRecord record) {
    return new String(record.content(), StandardCharsets.UTF_8);
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static InputStream stream(String text) {
    return new ByteArrayInputStream(utf8(text));
  }

  private static byte[] gzip(String text) {
    return gzip(utf8(text));
  }

  private static byte[] gzip(byte[] content) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
      out.write(content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  /** Content as blocks of a gzip member that any others may follow. */
  private static byte[] deflated(byte[] content) {
    Deflater deflater = new Deflater(Deflater.BEST_SPEED, true);
    deflater.setInput(content);
    byte[] blocks = new byte[content.length];
    int length = deflater.deflate(blocks, 0, blocks.length, Deflater.FULL_FLUSH);
    deflater.end();
    return Arrays.copyOf(blocks, length);
  }

  private static byte[] join(byte[]... parts) {
    return join(List.of(parts));
  }

  private static byte[] join(List<byte[]> parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    parts.forEach(all::writeBytes);
    return all.toByteArray();
  }

  /**
   * Bytes that this thread has ever asked the heap for: what it holds cannot have grown by more.
   */
  private static long allocated() {
    return ((ThreadMXBean) ManagementFactory.getThreadMXBean()).getCurrentThreadAllocatedBytes();
  }

  /** Gives bytes in short reads, as a network does, and never knows how many are left. */
  private static final class Chunks extends InputStream {
    private final byte[] bytes;
    private final IntSupplier size;
    private int position;
    private boolean closed;

    Chunks(byte[] bytes, IntSupplier size) {
      this.bytes = bytes;
      this.size = size;
    }

    @Override
    public int read() {
      return position < bytes.length ? bytes[position++] & 0xFF : -1;
    }

    @Override
    public int read(byte[] into, int offset, int length) {
      int count = Math.min(Math.min(length, size.getAsInt()), bytes.length - position);
      if (count <= 0) {
        return length == 0 ? 0 : -1;
      }
      System.arraycopy(bytes, position, into, offset, count);
      position += count;
      return count;
    }

    @Override
    public void close() {
      closed = true;
    }
  }

  /** Gives some bytes again and again. */
  private static final class Repeated extends InputStream {
    private final byte[] unit;
    private final long length;
    private long given;

    Repeated(byte[] unit, long length) {
      this.unit = unit;
      this.length = length;
    }

    @Override
    public int read() {
      return given < length ? unit[(int) (given++ % unit.length)] & 0xFF : -1;
    }

    @Override
    public int read(byte[] into, int offset, int wanted) {
      int from = (int) (given % unit.length);
      int count = (int) Math.min(Math.min(wanted, unit.length - from), length - given);
      if (count <= 0) {
        return -1;
      }
      System.arraycopy(unit, from, into, offset, count);
      given += count;
      return count;
    }
  }
}
