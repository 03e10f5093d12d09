package io.sluice.ingest.format.parquet;

import io.sluice.ingest.format.FileContent;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Reads parts of a file, and keeps one part at hand: a small file, or a group of rows, whole. */
final class FileBytes {
  private final FileContent content;
  private byte[] kept = new byte[0];
  private long keptFrom;

  FileBytes(FileContent content) {
    this.content = content;
  }

  long length() {
    return content.length();
  }

  /** Keeps a part at hand in place of the one before, by one request. */
  void keep(long from, int count) throws IOException {
    kept = new byte[0];
    kept = fetch(from, count);
    keptFrom = from;
  }

  /** Whether a part is at hand. */
  boolean has(long from, long end) {
    return from >= keptFrom && end <= keptFrom + kept.length;
  }

  /** Bytes of the file, in an array; those kept at hand are not copied. */
  ByteBuffer read(long from, int count) throws IOException {
    if (has(from, from + count)) {
      return ByteBuffer.wrap(kept, (int) (from - keptFrom), count);
    }
    return ByteBuffer.wrap(fetch(from, count));
  }

  private byte[] fetch(long from, int count) throws IOException {
    byte[] bytes = new byte[count];
    if (count > 0) {
      content.read(from, bytes);
    }
    return bytes;
  }
}
