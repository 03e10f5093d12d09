package io.sluice.ingest.format.parquet;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.github.luben.zstd.Zstd;
import io.sluice.ingest.format.UnreadableFileException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import net.jpountz.lz4.LZ4Factory;
import org.junit.jupiter.api.Test;
import org.xerial.snappy.Snappy;

/** Pages unpack to what was packed and to nothing else. */
class CodecTest {
  private static final byte[] TEXT = "abcabcabc ".repeat(1000).getBytes(StandardCharsets.UTF_8);

  private static byte[] gzip(byte[] bytes) throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (OutputStream out = new GZIPOutputStream(packed)) {
      out.write(bytes);
    }
    return packed.toByteArray();
  }

  private static byte[] lz4(byte[] bytes) {
    return LZ4Factory.safeInstance().fastCompressor().compress(bytes);
  }

  /** Blocks behind their sizes. */
  private static byte[] framed(byte[]... blocks) {
    ByteBuffer all = ByteBuffer.allocate(2 * TEXT.length);
    for (byte[] block : blocks) {
      byte[] packed = lz4(block);
      all.putInt(block.length).putInt(packed.length).put(packed);
    }
    return Arrays.copyOf(all.array(), all.position());
  }

  private static Map<Codec, byte[]> packed() throws IOException {
    Map<Codec, byte[]> packed = new EnumMap<>(Codec.class);
    packed.put(Codec.SNAPPY, Snappy.compress(TEXT));
    packed.put(Codec.GZIP, gzip(TEXT));
    packed.put(Codec.ZSTD, Zstd.compress(TEXT));
    packed.put(Codec.LZ4_RAW, lz4(TEXT));
    packed.put(
        Codec.LZ4, framed(Arrays.copyOf(TEXT, 4000), Arrays.copyOfRange(TEXT, 4000, TEXT.length)));
    return packed;
  }

  @Test
  void unpacksWhatWasPacked() throws IOException {
    for (Map.Entry<Codec, byte[]> one : packed().entrySet()) {
      byte[] packed = one.getValue();
      byte[] among = new byte[packed.length + 7];
      System.arraycopy(packed, 0, among, 3, packed.length);
      assertArrayEquals(TEXT, one.getKey().unpack(among, 3, packed.length, TEXT.length));
    }
    assertArrayEquals(TEXT, Codec.LZ4.unpack(lz4(TEXT), 0, lz4(TEXT).length, TEXT.length));
    assertEquals(0, Codec.SNAPPY.unpack(new byte[0], 0, 0, 0).length);
  }

  @Test
  void refusesWhatUnpacksToMoreOrLessOrNotAtAll() throws IOException {
    for (Map.Entry<Codec, byte[]> one : packed().entrySet()) {
      byte[] packed = one.getValue();
      for (int size : new int[] {1, TEXT.length - 1, TEXT.length + 1}) {
        refused(one.getKey(), packed, size);
      }
      refused(one.getKey(), Arrays.copyOf(packed, packed.length / 2), TEXT.length);
      refused(one.getKey(), new byte[100], TEXT.length);
      refused(one.getKey(), new byte[0], TEXT.length);
    }
  }

  private static void refused(Codec codec, byte[] packed, int size) {
    UnreadableFileException refused =
        assertThrows(
            UnreadableFileException.class,
            () -> codec.unpack(packed, 0, packed.length, size),
            codec + " " + size);
    assertEquals("a page does not unpack by " + codec, refused.getMessage());
  }

  @Test
  void namesACodecThatIsNotSupported() throws IOException {
    assertEquals(Codec.ZSTD, Codec.of(6));
    for (int number : new int[] {-1, 3, 4, 8}) {
      assertThrows(UnreadableFileException.class, () -> Codec.of(number));
    }
  }
}
