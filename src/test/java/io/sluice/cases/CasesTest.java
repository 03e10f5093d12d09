package io.sluice.cases;

import static org.apache.spark.sql.functions.col;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sluice.ingest.Ingest;
import io.sluice.refine.Refine;
import io.sluice.run.RowCounts;
import io.sluice.run.RunContext;
import io.sluice.table.LakeTable;
import io.sluice.testing.LocalLake;
import io.sluice.testing.TestLake;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Small inputs that went wrong in other pipelines, each with its right answer: {@code
 * src/test/resources/cases}. What cannot be read is quarantined by name, and its neighbours go in.
 */
class CasesTest {
  private static final Path SHIPPED = Path.of("conf/contracts/cloud_costs.yaml");
  private static final Path CASES = Path.of("src/test/resources/cases");
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Of a case that lands one file many times. */
  private static final int MOST_COPIES = 40;

  @TempDir private static Path folder;
  private static RunContext context;

  /** One lake for all cases: each is a source of its own. */
  @BeforeAll
  static void open() throws IOException {
    Path contracts = Files.createDirectory(folder.resolve("contracts"));
    for (String name : cases().toList()) {
      String source = expected(name).path("source").asText();
      Files.writeString(contracts.resolve(source + ".yaml"), contract(name, source));
    }
    context = LocalLake.open(Files.createDirectory(folder.resolve("data")), contracts, Map.of());
  }

  /** The case's own contract, or cloud costs' as it is shipped, under the source's name. */
  private static String contract(String name, String source) throws IOException {
    return expected(name).path("contract").asText().equals("shipped")
        ? Files.readString(SHIPPED).replace("cloud_costs", source)
            + "  - {property: quarantineLimit, value: 1}\n"
        : Files.readString(CASES.resolve(name).resolve("contract.yaml"));
  }

  private static JsonNode expected(String name) throws IOException {
    return JSON.readTree(CASES.resolve(name).resolve("case.json").toFile());
  }

  static Stream<String> cases() throws IOException {
    try (Stream<Path> folders = Files.list(CASES)) {
      return folders.map(folder -> folder.getFileName().toString()).sorted().toList().stream();
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void caseHasItsRightAnswer(String name) throws IOException {
    JsonNode expected = expected(name);
    Outcome outcome = run(name, expected);
    List<String> misses = new ArrayList<>();
    for (JsonNode answer : expected.has("any_of") ? expected.path("any_of") : List.of(expected)) {
      Optional<String> miss = outcome.missed(answer);
      if (miss.isEmpty()) {
        return;
      }
      misses.add(miss.get());
    }
    assertEquals(List.of(), misses, name);
  }

  /** What one ingest and one refine make of a case's files. */
  private static Outcome run(String name, JsonNode expected) throws IOException {
    String source = expected.path("source").asText();
    Path landing = CASES.resolve(name).resolve("landing");
    try (Stream<Path> files = Files.walk(landing)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        String path = landing.relativize(file).toString();
        int copies = Math.min(MOST_COPIES, expected.path("copies").path(path).asInt(1));
        for (int i = 0; i < copies; i++) {
          String copy = i == 0 ? path : i + "-" + path;
          TestLake.land(context, source + "/" + copy, Files.readAllBytes(file));
        }
      }
    }
    RowCounts ingested = new Ingest(context, source).run().rowCounts();
    RowCounts refined = new Refine(context, source).run().rowCounts();
    assertTrue(refined.balances(), name);
    assertEquals(ingested.accepted(), refined.read(), name);
    return new Outcome(
        table(context.lake().silver(source)),
        table(context.lake().quarantine(source)),
        context.lake().ops("files").read().where(col("source").equalTo(source)));
  }

  private static Optional<Dataset<Row>> table(LakeTable table) {
    return table.exists() ? Optional.of(table.read()) : Optional.empty();
  }

  private record Outcome(
      Optional<Dataset<Row>> silver, Optional<Dataset<Row>> quarantine, Dataset<Row> files) {

    /** How an answer differs from what is there; empty if it does not. */
    Optional<String> missed(JsonNode answer) {
      List<String> misses = new ArrayList<>();
      List<Map<String, String>> rows = new ArrayList<>();
      answer.path("silver").forEach(row -> rows.add(values(row)));
      List<Map<String, String>> there = rows(answer.path("silver"));
      if (!match(rows, there)) {
        misses.add("silver holds " + there + " and not " + rows);
      }
      compare(misses, "quarantined files", names(answer), quarantinedFiles());
      long quarantined = quarantine.map(Dataset::count).orElse(0L);
      if (quarantined != answer.path("quarantined_rows").asLong(0)) {
        misses.add(quarantined + " rows are in quarantine: " + reasons());
      }
      if (answer.has("quarantine_rules")) {
        TreeSet<String> rules = new TreeSet<>();
        answer.path("quarantine_rules").forEach(rule -> rules.add(rule.asText()));
        compare(misses, "rules", rules, this.rules());
      }
      String told = reasons() + problems();
      for (JsonNode text : answer.path("names")) {
        if (!told.contains(text.asText())) {
          misses.add(text.asText() + " is not named in " + told);
        }
      }
      return misses.isEmpty() ? Optional.empty() : Optional.of(String.join("; ", misses));
    }

    private static void compare(
        List<String> misses, String what, TreeSet<String> expected, TreeSet<String> there) {
      if (!expected.equals(there)) {
        misses.add(what + " are " + there + " and not " + expected);
      }
    }

    private static TreeSet<String> names(JsonNode answer) {
      TreeSet<String> names = new TreeSet<>();
      answer.path("quarantined_files").forEach(file -> names.add(file.asText()));
      return names;
    }

    private static Map<String, String> values(JsonNode row) {
      Map<String, String> values = new TreeMap<>();
      row.fields()
          .forEachRemaining(
              field ->
                  values.put(
                      field.getKey(),
                      field.getValue().isNull() ? "null" : plain(field.getValue().asText())));
      return values;
    }

    /** A number without the zeros that say nothing. */
    private static String plain(String text) {
      return text.matches("-?[0-9]+(\\.[0-9]+)?")
          ? new BigDecimal(text).stripTrailingZeros().toPlainString()
          : text;
    }

    private List<Map<String, String>> rows(JsonNode expected) {
      TreeSet<String> columns = new TreeSet<>();
      expected.forEach(row -> row.fieldNames().forEachRemaining(columns::add));
      if (silver.isEmpty()) {
        return List.of();
      }
      List<Map<String, String>> rows = new ArrayList<>();
      Column[] texts =
          columns.isEmpty()
              ? new Column[] {functions.lit("x").as("x")}
              : columns.stream()
                  .map(column -> col(column).cast("string").as(column))
                  .toArray(Column[]::new);
      for (Row row : silver.get().select(texts).collectAsList()) {
        Map<String, String> values = new TreeMap<>();
        for (String column : row.schema().fieldNames()) {
          values.put(column, row.getAs(column) == null ? "null" : plain(row.getAs(column)));
        }
        rows.add(values);
      }
      return rows;
    }

    /** Whether each expected row is one of those there by its own columns, and none is left. */
    private static boolean match(
        List<Map<String, String>> expected, List<Map<String, String>> there) {
      List<Map<String, String>> left = new ArrayList<>(there);
      for (Map<String, String> row : expected) {
        Optional<Map<String, String>> found =
            left.stream().filter(one -> one.entrySet().containsAll(row.entrySet())).findFirst();
        if (found.isEmpty()) {
          return false;
        }
        left.remove(found.get());
      }
      return left.isEmpty();
    }

    private TreeSet<String> quarantinedFiles() {
      TreeSet<String> names = new TreeSet<>();
      for (Row row : files.where(col("outcome").equalTo("quarantined")).collectAsList()) {
        String path = row.getAs("file");
        names.add(path.substring(path.indexOf('/') + 1));
      }
      return names;
    }

    private String problems() {
      return files.where(col("problem").isNotNull()).select("problem").collectAsList().toString();
    }

    private String reasons() {
      return quarantine.map(rows -> rows.select("reasons").collectAsList().toString()).orElse("");
    }

    private TreeSet<String> rules() {
      TreeSet<String> rules = new TreeSet<>();
      quarantine.ifPresent(
          rows ->
              rows.select(functions.explode(col("reasons")).as("reason"))
                  .select("reason.rule")
                  .collectAsList()
                  .forEach(row -> rules.add(row.getString(0))));
      return rules;
    }
  }
}
