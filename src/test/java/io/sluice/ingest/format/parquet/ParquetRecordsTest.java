package io.sluice.ingest.format.parquet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.sluice.contract.Arrival;
import io.sluice.ingest.format.FileContent;
import io.sluice.ingest.format.FileRecords;
import io.sluice.testing.Arrivals;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every value of Parquet files that another program has written arrives as that program reads it.
 */
class ParquetRecordsTest {
  private static final ObjectMapper JSON =
      new ObjectMapper()
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .setNodeFactory(JsonNodeFactory.withExactBigDecimals(true));

  @TempDir private static Path folder;

  @BeforeAll
  static void write() throws Exception {
    String given = System.getProperty("pq.folder");
    if (given != null) {
      folder = Path.of(given);
      return;
    }
    Path python = Path.of(System.getProperty("sluice.python", ".venv/bin/python"));
    assumeTrue(Files.isExecutable(python), "no Python environment; `make test` makes one");
    Process process =
        new ProcessBuilder(
                python.toString(), "src/test/python/parquet_files.py", folder.toString(), "1")
            .redirectErrorStream(true)
            .start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), out);
  }

  private static FileRecords open(Path file) throws IOException {
    Arrival arrival = Arrivals.of("parquet", List.of(), 1 << 20, 1L << 40);
    FileSystem local = FileSystem.getLocal(new Configuration(false)).getRaw();
    return ParquetRecords.open(
        arrival,
        new FileContent(
            file.toString(),
            Files.size(file),
            local.open(new org.apache.hadoop.fs.Path(file.toString()))));
  }

  @TestFactory
  Stream<DynamicTest> readsWhatPyarrowReads() throws IOException {
    List<Path> files = new ArrayList<>();
    try (Stream<Path> all = Files.list(folder)) {
      all.filter(file -> file.toString().endsWith(".parquet")).sorted().forEach(files::add);
    }
    assertTrue(files.size() > 50, files.toString());
    return files.stream()
        .map(file -> DynamicTest.dynamicTest(file.getFileName().toString(), () -> same(file)));
  }

  private static void same(Path file) throws IOException {
    Path expected = Path.of(file.toString().replace(".parquet", ".json"));
    try (FileRecords records = open(file);
        Stream<String> lines = Files.lines(expected)) {
      Iterator<String> wanted = lines.iterator();
      long row = 0;
      for (FileRecords.FileRecord record = records.next();
          record != null;
          record = records.next()) {
        String text = new String(record.content(), StandardCharsets.UTF_8);
        assertNull(record.problem(), text);
        assertEquals(row, record.line());
        same(JSON.readTree(wanted.next()), JSON.readTree(text), "row " + row++);
      }
      assertTrue(!wanted.hasNext(), "rows are missing from " + row + " on");
    }
  }

  private static void same(JsonNode wanted, JsonNode found, String where) {
    if (wanted.isObject() && found.isObject()) {
      List<String> names = new ArrayList<>();
      wanted.fieldNames().forEachRemaining(names::add);
      List<String> others = new ArrayList<>();
      found.fieldNames().forEachRemaining(others::add);
      assertEquals(names, others, where);
      names.forEach(name -> same(wanted.get(name), found.get(name), where + "." + name));
    } else if (wanted.isArray() && found.isArray()) {
      assertEquals(wanted.size(), found.size(), where);
      for (int i = 0; i < wanted.size(); i++) {
        same(wanted.get(i), found.get(i), where + "[" + i + "]");
      }
    } else if (wanted.isNumber() && found.isNumber()) {
      BigDecimal number = wanted.decimalValue();
      assertEquals(
          0, number.compareTo(found.decimalValue()), () -> where + ": " + wanted + " " + found);
    } else {
      assertEquals(wanted, found, where);
    }
  }
}
