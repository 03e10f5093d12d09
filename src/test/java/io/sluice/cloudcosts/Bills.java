package io.sluice.cloudcosts;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.sluice.ingest.Ingest;
import io.sluice.refine.Refine;
import io.sluice.run.RowCounts;
import io.sluice.run.RunContext;
import io.sluice.testing.TestLake;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * Small bills in the shapes of clouds' exports ({@code src/test/resources/bills}, written by {@code
 * src/test/python/bill_files.py}), landed in a lake, and what they come to by another's reading.
 */
final class Bills {
  static final Path FOLDER = Path.of("src/test/resources/bills");
  static final String SOURCE = "cloud_costs";

  private Bills() {}

  /** The files of all arrivals, manifests too, by their paths below the folder. */
  static List<String> files() throws IOException {
    try (Stream<Path> files = Files.walk(FOLDER)) {
      return files
          .filter(Files::isRegularFile)
          .map(file -> FOLDER.relativize(file).toString())
          .sorted()
          .toList();
    }
  }

  /** Lands a file where its arrival expects it; AWS packs its CSV. */
  static void land(RunContext context, String file) throws IOException {
    byte[] content = Files.readAllBytes(FOLDER.resolve(file));
    boolean isPacked = file.startsWith("aws") && file.endsWith(".csv");
    TestLake.land(
        context,
        SOURCE + "/" + file + (isPacked ? ".gz" : ""),
        isPacked ? packed(content) : content);
  }

  static byte[] packed(byte[] content) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(content);
    }
    return out.toByteArray();
  }

  /** What one night makes of what has landed; nothing of it is quarantined. */
  static RowCounts night(RunContext context) {
    new Ingest(context, SOURCE).run();
    RowCounts counts = new Refine(context, SOURCE).run().rowCounts();
    assertTrue(counts.balances(), counts.toString());
    assertEquals(0, counts.quarantined(), () -> reasons(context));
    return counts;
  }

  private static String reasons(RunContext context) {
    return context.lake().quarantine(SOURCE).read().select("reasons").collectAsList().toString();
  }

  /** The rows of silver. */
  static Dataset<Row> silver(RunContext context) {
    return context.lake().silver(SOURCE).read();
  }

  /** Silver's lines and sums by provider, currency and billing period, as text. */
  static List<String> sums(RunContext context) {
    return silver(context)
        .groupBy("ProviderName", "BillingCurrency", "BillingPeriodStart")
        .agg(Map.of("*", "count", "BilledCost", "sum"))
        .selectExpr(
            "concat_ws('|', ProviderName, BillingCurrency, date_format(BillingPeriodStart,"
                + " 'yyyy-MM'), `count(1)`, cast(`sum(BilledCost)` as string))")
        .collectAsList()
        .stream()
        .map(row -> row.getString(0))
        .sorted()
        .toList();
  }

  /** The same of some files, read by DuckDB. */
  static List<String> sumsByDuckDb(Predicate<String> counts) throws Exception {
    Path python = Path.of(System.getProperty("sluice.python", ".venv/bin/python"));
    assumeTrue(Files.isExecutable(python), "no Python environment; `make test` makes one");
    SortedMap<String, List<String>> files = new TreeMap<>();
    for (String file : files()) {
      if (counts.test(file) && !file.endsWith("anifest.json")) {
        files.merge(
            file.substring(0, file.indexOf('/')),
            List.of(file),
            (some, more) -> Stream.concat(some.stream(), more.stream()).toList());
      }
    }
    Process process =
        new ProcessBuilder(
                python.toString(),
                "src/test/python/bill_sums.py",
                FOLDER.toString(),
                new ObjectMapper().writeValueAsString(files))
            .redirectErrorStream(true)
            .start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), out);
    return out.lines().sorted().toList();
  }
}
