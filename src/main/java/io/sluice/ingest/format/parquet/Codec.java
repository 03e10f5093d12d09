package io.sluice.ingest.format.parquet;

import com.github.luben.zstd.Zstd;
import io.sluice.ingest.format.UnreadableFileException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.GZIPInputStream;
import net.jpountz.lz4.LZ4Exception;
import net.jpountz.lz4.LZ4Factory;
import net.jpountz.lz4.LZ4SafeDecompressor;
import org.xerial.snappy.Snappy;

/** Unpacks the pages of a column chunk; in the order of Parquet's numbers. */
enum Codec {
  UNCOMPRESSED,
  SNAPPY,
  GZIP,
  LZO,
  BROTLI,
  LZ4,
  ZSTD,
  LZ4_RAW;

  private static final int LZ4_FRAME = 2 * Integer.BYTES;

  /**
   * The codec of a number.
   *
   * @throws UnreadableFileException if it is none that can be unpacked
   */
  static Codec of(int number) throws UnreadableFileException {
    if (number < 0 || number >= values().length) {
      throw new UnreadableFileException("codec " + number + " is not known");
    }
    Codec codec = values()[number];
    if (codec == LZO || codec == BROTLI) {
      throw new UnreadableFileException("codec " + codec + " is not supported");
    }
    return codec;
  }

  /**
   * Unpacks bytes.
   *
   * @param size how many they unpack to; neither more nor fewer are taken, and no more are
   *     allocated
   */
  byte[] unpack(byte[] packed, int from, int count, int size) throws UnreadableFileException {
    if (size == 0) {
      return new byte[0];
    }
    byte[] unpacked = new byte[size];
    try {
      if (unpack(packed, from, count, unpacked) == size) {
        return unpacked;
      }
    } catch (IOException | RuntimeException e) {
      // Each library has its own; what they say is of no use to a sender.
    }
    throw new UnreadableFileException("a page does not unpack by " + this);
  }

  private long unpack(byte[] packed, int from, int count, byte[] unpacked) throws IOException {
    return switch (this) {
      case SNAPPY ->
          // It writes as much as the bytes themselves claim.
          Snappy.uncompressedLength(packed, from, count) == unpacked.length
              ? Snappy.uncompress(packed, from, count, unpacked, 0)
              : -1;
      case GZIP -> gunzip(packed, from, count, unpacked);
      case ZSTD -> Zstd.decompressByteArray(unpacked, 0, unpacked.length, packed, from, count);
      case LZ4_RAW -> lz4().decompress(packed, from, count, unpacked, 0, unpacked.length);
      case LZ4 -> unframe(packed, from, count, unpacked);
      case UNCOMPRESSED, LZO, BROTLI -> throw new IllegalStateException(this + " is not unpacked");
    };
  }

  private static long gunzip(byte[] packed, int from, int count, byte[] unpacked)
      throws IOException {
    try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(packed, from, count))) {
      int read = in.readNBytes(unpacked, 0, unpacked.length);
      return in.read() < 0 ? read : -1;
    }
  }

  private static LZ4SafeDecompressor lz4() {
    return LZ4Factory.safeInstance().safeDecompressor();
  }

  /** The older kind of LZ4: blocks behind their sizes, or, by some writers, one without. */
  private static long unframe(byte[] packed, int from, int count, byte[] unpacked) {
    ByteBuffer in = ByteBuffer.wrap(packed, from, count);
    int size = 0;
    while (in.remaining() >= LZ4_FRAME) {
      int block = in.getInt();
      int bytes = in.getInt();
      if (block < 0 || block > unpacked.length - size || bytes < 0 || bytes > in.remaining()) {
        break;
      }
      try {
        size += lz4().decompress(packed, in.position(), bytes, unpacked, size, block);
      } catch (LZ4Exception e) {
        break;
      }
      in.position(in.position() + bytes);
    }
    return !in.hasRemaining() && size == unpacked.length
        ? size
        : lz4().decompress(packed, from, count, unpacked, 0, unpacked.length);
  }
}
