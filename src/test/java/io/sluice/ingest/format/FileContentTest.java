package io.sluice.ingest.format;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.EOFException;
import java.io.IOException;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSInputStream;
import org.junit.jupiter.api.Test;

/** A file's bytes, and that it is remembered when the store does not give them. */
class FileContentTest {
  /** Gives the bytes 0, 1, 2…, and fails at one of them. */
  private static final class Store extends FSInputStream {
    private final int end;
    private final Exception failure;
    private long position;

    Store(int end, Exception failure) {
      this.end = end;
      this.failure = failure;
    }

    @Override
    public int read() throws IOException {
      if (position < end) {
        return (int) position++;
      }
      if (failure instanceof IOException io) {
        throw io;
      }
      if (failure instanceof RuntimeException runtime) {
        throw runtime;
      }
      return -1;
    }

    @Override
    public void seek(long to) {
      position = to;
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

  private static FileContent content(int length, int end, Exception failure) {
    return new FileContent("a", length, new FSDataInputStream(new Store(end, failure)));
  }

  @Test
  void givesItsBytesInOrderAndByParts() throws IOException {
    FileContent content = content(5, 5, null);
    assertArrayEquals(new byte[] {0, 1, 2, 3, 4}, content.stream().readAllBytes());
    byte[] part = new byte[2];
    content.read(3, part);
    assertArrayEquals(new byte[] {3, 4}, part);
    assertNull(content.failure());
  }

  @Test
  void remembersWhatTheStoreFailedWith() {
    for (Exception failure :
        new Exception[] {new IOException("reset"), new IllegalStateException("of its own")}) {
      FileContent content = content(5, 3, failure);
      assertThrows(failure.getClass(), () -> content.read(0, new byte[5]));
      assertSame(failure, content.failure());
    }
  }

  @Test
  void aStoreThatGivesFewerOrMoreBytesHasFailed() {
    FileContent cut = content(5, 3, null);
    assertThrows(EOFException.class, () -> cut.stream().readAllBytes());
    assertEquals("the store gave 3 bytes of a file of 5", cut.failure().getMessage());
    FileContent grown = content(3, 5, null);
    assertThrows(EOFException.class, () -> grown.stream().readAllBytes());
    FileContent parts = content(5, 3, null);
    assertThrows(EOFException.class, () -> parts.read(2, new byte[3]));
    assertEquals(EOFException.class, parts.failure().getClass());
  }
}
