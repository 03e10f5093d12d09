package io.sluice.ingest.format;

import static org.junit.jupiter.api.Assertions.assertThrows;

import io.sluice.contract.Arrival;
import io.sluice.contract.SchemaPolicy;
import io.sluice.contract.TextEncoding;
import io.sluice.testing.Arrivals;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.GZIPOutputStream;
import org.apache.spark.unsafe.types.UTF8String;

/** Files of text in memory, and what their formats read from them, for tests. */
final class FormatFiles {
  static final Arrival.Text USUAL = Arrival.Text.of(',', '"');
  static final SchemaPolicy POLICY =
      new SchemaPolicy(
          SchemaPolicy.Added.KEEP,
          SchemaPolicy.Removed.QUARANTINE,
          SchemaPolicy.Retyped.QUARANTINE);

  private FormatFiles() {}

  /** Usual text, but in an encoding. */
  static Arrival.Text in(TextEncoding encoding) {
    return new Arrival.Text(',', '"', encoding, List.of(), 0, null, Arrival.Layout.LINES);
  }

  /** JSON in a layout. */
  static Arrival.Text laid(Arrival.Layout layout) {
    return new Arrival.Text(',', '"', TextEncoding.UTF_8, List.of(), 0, null, layout);
  }

  static Arrival arrival(String format, Arrival.Text text) {
    return arrival(format, text, 1 << 20);
  }

  static Arrival arrival(String format, Arrival.Text text, int maxRecordBytes) {
    return Arrivals.of(
        format, text, format.equals("csv") ? List.of("") : List.of(), maxRecordBytes, 1L << 30);
  }

  /** What a contract wants that is keyed by its first column and ordered by its last. */
  static WantedFields wanted(Arrival arrival, String... columns) {
    return new WantedFields(
        arrival,
        POLICY,
        List.of(columns),
        Map.of(),
        List.of(Set.of(columns[0]), Set.of(columns[columns.length - 1])),
        Set.of(),
        List.of(),
        Map.of());
  }

  static FileRecords open(WantedFields wanted, String name, byte[] content) throws IOException {
    SequentialFormat format = (SequentialFormat) RecordFormat.of(wanted.arrival());
    return format.open(wanted, name, new ByteArrayInputStream(content));
  }

  /** A file's records as {@code position:bytes}, or {@code position!problem}. */
  static List<String> records(WantedFields wanted, byte[] content) {
    try (FileRecords records = open(wanted, "a", content)) {
      List<String> all = new ArrayList<>();
      for (FileRecords.FileRecord one = records.next(); one != null; one = records.next()) {
        all.add(
            one.line()
                + (one.problem() == null
                    ? ":" + new String(one.content(), StandardCharsets.ISO_8859_1)
                    : "!" + one.problem()));
      }
      return all;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static List<String> records(WantedFields wanted, String content) {
    return records(wanted, utf8(content));
  }

  /** Why a file cannot be read. */
  static String refusal(WantedFields wanted, String name, byte[] content) {
    return assertThrows(
            UnreadableFileException.class,
            () -> {
              try (FileRecords records = open(wanted, name, content)) {
                while (records.next() != null) {
                  // Goes on to what is wrong.
                }
              }
            })
        .getMessage();
  }

  static String refusal(WantedFields wanted, String content) {
    return refusal(wanted, "a", utf8(content));
  }

  /**
   * A file's records taken apart: values, {@code name=value} of extras, or {@code rule: reason}.
   */
  static List<String> rows(WantedFields wanted, byte[] content) {
    RecordParser parser = new RecordParser(wanted, null);
    try (FileRecords records = open(wanted, "a", content)) {
      UTF8String header = records.header() == null ? null : UTF8String.fromString(records.header());
      List<String> all = new ArrayList<>();
      for (FileRecords.FileRecord one = records.next(); one != null; one = records.next()) {
        UTF8String problem = one.problem() == null ? null : UTF8String.fromString(one.problem());
        all.add(row(parser.parse(one.content(), header, problem)));
      }
      return all;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static List<String> rows(WantedFields wanted, String content) {
    return rows(wanted, utf8(content));
  }

  private static String row(RawRecord row) {
    if (row.problem() != null) {
      return row.problem().rule() + ": " + row.problem().getMessage();
    }
    List<String> texts = new ArrayList<>();
    for (UTF8String value : row.values()) {
      texts.add(String.valueOf(value));
    }
    for (int i = 0; i < row.names().size(); i++) {
      texts.add(row.names().get(i) + "=" + row.extras().get(i));
    }
    return String.join("|", texts);
  }

  static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  static byte[] gzip(byte[] content) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
      out.write(content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }
}
