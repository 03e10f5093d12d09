package io.sluice.quality;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static scala.collection.JavaConverters.mapAsJavaMap;

import com.amazon.deequ.dqdl.EvaluateDataQuality;
import io.sluice.testing.LocalSpark;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.sql.Date;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Holds that {@link CheckRunner}, which measures while rows are written, says what Deequ says of
 * them.
 */
class CheckRunnerTest {
  private static final StructType SCHEMA =
      StructType.fromDDL(
          "id BIGINT NOT NULL, region STRING, price DOUBLE, name STRING NOT NULL,"
              + " amount DECIMAL(10,2), day DATE, quantity INT NOT NULL");

  private static final List<Row> ROWS =
      List.of(
          RowFactory.create(1L, "a", 1.5, "x", new BigDecimal("1.50"), day(1), 1),
          RowFactory.create(2L, null, 2.5, "yy", new BigDecimal("2.50"), day(1), 2),
          RowFactory.create(2L, "b", 3.5, "zzz", null, day(2), 4));

  /** Checks that are measured while the rows are written. */
  private static final List<String> SHARED =
      List.of(
          "RowCount > 0",
          "RowCount between 10 and 20",
          "IsComplete \"id\"",
          "IsComplete \"region\"",
          "Completeness \"region\" > 0.5",
          "Completeness \"region\" > 0.5 where \"price > 2\"",
          "Mean \"price\" between 100 and 200",
          "Mean \"quantity\" < 3",
          "Sum \"amount\" > 100",
          "StandardDeviation \"price\" < 1",
          "ColumnCorrelation \"id\" \"price\" > 0.9",
          "ColumnLength \"name\" = 5",
          "ColumnLength \"name\" between 0 and 4",
          "ColumnValues \"region\" in [\"a\",\"c\"]",
          "ColumnValues \"name\" matches \"[a-z]+\"",
          "ColumnValues \"day\" > \"2026-01-01\"",
          "ColumnValues \"quantity\" <= 4",
          "ColumnValues \"price\" > 2");

  /** Checks that need a scan of their own. */
  private static final List<String> DEFERRED =
      List.of(
          "IsUnique \"id\"",
          "Uniqueness \"name\" > 0.9",
          "UniqueValueRatio \"id\" > 0.4",
          "DistinctValuesCount \"region\" > 3",
          "ColumnDataType \"id\" = \"Integer\"",
          "ColumnNamesMatchPattern \"[a-c]+\"",
          "(RowCount > 0) and (IsComplete \"region\")",
          "(RowCount > 10) or (IsComplete \"id\")");

  @TempDir private Path folder;

  @Test
  void resultsAreThoseOfDeequ() {
    List<String> rules = new ArrayList<>(SHARED);
    rules.addAll(DEFERRED);
    CheckRunner judge = new CheckRunner(checks(rules));
    Dataset<Row> written = write(judge.observe(rows()));
    Map<String, Row> expected = deequ(written, rules);

    List<CheckResult> checkResults = judge.judge(() -> written);

    assertEquals(rules, checkResults.stream().map(CheckResult::rule).toList());
    for (CheckResult result : checkResults) {
      Row row = expected.get(result.rule());
      String outcome = row.getAs("Outcome");
      assertEquals(outcome.toUpperCase(Locale.ROOT), result.outcome().name(), result.rule());
      Map<String, Double> measured = mapAsJavaMap(row.getAs("EvaluatedMetrics"));
      assertTrue(measured.containsValue(result.value()), result + ", measured " + measured);
    }
    assertEquals(
        2, checkResults.stream().map(CheckResult::outcome).distinct().count(), "both outcomes");
  }

  @Test
  void sharedChecksNeedNoScanOfTheirOwn() {
    CheckRunner judge = new CheckRunner(checks(SHARED));
    write(judge.observe(rows()));
    List<CheckResult> checkResults =
        judge.judge(
            () -> {
              throw new AssertionError("the rows are read again");
            });
    assertEquals(SHARED.size(), checkResults.size());
  }

  @Test
  void otherChecksReadTheRowsAsWritten() {
    CheckRunner judge = new CheckRunner(checks(List.of("IsUnique \"id\"")));
    judge.observe(rows());
    Dataset<Row> unique = rows().where("region is not null");
    CheckResult result = judge.judge(() -> unique).get(0);
    assertEquals(CheckOutcome.PASSED, result.outcome());
    assertEquals(1.0, result.value());
  }

  @Test
  void measuresAreOfTheRowsThatWereObserved() {
    CheckRunner judge = new CheckRunner(checks(List.of("RowCount = 3", "Mean \"price\" = 2.5")));
    write(judge.observe(rows()).where("id = 2"));
    assertEquals(
        List.of(3.0, 2.5), judge.judge(() -> rows()).stream().map(CheckResult::value).toList());
  }

  @Test
  void failureSaysValueAndBound() {
    List<CheckResult> checkResults =
        judge(
            checks(
                List.of(
                    "Completeness \"region\" > 0.9",
                    "Mean \"price\" between 100 and 200",
                    "RowCount > 17",
                    "IsUnique \"id\"",
                    "Uniqueness \"id\" > 0.75")));
    List<List<String>> told =
        List.of(
            List.of("0.666", "0.9"),
            List.of("2.5", "100", "200"),
            List.of("3", "17"),
            List.of("0.333"),
            List.of("0.333", "0.75"));
    for (int i = 0; i < told.size(); i++) {
      String message = checkResults.get(i).message();
      for (String number : told.get(i)) {
        assertTrue(message.contains(number), number + " in: " + message);
      }
    }
  }

  @Test
  void valueIsTheOneThatTheRuleBounds() {
    List<CheckResult> checkResults =
        judge(
            checks(
                List.of(
                    "ColumnValues \"price\" > 2",
                    "ColumnValues \"price\" < 3",
                    "ColumnLength \"name\" < 3",
                    "Completeness \"region\" > 0.5 where \"price > 2\"")));
    assertEquals(
        List.of(1.5, 3.5, 3.0, 0.5), checkResults.stream().map(CheckResult::value).toList());
  }

  @Test
  void resultHasNameAndSeverityOfItsCheck() {
    List<CheckResult> checkResults =
        judge(
            List.of(
                Check.warning("many", "RowCount > 100"),
                Check.error("too_many", "RowCount > 100"),
                Check.error("some", "RowCount > 0"),
                Check.warning("unique", "IsUnique \"id\""),
                Check.error("same", "IsUnique \"id\"")));
    assertEquals(
        List.of("many", "too_many", "some", "unique", "same"),
        checkResults.stream().map(CheckResult::check).toList());
    assertEquals(
        List.of("too_many", "same"),
        CheckResult.stopping(checkResults).stream().map(CheckResult::check).toList());
    assertEquals(
        new CheckResult("some", Check.Severity.ERROR, "RowCount > 0", CheckOutcome.PASSED, 3.0, ""),
        checkResults.get(2));
    assertFalse(checkResults.get(0).message().isEmpty());
  }

  @Test
  void withoutChecksThereIsNothingToSay() {
    Dataset<Row> rows = rows();
    CheckRunner judge = new CheckRunner(List.of());
    assertSame(rows, judge.observe(rows));
    assertEquals(List.of(), judge.judge(() -> rows));
  }

  @Test
  void observationChangesNoRow() {
    Dataset<Row> observed = new CheckRunner(checks(SHARED)).observe(rows());
    assertEquals(List.of(SCHEMA.fieldNames()), List.of(observed.schema().fieldNames()));
    assertEquals(ROWS, write(observed).orderBy("price").collectAsList());
  }

  /** Spark gives up on code that does not compile only after a long error, and then is slow. */
  @Test
  void columnsThatCannotBeNullAreMeasuredByGeneratedCode() {
    SparkSession spark = LocalSpark.withoutS3();
    spark.conf().set("spark.sql.codegen.fallback", "false");
    spark.conf().set("spark.sql.codegen.factoryMode", "CODEGEN_ONLY");
    try {
      CheckRunner judge =
          new CheckRunner(
              checks(
                  List.of(
                      "Mean \"n\" > 1",
                      "Sum \"n\" = 3",
                      "StandardDeviation \"n\" < 9",
                      "IsComplete \"n\"",
                      "ColumnValues \"n\" <= 2",
                      "ColumnLength \"name\" <= 3",
                      "ColumnCorrelation \"n\" \"id\" > 0.9")));
      Dataset<Row> counted =
          rows().groupBy("id").agg(functions.count("*").as("n"), functions.max("name").as("name"));
      assertFalse(counted.schema().apply("n").nullable());
      write(judge.observe(counted));
      List<CheckResult> checkResults = judge.judge(() -> counted);
      for (CheckResult result : checkResults) {
        assertEquals(CheckOutcome.PASSED, result.outcome(), result.toString());
      }
      assertEquals(
          List.of(1.5, 3.0, 0.5, 1.0),
          checkResults.stream().limit(4).map(CheckResult::value).toList());
    } finally {
      spark.conf().unset("spark.sql.codegen.fallback");
      spark.conf().unset("spark.sql.codegen.factoryMode");
    }
  }

  private static Date day(int day) {
    return Date.valueOf(LocalDate.of(2026, 1, day));
  }

  private static Dataset<Row> rows() {
    return LocalSpark.withoutS3().createDataFrame(ROWS, SCHEMA);
  }

  private static List<Check> checks(List<String> rules) {
    return IntStream.range(0, rules.size())
        .mapToObj(i -> Check.error("check_" + i, rules.get(i)))
        .toList();
  }

  private List<CheckResult> judge(List<Check> checks) {
    CheckRunner judge = new CheckRunner(checks);
    Dataset<Row> written = write(judge.observe(rows()));
    return judge.judge(() -> written);
  }

  private Dataset<Row> write(Dataset<Row> rows) {
    String path = folder.resolve("rows").toString();
    rows.write().parquet(path);
    return LocalSpark.withoutS3().read().parquet(path);
  }

  /** Deequ's own judgement by rule. */
  private static Map<String, Row> deequ(Dataset<Row> rows, List<String> rules) {
    return EvaluateDataQuality.process(rows, "Rules = [ " + String.join(", ", rules) + " ]")
        .collectAsList()
        .stream()
        .collect(
            Collectors.toMap(
                row ->
                    row.<String>getAs("Rule")
                        .replace(") AND (", ") and (")
                        .replace(") OR (", ") or ("),
                row -> row));
  }
}
