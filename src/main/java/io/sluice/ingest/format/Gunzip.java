package io.sluice.ingest.format;

import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.util.zip.GZIPInputStream;

/**
 * The content of all members of a gzip file, up to its very end: GZIPInputStream by itself takes a
 * next member that is cut off in its header, or that the stream does not announce, for the end.
 */
final class Gunzip extends BlockStream {
  private static final int TRAILER = 8;
  private final PushbackInputStream packed;
  private Member member;

  private Gunzip(PushbackInputStream packed, Member member) {
    this.packed = packed;
    this.member = member;
  }

  /**
   * Opens a gzip file; the caller closes the content if this fails.
   *
   * @throws java.util.zip.ZipException if it does not begin as one
   * @throws java.io.EOFException if it ends before its data begins
   */
  static Gunzip open(InputStream content) throws IOException {
    PushbackInputStream packed =
        new PushbackInputStream(content, 1 << 16) {
          @Override
          public int available() {
            // Keeps a member from looking for the next one by itself.
            return 0;
          }
        };
    return new Gunzip(packed, new Member(packed));
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    while (true) {
      int count = member.read(into, offset, length);
      if (count >= 0) {
        return count;
      }
      member.end();
      int first = packed.read();
      if (first < 0) {
        return -1;
      }
      packed.unread(first);
      member = new Member(packed);
    }
  }

  @Override
  public void close() throws IOException {
    member.close();
  }

  private static final class Member extends GZIPInputStream {
    private final PushbackInputStream packed;
    private boolean ended;

    Member(PushbackInputStream packed) throws IOException {
      super(packed, 1 << 16);
      this.packed = packed;
    }

    /** Gives back what was read beyond the member. */
    void end() throws IOException {
      if (!ended) {
        ended = true;
        int rest = inf.getRemaining() - TRAILER;
        if (rest > 0) {
          packed.unread(buf, len - rest, rest);
        }
        inf.end();
      }
    }
  }
}
