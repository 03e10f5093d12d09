package io.sluice.ingest.format;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.util.Optional;

/**
 * What is packed in a file, whatever its name says, as it comes out. Faults of what is packed are
 * {@link UnreadableFileException}s; failures of the store stay what they are.
 *
 * <p>A file that is packed twice, as by a tool and once more on its way, is unpacked twice; one
 * packed more often is refused, and so is one that unpacks to more than a thousand times its size.
 * Memory: that of the packing, at most 128 MB (zstd).
 */
final class Unpacked extends BlockStream {
  private static final int LAYERS = 2;
  private static final long RATIO = 1000;

  /** So much may come out of any file, however small. */
  private static final long FREE = 64L << 20;

  private final InputStream in;
  private final Packing packing;
  private final StoredBytes stored;
  private long count;

  private Unpacked(InputStream in, Packing packing, StoredBytes stored) {
    this.in = in;
    this.packing = packing;
    this.stored = stored;
  }

  /**
   * What a file holds.
   *
   * @param layers how often it was packed
   */
  record Content(InputStream in, int layers) {}

  /**
   * Opens a file.
   *
   * @param stored closed when what is given is, and when this fails
   * @throws UnreadableFileException if what it holds is packed and cannot be unpacked, or an
   *     archive
   */
  static Content open(StoredBytes stored) throws IOException {
    InputStream in = stored;
    try {
      for (int layers = 0; ; layers++) {
        PushbackInputStream content = new PushbackInputStream(in, Packing.HEAD);
        byte[] head = content.readNBytes(Packing.HEAD);
        content.unread(head);
        Optional<Packing> packing = Packing.of(head);
        if (packing.isEmpty()) {
          requireKnown(head);
          return new Content(content, layers);
        }
        if (layers == LAYERS) {
          throw new UnreadableFileException("packed more than twice");
        }
        in = open(content, packing.get(), stored);
      }
    } catch (IOException | RuntimeException e) {
      in.close();
      throw e;
    }
  }

  private static void requireKnown(byte[] head) throws UnreadableFileException {
    Optional<String> foreign = Packing.foreign(head);
    if (foreign.isPresent()) {
      throw new UnreadableFileException(
          "a file of "
              + foreign.get()
              + "; those packed by gzip, zstd, bzip2 or ZIP can be read, and text");
    }
  }

  private static Unpacked open(InputStream packed, Packing packing, StoredBytes stored)
      throws IOException {
    try {
      return new Unpacked(packing.open(packed), packing, stored);
    } catch (IOException | RuntimeException e) {
      throw fault(e, packing, stored, 0);
    }
  }

  /** What an exception of unpacking says of the file; the store's own failure is thrown. */
  private static UnreadableFileException fault(
      Exception e, Packing packing, StoredBytes stored, long count) throws IOException {
    stored.rethrow();
    if (e instanceof UnreadableFileException unreadable) {
      return unreadable;
    }
    // Messages of those who unpack may quote what they read.
    return new UnreadableFileException(
        e instanceof EOFException
            ? "truncated " + packing + ", cut off after " + count + " unpacked bytes"
            : "corrupt or truncated " + packing + ", readable for " + count + " unpacked bytes");
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    try {
      int read = in.read(into, offset, length);
      count += Math.max(read, 0);
      if (count > FREE && count / RATIO > stored.count()) {
        throw new UnreadableFileException("unpacks to more than " + RATIO + " times its size");
      }
      return read;
    } catch (IOException | RuntimeException e) {
      throw fault(e, packing, stored, count);
    }
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
