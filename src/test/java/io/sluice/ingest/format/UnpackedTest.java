package io.sluice.ingest.format;

import static io.sluice.ingest.format.FormatFiles.gzip;
import static io.sluice.ingest.format.FormatFiles.utf8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.github.luben.zstd.Zstd;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What {@link Unpacked} takes out of files packed well, badly and maliciously. */
class UnpackedTest {
  private static final byte[] CONTENT = content();

  private static byte[] content() {
    SplittableRandom random = new SplittableRandom(1);
    StringBuilder text = new StringBuilder("id,v\n");
    for (int i = 0; i < 5_000; i++) {
      text.append(i).append(',').append(random.nextLong()).append('\n');
    }
    return utf8(text.toString());
  }

  private static byte[] bzip2(byte[] content) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (BZip2CompressorOutputStream out = new BZip2CompressorOutputStream(bytes)) {
      out.write(content);
    }
    return bytes.toByteArray();
  }

  private static byte[] zip(byte[]... contents) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream out = new ZipOutputStream(bytes)) {
      for (int i = 0; i < contents.length; i++) {
        out.putNextEntry(new ZipEntry("folder/" + i + ".csv"));
        out.write(contents[i]);
        out.closeEntry();
      }
    }
    return bytes.toByteArray();
  }

  private static byte[] stored(byte[] content) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream out = new ZipOutputStream(bytes)) {
      ZipEntry entry = new ZipEntry("a.csv");
      entry.setMethod(ZipEntry.STORED);
      entry.setSize(content.length);
      java.util.zip.CRC32 sum = new java.util.zip.CRC32();
      sum.update(content);
      entry.setCrc(sum.getValue());
      out.putNextEntry(entry);
      out.write(content);
    }
    return bytes.toByteArray();
  }

  private static byte[] join(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    Arrays.stream(parts).forEach(all::writeBytes);
    return all.toByteArray();
  }

  private static byte[] unpacked(byte[] file) throws IOException {
    try (InputStream in = Unpacked.open(new StoredBytes(new ByteArrayInputStream(file))).in()) {
      return in.readAllBytes();
    }
  }

  private static String refusal(byte[] file) {
    return assertThrows(UnreadableFileException.class, () -> unpacked(file)).getMessage();
  }

  static Stream<Arguments> packed() throws IOException {
    byte[] half = Arrays.copyOf(CONTENT, CONTENT.length / 2);
    byte[] rest = Arrays.copyOfRange(CONTENT, CONTENT.length / 2, CONTENT.length);
    return Stream.of(
        arguments("gzip", gzip(CONTENT)),
        arguments("gzip of two members", join(gzip(half), gzip(rest))),
        arguments("zstd", Zstd.compress(CONTENT)),
        arguments("zstd of two frames", join(Zstd.compress(half), Zstd.compress(rest))),
        arguments(
            "zstd behind a frame to skip",
            join(new byte[] {0x50, 0x2A, 0x4D, 0x18, 1, 0, 0, 0, 9}, Zstd.compress(CONTENT))),
        arguments("bzip2", bzip2(CONTENT)),
        arguments("bzip2 of two streams", join(bzip2(half), bzip2(rest))),
        arguments("ZIP", zip(CONTENT)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("packed")
  void contentIsWhatWasPacked(String way, byte[] file) throws IOException {
    assertArrayEquals(CONTENT, unpacked(file));
  }

  @Test
  void whatIsNotPackedStaysAsItIs() throws IOException {
    assertArrayEquals(CONTENT, unpacked(CONTENT));
    assertArrayEquals(new byte[0], unpacked(new byte[0]));
    for (String text : List.of("P", "PK", "BZh9, said Tom", "BZh", "Rar!", "7z", "ustar")) {
      assertArrayEquals(utf8(text), unpacked(utf8(text)));
    }
  }

  @Test
  void whatIsPackedTwiceIsUnpackedAndWhatIsMoreOftenIsNot() throws IOException {
    assertArrayEquals(CONTENT, unpacked(gzip(gzip(CONTENT))));
    assertArrayEquals(CONTENT, unpacked(zip(bzip2(CONTENT))));
    assertEquals("packed more than twice", refusal(gzip(gzip(Zstd.compress(CONTENT)))));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("packed")
  void everyCutAndEveryChangeIsToldOrChangesNothing(String way, byte[] file) throws IOException {
    SplittableRandom random = new SplittableRandom(7);
    List<String> unnoticed = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      byte[] changed = file.clone();
      boolean isCut = random.nextBoolean();
      int at = random.nextInt(12, file.length);
      if (isCut) {
        changed = Arrays.copyOf(file, at);
      } else {
        changed[at] ^= (byte) (1 << random.nextInt(8));
      }
      try {
        byte[] content = unpacked(changed);
        // Bits of names and times mean nothing, and a file may end where a member does.
        boolean isWhole = Arrays.equals(content, CONTENT);
        boolean isHalf = way.contains("two") && isCut && content.length == CONTENT.length / 2;
        if (!isWhole && !isHalf && !way.startsWith("zstd")) {
          unnoticed.add((isCut ? "cut at " : "changed at ") + at);
        }
      } catch (UnreadableFileException e) {
        // Is told.
      }
    }
    assertEquals(List.of(), unnoticed);
  }

  @Test
  void zstdIsHeldAgainstItsOwnCheckSum() throws IOException {
    com.github.luben.zstd.ZstdCompressCtx packer = new com.github.luben.zstd.ZstdCompressCtx();
    packer.setChecksum(true);
    byte[] file = packer.compress(CONTENT);
    packer.close();
    for (int at = 12; at < file.length; at += 97) {
      byte[] changed = file.clone();
      changed[at] ^= 4;
      assertThrows(UnreadableFileException.class, () -> unpacked(changed), "byte " + at);
    }
  }

  @Test
  void archivesAreTold() throws IOException {
    assertEquals(
        "a ZIP archive of several entries: archives are not taken apart",
        refusal(zip(CONTENT, CONTENT)));
    assertEquals("a ZIP archive without an entry", refusal(zip()));
    assertEquals(
        "a ZIP archive whose entry is stored and not packed: archives are not taken apart",
        refusal(stored(CONTENT)));
    byte[] encrypted = zip(CONTENT);
    encrypted[6] |= 1;
    assertEquals("a ZIP archive whose entry is encrypted", refusal(encrypted));
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (TarArchiveOutputStream out = new TarArchiveOutputStream(bytes)) {
      TarArchiveEntry entry = new TarArchiveEntry("a.csv");
      entry.setSize(CONTENT.length);
      out.putArchiveEntry(entry);
      out.write(CONTENT);
      out.closeArchiveEntry();
    }
    byte[] tar = bytes.toByteArray();
    assertTrue(refusal(tar).startsWith("a file of tar"), refusal(tar));
    assertTrue(refusal(gzip(tar)).startsWith("a file of tar"));
    assertTrue(refusal(zip(tar)).startsWith("a file of tar"));
    // As tars were before they had a mark.
    Arrays.fill(tar, 257, 265, (byte) 0);
    int sum = 0;
    Arrays.fill(tar, 148, 156, (byte) ' ');
    for (int i = 0; i < 512; i++) {
      sum += tar[i] & 0xFF;
    }
    System.arraycopy(utf8(String.format("%06o", sum)), 0, tar, 148, 6);
    assertTrue(refusal(tar).startsWith("a file of tar"));
  }

  @Test
  void zipWithoutItsDirectoryIsTold() throws IOException {
    byte[] file = zip(CONTENT);
    for (int cut = 1; cut < 100; cut++) {
      String told = refusal(Arrays.copyOf(file, file.length - cut));
      assertTrue(told.contains("truncated ZIP"), told);
    }
    assertEquals(
        "truncated ZIP: its directory is not there", refusal(join(file, new byte[] {'x'})));
  }

  @Test
  void otherPackingsAreNamed() {
    assertTrue(
        refusal(new byte[] {(byte) 0xFD, '7', 'z', 'X', 'Z', 0, 0}).startsWith("a file of xz;"));
    assertTrue(refusal(new byte[] {4, 0x22, 0x4D, 0x18, 0}).startsWith("a file of lz4;"));
  }

  @Test
  void bombsAreStoppedEarlyWhateverTheyArePackedWith() throws IOException {
    byte[] zeros = new byte[128 << 20];
    for (byte[] bomb :
        List.of(Zstd.compress(zeros), bzip2(zeros), gzip(gzip(zeros)), zip(gzip(zeros)))) {
      Unpacked.Content content = Unpacked.open(new StoredBytes(new ByteArrayInputStream(bomb)));
      byte[] buffer = new byte[1 << 16];
      long read = 0;
      try (InputStream in = content.in()) {
        while (true) {
          read += in.read(buffer);
          assertTrue(read < 100 << 20, "nobody stops it");
        }
      } catch (UnreadableFileException e) {
        assertEquals("unpacks to more than 1000 times its size", e.getMessage());
      }
    }
  }

  @Test
  void zstdThatWantsGigabytesOfMemoryIsTold() {
    // A frame whose header claims a window of 2 GB.
    byte[] frame = {0x28, (byte) 0xB5, 0x2F, (byte) 0xFD, 0, (byte) 0xA8, 1, 0, 0};
    assertTrue(refusal(frame).contains("zstd"), refusal(frame));
  }

  /** Fails as a store does, somewhere. */
  private static final class Failing extends InputStream {
    private final byte[] content;
    private final IOException failure;
    private int at;

    Failing(byte[] content, IOException failure) {
      this.content = content;
      this.failure = failure;
    }

    @Override
    public int read() throws IOException {
      if (at == content.length / 2) {
        throw failure;
      }
      return content[at++] & 0xFF;
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("packed")
  void failureOfTheStoreStaysOne(String way, byte[] file) {
    for (IOException failure : List.of(new IOException("reset"), new EOFException("gone"))) {
      IOException told =
          assertThrows(
              IOException.class,
              () -> {
                StoredBytes stored = new StoredBytes(new Failing(file, failure));
                try (InputStream in = Unpacked.open(stored).in()) {
                  in.readAllBytes();
                }
              });
      assertSame(failure, told);
    }
  }
}
