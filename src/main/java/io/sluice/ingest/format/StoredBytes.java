package io.sluice.ingest.format;

import java.io.IOException;
import java.io.InputStream;

/**
 * A file's bytes as the store gives them, counted. Remembers the store's failure, so that it is
 * never taken for a fault of what stands in the file.
 */
final class StoredBytes extends BlockStream {
  private final InputStream in;
  private long count;
  private IOException failure;

  StoredBytes(InputStream in) {
    this.in = in;
  }

  /** How many bytes have been read. */
  long count() {
    return count;
  }

  /**
   * Tells a failure of the store from one of the content.
   *
   * @throws IOException the store's own failure, if there was one
   */
  void rethrow() throws IOException {
    if (failure != null) {
      throw failure;
    }
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    try {
      int read = in.read(into, offset, length);
      count += Math.max(read, 0);
      return read;
    } catch (IOException e) {
      failure = e;
      throw e;
    }
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
