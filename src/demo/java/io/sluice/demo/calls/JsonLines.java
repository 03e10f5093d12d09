package io.sluice.demo.calls;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Instant;

/** Writes JSON records, one a line, in UTF-8. */
final class JsonLines {
  private static final JsonFactory JSON =
      new JsonFactory()
          .disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET)
          .disable(JsonGenerator.Feature.FLUSH_PASSED_TO_STREAM);

  private JsonLines() {}

  /** The next record of a stream that stays open. */
  static JsonGenerator next(OutputStream out) throws IOException {
    return JSON.createGenerator(out);
  }

  /** Ends a record and its line. */
  static void end(JsonGenerator json, OutputStream out) throws IOException {
    json.close();
    out.write('\n');
  }

  /** Seconds since 1970 as {@code 2026-11-01T09:30:00Z}. */
  static String time(long epochSecond) {
    return Instant.ofEpochSecond(epochSecond).toString();
  }
}
