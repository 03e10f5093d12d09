package io.sluice.ingest.format;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.CRC32;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveInputStream;

/**
 * The content of a ZIP file that packs one file, held against its check sum at the end.
 *
 * <p>An archive of several entries, or one whose entry is stored as it is, is no packed file: it
 * has no records of its own, and which of its entries are meant nobody has said.
 */
final class ZipEntryBytes extends BlockStream {
  private final ZipArchiveInputStream archive;
  private final Tail tail;
  private final ZipArchiveEntry entry;
  private final CRC32 sum = new CRC32();
  private long size;
  private boolean isEnd;

  private ZipEntryBytes(ZipArchiveInputStream archive, Tail tail, ZipArchiveEntry entry) {
    this.archive = archive;
    this.tail = tail;
    this.entry = entry;
  }

  /**
   * Opens the entry of an archive.
   *
   * @throws UnreadableFileException if there is none, or none that can be read
   */
  static ZipEntryBytes open(InputStream packed) throws IOException {
    Tail tail = new Tail(packed);
    ZipArchiveInputStream archive = new ZipArchiveInputStream(tail);
    ZipArchiveEntry entry = archive.getNextZipEntry();
    if (entry == null) {
      throw new UnreadableFileException("a ZIP archive without an entry");
    }
    if (entry.isDirectory()) {
      throw new UnreadableFileException("a ZIP archive with a folder in it");
    }
    if (entry.getGeneralPurposeBit().usesEncryption()) {
      throw new UnreadableFileException("a ZIP archive whose entry is encrypted");
    }
    if (entry.getMethod() == ZipArchiveEntry.STORED) {
      throw new UnreadableFileException(
          "a ZIP archive whose entry is stored and not packed: archives are not taken apart");
    }
    if (!archive.canReadEntryData(entry)) {
      throw new UnreadableFileException(
          "a ZIP archive packed by method " + entry.getMethod() + ", which is not known here");
    }
    return new ZipEntryBytes(archive, tail, entry);
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    if (isEnd) {
      return -1;
    }
    int read = archive.read(into, offset, length);
    if (read < 0) {
      isEnd = true;
      requireWhole();
      return -1;
    }
    sum.update(into, offset, read);
    size += read;
    return read;
  }

  private void requireWhole() throws IOException {
    ZipArchiveEntry next = archive.getNextZipEntry();
    // Sizes and sum may stand behind the entry, so they are known only now.
    if (entry.getSize() != size || entry.getCrc() != sum.getValue()) {
      throw new UnreadableFileException("corrupt ZIP: its entry does not have its check sum");
    }
    if (next != null) {
      throw new UnreadableFileException(
          "a ZIP archive of several entries: archives are not taken apart");
    }
    int entries = tail.entries();
    if (entries < 0) {
      throw new UnreadableFileException("truncated ZIP: its directory is not there");
    }
    if (entries != 1) {
      throw new UnreadableFileException(
          "a ZIP archive of several entries: archives are not taken apart");
    }
  }

  @Override
  public void close() throws IOException {
    archive.close();
  }

  /** Keeps the last bytes of an archive, where its directory ends. */
  private static final class Tail extends FilterInputStream {
    private static final int RECORD = 22;
    private static final int LONGEST = RECORD + 0xFFFF;
    private final byte[] kept = new byte[4 * LONGEST];
    private int length;

    Tail(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] into, int offset, int most) throws IOException {
      int read = in.read(into, offset, Math.min(most, LONGEST));
      if (read > 0) {
        if (length + read > kept.length) {
          System.arraycopy(kept, length - LONGEST, kept, 0, LONGEST);
          length = LONGEST;
        }
        System.arraycopy(into, offset, kept, length, read);
        length += read;
      }
      return read;
    }

    @Override
    public long skip(long count) throws IOException {
      byte[] skipped = new byte[(int) Math.min(count, 8192)];
      return Math.max(0, read(skipped, 0, skipped.length));
    }

    /** How many entries the directory at the very end has; -1 if there is none. */
    int entries() throws IOException {
      byte[] rest = new byte[8192];
      while (read(rest, 0, rest.length) >= 0) {
        // What is left is kept.
      }
      for (int at = length - RECORD; at >= 0 && at >= length - LONGEST; at--) {
        if (kept[at] == 'P'
            && kept[at + 1] == 'K'
            && kept[at + 2] == 5
            && kept[at + 3] == 6
            && at + RECORD + number(at + 20) == length) {
          return number(at + 10);
        }
      }
      return -1;
    }

    private int number(int at) {
      return (kept[at] & 0xFF) | (kept[at + 1] & 0xFF) << 8;
    }
  }
}
