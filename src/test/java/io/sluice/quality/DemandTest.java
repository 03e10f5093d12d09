package io.sluice.quality;

import static io.sluice.quality.Demand.Metric.DUPLICATE_VALUES;
import static io.sluice.quality.Demand.Metric.INVALID_VALUES;
import static io.sluice.quality.Demand.Metric.MISSING_VALUES;
import static io.sluice.quality.Demand.Metric.NULL_VALUES;
import static io.sluice.quality.Demand.Metric.ROW_COUNT;
import static io.sluice.quality.Demand.Unit.PERCENT;
import static io.sluice.quality.Demand.Unit.ROWS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.sluice.quality.Demand.Arguments;
import io.sluice.quality.Demand.Library;
import io.sluice.quality.Demand.Metric;
import io.sluice.quality.Demand.Query;
import io.sluice.quality.Demand.Unit;
import io.sluice.testing.LocalSpark;
import java.math.BigDecimal;
import java.sql.Timestamp;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Holds what each metric of the library and a query measure of some rows. */
class DemandTest {
  private static final StructType SCHEMA =
      StructType.fromDDL(
          "id BIGINT NOT NULL, name STRING, amount DECIMAL(10,2), real DOUBLE, at TIMESTAMP,"
              + " list ARRAY<INT>");

  private static final List<Row> UNITS =
      List.of(
          row(1L, "kg", "1.50", 0.1, 1, List.of(1)),
          row(2L, "kg", "1.50", 0.1, 2, List.of(1)),
          row(3L, "", "2.00", 0.2, 2, List.of(2)),
          row(4L, "N/A", null, null, null, null),
          row(5L, null, null, null, null, null));

  private static Row row(Object... values) {
    return RowFactory.create(
        values[0],
        values[1],
        values[2] == null ? null : new BigDecimal((String) values[2]),
        values[3],
        values[4] == null ? null : Timestamp.valueOf("2026-03-0" + values[4] + " 10:00:00"),
        values[5]);
  }

  private static Arguments values(String... values) {
    return new Arguments(Arrays.asList(values), null, null, null);
  }

  static Stream<org.junit.jupiter.params.provider.Arguments> metrics() {
    Arguments none = Arguments.NONE;
    return Stream.of(
        arguments(ROW_COUNT, List.of(), none, ROWS, 5.0),
        arguments(NULL_VALUES, List.of("id"), none, ROWS, 0.0),
        arguments(NULL_VALUES, List.of("name"), none, ROWS, 1.0),
        arguments(NULL_VALUES, List.of("amount"), none, PERCENT, 40.0),
        arguments(NULL_VALUES, List.of("list"), none, ROWS, 2.0),
        arguments(MISSING_VALUES, List.of("name"), values(null, "", "N/A"), ROWS, 3.0),
        arguments(MISSING_VALUES, List.of("name"), values("", "N/A"), PERCENT, 40.0),
        arguments(MISSING_VALUES, List.of("amount"), values("1.5"), ROWS, 2.0),
        arguments(MISSING_VALUES, List.of("real"), values("1e-1"), ROWS, 2.0),
        arguments(MISSING_VALUES, List.of("at"), values("2026-03-01T11:00+01"), ROWS, 1.0),
        arguments(INVALID_VALUES, List.of("name"), values("kg", "pounds"), ROWS, 2.0),
        arguments(INVALID_VALUES, List.of("name"), values("kg", null), PERCENT, 40.0),
        arguments(INVALID_VALUES, List.of("id"), values("1", "2", "3.0"), ROWS, 2.0),
        arguments(INVALID_VALUES, List.of("name"), pattern("[a-z]*"), ROWS, 1.0),
        // The whole value must match.
        arguments(INVALID_VALUES, List.of("name"), pattern("k"), ROWS, 4.0),
        arguments(INVALID_VALUES, List.of("name"), lengths(1, null), ROWS, 1.0),
        arguments(INVALID_VALUES, List.of("name"), lengths(null, 2), ROWS, 1.0),
        arguments(
            INVALID_VALUES,
            List.of("name"),
            new Arguments(List.of("kg", "N/A"), "[a-z]+", 1, 2),
            ROWS,
            2.0),
        arguments(DUPLICATE_VALUES, List.of("id"), none, ROWS, 0.0),
        arguments(DUPLICATE_VALUES, List.of("name"), none, ROWS, 1.0),
        // Two nulls are no duplicates.
        arguments(DUPLICATE_VALUES, List.of("amount"), none, PERCENT, 20.0),
        arguments(DUPLICATE_VALUES, List.of("name", "amount"), none, ROWS, 1.0),
        arguments(DUPLICATE_VALUES, List.of("name", "at"), none, ROWS, 0.0),
        arguments(DUPLICATE_VALUES, List.of("list"), none, ROWS, 1.0));
  }

  private static Arguments pattern(String pattern) {
    return new Arguments(null, pattern, null, null);
  }

  private static Arguments lengths(Integer least, Integer most) {
    return new Arguments(null, null, least, most);
  }

  @ParameterizedTest
  @MethodSource("metrics")
  void metricIsMeasuredAndHeldAgainstItsBound(
      Metric metric, List<String> columns, Arguments arguments, Unit unit, double number) {
    List<CheckResult> results =
        judge(
            new Library(metric, columns, arguments, unit, bound(Bound.Operator.EQUAL, number)),
            new Library(metric, columns, arguments, unit, bound(Bound.Operator.NOT_EQUAL, number)));
    assertEquals(
        List.of(CheckOutcome.PASSED, CheckOutcome.FAILED),
        results.stream().map(CheckResult::outcome).toList());
    results.forEach(result -> assertEquals(number, result.value()));
  }

  @Test
  void patternThatBacktracksEndsAndDoesNotMatch() {
    Dataset<Row> rows =
        LocalSpark.withoutS3()
            .createDataFrame(
                List.of(RowFactory.create("a".repeat(60) + "!")),
                StructType.fromDDL("name STRING"));
    Library demand =
        new Library(
            INVALID_VALUES,
            List.of("name"),
            pattern("(a+)+"),
            ROWS,
            bound(Bound.Operator.EQUAL, 0));
    assertEquals(1.0, judge(rows, List.of(demand)).get(0).value());
  }

  @Test
  void queriesAreAnsweredOverTheRows() {
    Bound four = bound(Bound.Operator.LESS, 4);
    List<CheckResult> results =
        judge(
            query("SELECT count(*) FROM units WHERE name IS NOT NULL", four),
            query("SELECT count(DISTINCT amount) FROM `units`", four),
            query(
                "WITH kg AS (SELECT * FROM units WHERE name = 'kg') SELECT sum(a.real) / 2 FROM kg"
                    + " a JOIN units b ON a.id = b.id",
                four),
            query("SELECT avg(amount) FROM units WHERE name = 'none'", four),
            query("SELECT sum(raise_error(name)) FROM units", four));
    assertEquals(
        List.of("FAILED", "PASSED", "PASSED", "FAILED", "FAILED"),
        results.stream().map(result -> result.outcome().name()).toList());
    assertEquals(
        Arrays.asList(4.0, 2.0, 0.1, null, null),
        results.stream().map(CheckResult::value).toList());
    assertEquals(
        "check check_0 failed: (SELECT count(*) FROM units WHERE name IS NOT NULL) < 4: it is 4,"
            + " measured 4.0",
        results.get(0).sentence());
    assertEquals(
        "(SELECT avg(amount) FROM units WHERE name = 'none') < 4: gives no number",
        results.get(3).message());
    assertFalse(results.get(4).message().contains("kg"), "it quotes no value");
    assertNull(results.get(4).value());
  }

  @Test
  void metricsNeedNoScanOfTheirOwnAndGoWithDqdl() {
    Bound zero = bound(Bound.Operator.EQUAL, 0);
    CheckRunner runner =
        new CheckRunner(
            List.of(
                check(0, new Library(ROW_COUNT, List.of(), Arguments.NONE, ROWS, zero)),
                Check.error("some", "RowCount = 5"),
                check(1, new Library(NULL_VALUES, List.of("id"), Arguments.NONE, ROWS, zero)),
                Check.warning("mean", "Mean \"amount\" > 100")));
    write(runner.observe(rows()));
    List<CheckResult> results =
        runner.judge(
            () -> {
              throw new AssertionError("the rows are read again");
            });
    assertEquals(
        List.of("FAILED", "PASSED", "PASSED", "FAILED"),
        results.stream().map(result -> result.outcome().name()).toList());
    assertEquals("rowCount = 0: it is 5", results.get(0).message());
  }

  private static Query query(String sql, Bound bound) {
    return new Query("units", List.of("id", "name", "amount", "real"), sql, bound);
  }

  private static Bound bound(Bound.Operator operator, double number) {
    return new Bound(operator, List.of(number));
  }

  private static Check check(int number, Demand demand) {
    return new Check("check_" + number, Check.Severity.ERROR, demand);
  }

  private static Dataset<Row> rows() {
    return LocalSpark.withoutS3().createDataFrame(UNITS, SCHEMA);
  }

  private static List<CheckResult> judge(Demand... demands) {
    return judge(rows(), List.of(demands));
  }

  private static List<CheckResult> judge(Dataset<Row> rows, List<Demand> demands) {
    CheckRunner runner =
        new CheckRunner(
            Stream.iterate(0, i -> i < demands.size(), i -> i + 1)
                .map(i -> check(i, demands.get(i)))
                .toList());
    write(runner.observe(rows));
    return runner.judge(() -> rows);
  }

  private static void write(Dataset<Row> rows) {
    rows.write().format("noop").mode(SaveMode.Overwrite).save();
  }
}
