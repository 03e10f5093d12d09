package io.sluice.ingest.format;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import org.apache.hadoop.fs.FSDataInputStream;

/**
 * A landed file's bytes, to be read from the first to the last or by parts.
 *
 * <p>It remembers that the store could not give them: whatever a format makes of that, it says
 * nothing of the content. Not for several threads at once.
 */
public final class FileContent implements Closeable {
  private final String name;
  private final long length;
  private final FSDataInputStream in;
  private Exception failure;

  /**
   * @param name the file's path, for formats that look at its ending
   * @param length how many bytes it has; a store that gives fewer or more has failed
   * @param in closed with this
   */
  public FileContent(String name, long length, FSDataInputStream in) {
    this.name = name;
    this.length = length;
    this.in = in;
  }

  public String name() {
    return name;
  }

  public long length() {
    return length;
  }

  /** Why the store could not give the file's bytes; null if it could. */
  public Exception failure() {
    return failure;
  }

  /** The bytes from where reading stands, the first to begin with. Closing it closes the file. */
  public InputStream stream() {
    return new Stream();
  }

  /** Fills an array with the bytes from a position on. */
  public void read(long position, byte[] into) throws IOException {
    ofStore(
        () -> {
          in.readFully(position, into, 0, into.length);
          return into.length;
        });
  }

  @Override
  public void close() throws IOException {
    in.close();
  }

  /** A request to the store. */
  @FunctionalInterface
  private interface Request {
    int run() throws IOException;
  }

  private int ofStore(Request request) throws IOException {
    try {
      return request.run();
    } catch (IOException | RuntimeException e) {
      failure = e;
      throw e;
    }
  }

  private final class Stream extends BlockStream {
    private long position;

    @Override
    public int read(byte[] into, int offset, int count) throws IOException {
      return ofStore(() -> readChecked(into, offset, count));
    }

    private int readChecked(byte[] into, int offset, int count) throws IOException {
      int read = in.read(into, offset, count);
      position += Math.max(0, read);
      if ((read < 0 && position < length) || position > length) {
        throw new EOFException("the store gave " + position + " bytes of a file of " + length);
      }
      return read;
    }

    @Override
    public void close() throws IOException {
      FileContent.this.close();
    }
  }
}
