package io.sluice.ingest.format;

import static io.sluice.ingest.format.FormatFiles.arrival;
import static io.sluice.ingest.format.FormatFiles.gzip;
import static io.sluice.ingest.format.FormatFiles.utf8;
import static io.sluice.ingest.format.FormatFiles.wanted;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.github.luben.zstd.Zstd;
import io.sluice.contract.Arrival;
import io.sluice.contract.TextEncoding;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorOutputStream;
import org.apache.spark.unsafe.types.UTF8String;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Sound files with bytes changed, cut out, doubled and moved at random, by a fixed seed: whatever
 * comes of it, a file is read or refused, a record is taken apart or told, and no byte of a file
 * that is read is in no record.
 */
class HostileBytesTest {
  private static final int FILES = 3_000;
  private static final byte[] ODD =
      "\"\"\"\r\n\r\n,,;{}[]:\\\\u\0\uFEFF'#eE+-.0179ntf \t\u00e9\ud83d\ude42"
          .getBytes(StandardCharsets.UTF_8);

  /** A kind of file, and what of it is in no record. */
  enum Kind {
    CSV("csv", Arrival.Text.of(',', '"'), "[\r\n]"),
    LATIN(
        "csv",
        new Arrival.Text(
            ';', '\'', TextEncoding.WINDOWS_1252, List.of(), 0, null, Arrival.Layout.LINES),
        "[\r\n]"),
    BARE(
        "csv",
        new Arrival.Text(
            ',', '"', TextEncoding.UTF_8, List.of("id", "v", "ts"), 0, null, Arrival.Layout.LINES),
        "[\r\n]"),
    LINES("json", Arrival.Text.of(',', '"'), "[ \t\r\n]"),
    ARRAY("json", FormatFiles.laid(Arrival.Layout.ARRAY), "[ \t\r\n,\\[\\]]");

    private final WantedFields wanted;
    private final String outside;

    Kind(String format, Arrival.Text text, String outside) {
      this.wanted = wanted(arrival(format, text), "id", "v", "ts");
      this.outside = outside;
    }

    byte[] sound(SplittableRandom random) {
      String end = List.of("\n", "\r\n", "\r", "\r\r\n").get(random.nextInt(4));
      char quote = wanted.arrival().text().quote();
      String delimiter = String.valueOf(wanted.arrival().text().delimiter());
      boolean isJson = wanted.arrival().format().equals("json");
      List<String> records = new ArrayList<>();
      if (!isJson && this != BARE) {
        records.add(String.join(delimiter, "id", "v", "ts"));
      }
      int count = random.nextInt(12);
      for (int i = 0; i < count; i++) {
        String text = RandomCsv.text(random).replace("漢", "é");
        records.add(
            isJson
                ? "{\"id\":\""
                    + i
                    + "\",\"v\":[{\"x\":\""
                    + json(text)
                    + "\"},1.5e3,null],\"ts\":"
                    + i
                    + "}"
                : i
                    + delimiter
                    + quote
                    + text.replace("" + quote, "" + quote + quote)
                    + quote
                    + delimiter
                    + i);
      }
      String all =
          this == ARRAY
              ? "[" + String.join("," + end, records) + "]"
              : String.join(random.nextInt(8) == 0 && isJson ? "" : end, records) + end;
      return all.getBytes(
          this == LATIN ? TextEncoding.WINDOWS_1252.charset() : StandardCharsets.UTF_8);
    }

    private static String json(String text) {
      return text.replace("\\", "\\\\")
          .replace("\"", "\\\"")
          .replace("\n", "\\n")
          .replace("\r", "\\r");
    }

    String withoutStructure(byte[] bytes) {
      return new String(bytes, StandardCharsets.ISO_8859_1).replaceAll(outside, "");
    }
  }

  private static byte[] mutated(byte[] sound, SplittableRandom random) {
    byte[] bytes = sound;
    for (int times = random.nextInt(1, 6); times > 0 && bytes.length > 0; times--) {
      int at = random.nextInt(bytes.length);
      int to = Math.min(bytes.length, at + random.nextInt(20));
      byte[] head = Arrays.copyOf(bytes, at);
      byte[] part = Arrays.copyOfRange(bytes, at, to);
      byte[] tail = Arrays.copyOfRange(bytes, to, bytes.length);
      bytes =
          switch (random.nextInt(7)) {
            case 0 -> head;
            case 1 -> join(head, tail);
            case 2 -> join(head, part, part, tail);
            case 3 -> join(part, head, tail);
            case 4 -> join(head, new byte[] {(byte) random.nextInt()}, part, tail);
            default -> {
              byte[] changed = bytes.clone();
              changed[at] = ODD[random.nextInt(ODD.length)];
              yield changed;
            }
          };
    }
    return bytes;
  }

  private static byte[] join(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    Stream.of(parts).forEach(all::writeBytes);
    return all.toByteArray();
  }

  /** Reads a file and takes its records apart; says whether it can be read. */
  private static boolean isRead(Kind kind, byte[] file, List<byte[]> contents) throws IOException {
    RecordParser parser = new RecordParser(kind.wanted, null);
    long before = 0;
    try (FileRecords records = FormatFiles.open(kind.wanted, "a", file)) {
      UTF8String header = records.header() == null ? null : UTF8String.fromString(records.header());
      if (header != null) {
        contents.add(records.header().getBytes(kind.wanted.arrival().text().encoding().charset()));
      }
      for (FileRecords.FileRecord one = records.next(); one != null; one = records.next()) {
        assertTrue(one.line() > before, "positions rise");
        before = one.line();
        contents.add(one.content());
        RawRecord row = parser.parse(one.content(), header, null);
        if (row.problem() != null) {
          assertFalse(row.problem().getMessage().contains("cannot be taken apart"));
        }
      }
      return true;
    } catch (UnreadableFileException e) {
      return false;
    }
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void whateverArrivesIsReadOrRefusedAndNoByteIsLost(Kind kind) throws IOException {
    SplittableRandom random = new SplittableRandom(kind.ordinal());
    int read = 0;
    for (int i = 0; i < FILES; i++) {
      byte[] sound = kind.sound(random);
      byte[] file = i % 10 == 0 ? sound : mutated(sound, random);
      List<byte[]> contents = new ArrayList<>();
      if (isRead(kind, file, contents)) {
        read++;
        byte[] all = join(contents.toArray(byte[][]::new));
        assertEquals(unmarked(kind.withoutStructure(file)), unmarked(kind.withoutStructure(all)));
      } else {
        assertTrue(i % 10 > 0, "a sound file is read: " + new String(file, StandardCharsets.UTF_8));
      }
    }
    assertTrue(read > FILES / 10, read + " of " + FILES + " are read");
  }

  private static String unmarked(String text) {
    return text.startsWith("\u00ef\u00bb\u00bf") ? text.substring(3) : text;
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void whateverIsPackedIsReadOrRefused(Kind kind) throws IOException {
    SplittableRandom random = new SplittableRandom(kind.ordinal());
    for (int i = 0; i < FILES / 10; i++) {
      byte[] sound =
          join(
              IntStream.range(0, 20)
                  .mapToObj(j -> kind == Kind.ARRAY || j == 0 ? kind.sound(random) : new byte[0])
                  .toArray(byte[][]::new));
      for (byte[] packed : List.of(gzip(sound), Zstd.compress(sound), bzip2(sound), zip(sound))) {
        isRead(kind, mutated(packed, random), new ArrayList<>());
        assertTrue(isRead(kind, packed, new ArrayList<>()));
      }
    }
  }

  private static byte[] bzip2(byte[] content) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (BZip2CompressorOutputStream out = new BZip2CompressorOutputStream(bytes, 1)) {
      out.write(content);
    }
    return bytes.toByteArray();
  }

  private static byte[] zip(byte[] content) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream out = new ZipOutputStream(bytes)) {
      out.putNextEntry(new ZipEntry("a"));
      out.write(content);
      out.closeEntry();
    }
    return bytes.toByteArray();
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void aByteChangedInOneRecordLeavesItsNeighbours(Kind kind) throws IOException {
    SplittableRandom random = new SplittableRandom(31 + kind.ordinal());
    for (int i = 0; i < FILES; i++) {
      List<String> records = new ArrayList<>();
      for (int j = 0; j < 6; j++) {
        records.add(
            kind.wanted.arrival().format().equals("json")
                ? "{\"id\":\"" + j + "\",\"v\":\"word\",\"ts\":" + j + "}"
                : String.join(
                    "" + kind.wanted.arrival().text().delimiter(), "id" + j, "word", "1"));
      }
      // Letters and digits become other bytes than those that part records.
      StringBuilder broken = new StringBuilder(records.get(3));
      int at = random.nextInt(broken.length());
      char other = "\0\t xyz0e+-~".charAt(random.nextInt(11));
      if (!Character.isLetterOrDigit(broken.charAt(at))) {
        continue;
      }
      broken.setCharAt(at, other);
      records.set(3, broken.toString());
      String header =
          kind == Kind.CSV
              ? "id,v,ts\n"
              : kind == Kind.LATIN ? "id;v;ts\n" : kind == Kind.ARRAY ? "[" : "";
      String file =
          header
              + String.join(kind == Kind.ARRAY ? ",\n" : "\n", records)
              + (kind == Kind.ARRAY ? "]" : "\n");
      List<byte[]> contents = new ArrayList<>();
      assertTrue(isRead(kind, utf8(file), contents), file);
      List<String> found =
          contents.stream().map(c -> new String(c, StandardCharsets.UTF_8)).toList();
      assertEquals(records, found.subList(found.size() - 6, found.size()));
    }
  }
}
