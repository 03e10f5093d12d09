package io.sluice.ingest.format;

import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorInputStream;

/** A way files are packed, told by their first bytes whatever they are called. */
enum Packing {
  GZIP("gzip") {
    @Override
    boolean begins(byte[] head) {
      return startsWith(head, 0x1F, 0x8B);
    }

    @Override
    InputStream open(InputStream packed) throws IOException {
      return Gunzip.open(packed);
    }
  },
  ZSTD("zstd") {
    @Override
    boolean begins(byte[] head) {
      // A frame of data, or one to be skipped, as parallel packers put first.
      return startsWith(head, 0x28, 0xB5, 0x2F, 0xFD)
          || (head.length >= 4
              && (head[0] & 0xF0) == 0x50
              && startsWith(Arrays.copyOfRange(head, 1, 4), 0x2A, 0x4D, 0x18));
    }

    @Override
    InputStream open(InputStream packed) throws IOException {
      ZstdInputStreamNoFinalizer unpacked = new ZstdInputStreamNoFinalizer(packed);
      unpacked.setLongMax(ZSTD_WINDOW_BITS);
      return unpacked;
    }
  },
  BZIP2("bzip2") {
    @Override
    boolean begins(byte[] head) {
      return startsWith(head, 'B', 'Z', 'h')
          && head.length >= 10
          && (startsWith(Arrays.copyOfRange(head, 4, 10), 0x31, 0x41, 0x59, 0x26, 0x53, 0x59)
              || startsWith(Arrays.copyOfRange(head, 4, 10), 0x17, 0x72, 0x45, 0x38, 0x50, 0x90));
    }

    @Override
    InputStream open(InputStream packed) throws IOException {
      return new BZip2CompressorInputStream(packed, true);
    }
  },
  ZIP("ZIP") {
    @Override
    boolean begins(byte[] head) {
      return startsWith(head, 'P', 'K', 3, 4)
          || startsWith(head, 'P', 'K', 5, 6)
          || startsWith(head, 'P', 'K', 7, 8);
    }

    @Override
    InputStream open(InputStream packed) throws IOException {
      return ZipEntryBytes.open(packed);
    }
  };

  /** How many bytes tell how a file is packed, or that it is an archive. */
  static final int HEAD = 512;

  /** A frame that wants a larger window, 128 MB, is refused: it would cost as much memory. */
  private static final int ZSTD_WINDOW_BITS = 27;

  private static final int TAR_MARK = 257;
  private static final int SUM_START = 148;
  private static final int SUM_LENGTH = 8;
  private static final Pattern TAR_SUM = Pattern.compile("[ \0]*([0-7]{1,8})[ \0]*");
  private static final Map<String, int[]> FOREIGN =
      Map.of(
          "xz", new int[] {0xFD, '7', 'z', 'X', 'Z', 0},
          "lz4", new int[] {0x04, 0x22, 0x4D, 0x18},
          "compress", new int[] {0x1F, 0x9D},
          "7z", new int[] {'7', 'z', 0xBC, 0xAF, 0x27, 0x1C},
          "rar", new int[] {'R', 'a', 'r', '!', 0x1A, 0x07},
          "snappy", new int[] {0xFF, 0x06, 0, 0, 's', 'N', 'a', 'P', 'p', 'Y'},
          "lzop", new int[] {0x89, 'L', 'Z', 'O', 0},
          "Office", new int[] {0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1},
          "Avro", new int[] {'O', 'b', 'j', 1});
  private static final List<String> ENDINGS =
      List.of(".gz", ".tgz", ".zst", ".bz2", ".zip", ".xz", ".lz4", ".7z", ".rar", ".tar");

  private final String title;

  Packing(String title) {
    this.title = title;
  }

  /** Whether a file that begins like this is packed this way. */
  abstract boolean begins(byte[] head);

  /** What is packed in a file; it is closed when what is given is. */
  abstract InputStream open(InputStream packed) throws IOException;

  /** How a file is packed; empty if in none of these ways. */
  static Optional<Packing> of(byte[] head) {
    return Stream.of(values()).filter(packing -> packing.begins(head)).findFirst();
  }

  /**
   * What a file is that nothing here reads, such as {@code xz}; empty if its beginning does not
   * tell.
   */
  static Optional<String> foreign(byte[] head) {
    if (head.length >= HEAD
        && (new String(head, TAR_MARK, 5, StandardCharsets.US_ASCII).equals("ustar")
            || hasTarCheckSum(head))) {
      return Optional.of("tar");
    }
    return FOREIGN.entrySet().stream()
        .filter(entry -> startsWith(head, entry.getValue()))
        .map(Map.Entry::getKey)
        .findFirst();
  }

  /** Whether the sum of a tar's header stands where it belongs; old tars have no other mark. */
  private static boolean hasTarCheckSum(byte[] head) {
    Matcher number =
        TAR_SUM.matcher(new String(head, SUM_START, SUM_LENGTH, StandardCharsets.ISO_8859_1));
    if (head[0] == 0 || !number.matches()) {
      return false;
    }
    int sum = SUM_LENGTH * ' ';
    for (int i = 0; i < HEAD; i++) {
      sum += i >= SUM_START && i < SUM_START + SUM_LENGTH ? 0 : head[i] & 0xFF;
    }
    return sum == Integer.parseInt(number.group(1), 8);
  }

  /** The ending of a name that says that the file is packed; empty if there is none. */
  static Optional<String> ending(String name) {
    return ENDINGS.stream().filter(name::endsWith).findFirst();
  }

  private static boolean startsWith(byte[] head, int... begin) {
    if (head.length < begin.length) {
      return false;
    }
    for (int i = 0; i < begin.length; i++) {
      if (head[i] != (byte) begin[i]) {
        return false;
      }
    }
    return true;
  }

  @Override
  public String toString() {
    return title;
  }
}
