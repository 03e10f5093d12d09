package io.sluice.testing;

import io.sluice.ingest.format.FileContent;
import java.io.EOFException;
import java.io.IOException;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSInputStream;

/** A landed file's content that is an array of bytes. */
public final class MemoryContent {
  private MemoryContent() {}

  public static FileContent of(String name, byte[] bytes) {
    return new FileContent(name, bytes.length, new FSDataInputStream(new Stream(bytes)));
  }

  private static final class Stream extends FSInputStream {
    private final byte[] bytes;
    private int position;

    Stream(byte[] bytes) {
      this.bytes = bytes;
    }

    @Override
    public int read() {
      return position == bytes.length ? -1 : bytes[position++] & 0xFF;
    }

    @Override
    public int read(byte[] into, int offset, int length) {
      int count = Math.min(length, bytes.length - position);
      System.arraycopy(bytes, position, into, offset, count);
      position += count;
      return count == 0 && length > 0 ? -1 : count;
    }

    @Override
    public void seek(long to) throws IOException {
      if (to < 0 || to > bytes.length) {
        throw new EOFException();
      }
      position = (int) to;
    }

    @Override
    public long getPos() {
      return position;
    }

    @Override
    public boolean seekToNewSource(long target) {
      return false;
    }
  }
}
