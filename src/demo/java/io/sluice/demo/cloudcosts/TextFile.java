package io.sluice.demo.cloudcosts;

import io.sluice.demo.Landing;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;

/** A file being written, gzipped if its name says so; text is gathered and passed on in pieces. */
final class TextFile {
  private static final int BUFFER = 1 << 16;

  final StringBuilder text = new StringBuilder(BUFFER + 4096);
  private OutputStream out;

  void open(Landing landing, String path) throws IOException {
    OutputStream raw = landing.create(path);
    out = path.endsWith(".gz") ? new FastGzip(raw) : raw;
  }

  void flushIfFull() throws IOException {
    if (text.length() >= BUFFER) {
      flush();
    }
  }

  private void flush() throws IOException {
    out.write(text.toString().getBytes(StandardCharsets.UTF_8));
    text.setLength(0);
  }

  void close() throws IOException {
    if (out != null) {
      flush();
      out.close();
      out = null;
    }
  }

  /** At the default level, compressing costs more than making the lines. */
  static final class FastGzip extends GZIPOutputStream {
    FastGzip(OutputStream out) throws IOException {
      super(out, BUFFER);
      def.setLevel(Deflater.BEST_SPEED);
    }
  }
}
