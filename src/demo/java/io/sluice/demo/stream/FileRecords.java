package io.sluice.demo.stream;

import com.univocity.parsers.csv.CsvParser;
import com.univocity.parsers.csv.CsvParserSettings;
import io.sluice.demo.Landing;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.GZIPInputStream;

/** Keeps the files that a generator writes in memory, and takes their records apart. */
final class FileRecords implements Landing {
  private final Map<String, ByteArrayOutputStream> files = new LinkedHashMap<>();

  @Override
  public OutputStream create(String path) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    files.put(path, out);
    return out;
  }

  /** The files below a folder, by path. */
  Map<String, byte[]> below(String folder) {
    Map<String, byte[]> some = new LinkedHashMap<>();
    files.forEach(
        (path, bytes) -> {
          if (path.startsWith(folder + "/")) {
            some.put(path, bytes.toByteArray());
          }
        });
    return some;
  }

  /** The lines of each file that can be read. */
  List<String> lines(String folder, Set<String> unreadable) throws IOException {
    List<String> lines = new ArrayList<>();
    for (Map.Entry<String, byte[]> file : below(folder).entrySet()) {
      if (!unreadable.contains(file.getKey())) {
        lines.addAll(text(file.getKey(), file.getValue()).lines().toList());
      }
    }
    return lines;
  }

  /** The rows of each CSV file that can be read, its header first. */
  List<List<List<String>>> tables(String folder, Set<String> unreadable) throws IOException {
    List<List<List<String>>> tables = new ArrayList<>();
    for (Map.Entry<String, byte[]> file : below(folder).entrySet()) {
      if (!unreadable.contains(file.getKey())) {
        tables.add(rows(text(file.getKey(), file.getValue())));
      }
    }
    return tables;
  }

  private static String text(String path, byte[] bytes) throws IOException {
    try (InputStream in =
        path.endsWith(".gz")
            ? new GZIPInputStream(new ByteArrayInputStream(bytes))
            : new ByteArrayInputStream(bytes)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  /** RFC 4180, as the generators write it. */
  static List<List<String>> rows(String text) {
    CsvParserSettings format = new CsvParserSettings();
    format.setNullValue("");
    format.setEmptyValue("");
    format.setIgnoreLeadingWhitespaces(false);
    format.setIgnoreTrailingWhitespaces(false);
    format.setSkipEmptyLines(false);
    format.setMaxCharsPerColumn(-1);
    format.setLineSeparatorDetectionEnabled(true);
    format.setNormalizeLineEndingsWithinQuotes(false);
    return new CsvParser(format).parseAll(new StringReader(text)).stream().map(List::of).toList();
  }
}
