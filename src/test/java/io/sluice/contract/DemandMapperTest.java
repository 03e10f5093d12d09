package io.sluice.contract;

import static io.sluice.contract.ContractText.AMOUNT;
import static io.sluice.contract.ContractText.changed;
import static io.sluice.contract.ContractText.errorsOf;
import static io.sluice.contract.ContractText.read;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.sluice.quality.Bound;
import io.sluice.quality.Bound.Operator;
import io.sluice.quality.Check;
import io.sluice.quality.Demand;
import io.sluice.quality.Demand.Arguments;
import io.sluice.quality.Demand.Library;
import io.sluice.quality.Demand.Metric;
import io.sluice.quality.Demand.Query;
import io.sluice.quality.Demand.Unit;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Holds what {@link DemandMapper} makes of ODCS' entries, and what it says of those it refuses. */
class DemandMapperTest {
  private static final String OF_TABLE = "schema[0].quality[0]";
  private static final String OF_AMOUNT = AMOUNT + ".quality[0]";
  private static final String OF_VENDOR = "schema[0].properties[6] (vendor).quality[0]";
  private static final Bound NONE = new Bound(Operator.EQUAL, List.of(0.0));

  @TempDir private Path folder;

  /** The valid contract with an entry of the table in front of its own. */
  private static String ofTable(String entry) {
    return changed("quality:\n", "quality:\n      - {" + entry + "}\n");
  }

  private static String ofAmount(String entry) {
    return changed(
        "logicalTypeOptions: {minimum: 0}",
        "logicalTypeOptions: {minimum: 0}\n        quality: [{" + entry + "}]");
  }

  private static String ofVendor(String entry) {
    String field = "enum: [{value: acme}, {value: globex}]";
    return changed(field, field + "\n        quality: [{" + entry + "}]");
  }

  private static String ofAccount(String more) {
    String field = "customProperties: [{property: protection, value: token}]";
    return changed(field, field + "\n        " + more);
  }

  /**
   * The contract's checks but for its own, which is the table's and so stands before properties'.
   */
  private List<Check> checks(String yaml) throws IOException {
    return read(yaml, folder).checks().stream()
        .filter(check -> !check.name().equals("rows"))
        .toList();
  }

  private Demand demand(String yaml) throws IOException {
    List<Check> checks = checks(yaml);
    assertEquals(1, checks.size());
    return checks.get(0).demand();
  }

  @Test
  void rowCount() throws IOException {
    assertEquals(
        new Library(Metric.ROW_COUNT, List.of(), Arguments.NONE, Unit.ROWS, NONE),
        demand(ofTable("type: library, metric: rowCount, mustBe: 0")));
  }

  @Test
  void nullValues() throws IOException {
    assertEquals(
        new Library(
            Metric.NULL_VALUES,
            List.of("amount"),
            Arguments.NONE,
            Unit.PERCENT,
            new Bound(Operator.LESS, List.of(0.5))),
        demand(ofAmount("metric: nullValues, mustBeLessThan: 0.5, unit: percent")));
  }

  @Test
  void missingValues() throws IOException {
    assertEquals(
        new Library(
            Metric.MISSING_VALUES,
            List.of("vendor"),
            new Arguments(Arrays.asList(null, "", "N/A"), null, null, null),
            Unit.ROWS,
            NONE),
        demand(
            ofVendor(
                "metric: missingValues, arguments: {missingValues: [null, '', 'N/A']},"
                    + " mustBe: 0")));
  }

  @Test
  void invalidValues() throws IOException {
    assertEquals(
        new Library(
            Metric.INVALID_VALUES,
            List.of("vendor"),
            new Arguments(List.of("acme", "1"), "[a-z]+", 2, 9),
            Unit.ROWS,
            NONE),
        demand(
            ofVendor(
                "type: library, metric: invalidValues, mustBe: 0, arguments: {validValues: [acme,"
                    + " 1], pattern: '[a-z]+', minLength: 2, maxLength: 9}")));
    assertEquals(
        new Arguments(List.of("1.50", "2"), null, null, null),
        ((Library)
                demand(
                    ofAmount(
                        "metric: invalidValues, arguments: {validValues: [1.50, 2]}, mustBe: 0")))
            .arguments());
  }

  @Test
  void duplicateValues() throws IOException {
    assertEquals(
        new Library(
            Metric.DUPLICATE_VALUES, List.of("vendor", "amount"), Arguments.NONE, Unit.ROWS, NONE),
        demand(
            ofTable(
                "metric: duplicateValues, arguments: {properties: [vendor, amount]}, mustBe: 0")));
    assertEquals(
        new Library(Metric.DUPLICATE_VALUES, List.of("vendor"), Arguments.NONE, Unit.ROWS, NONE),
        demand(ofVendor("metric: duplicateValues, mustBe: 0")));
  }

  @Test
  void uniqueIsNoDuplicateInABatch() throws IOException {
    List<Check> checks = checks(ofAccount("unique: true"));
    assertEquals(
        List.of(
            new Check(
                "account_unique",
                Check.Severity.ERROR,
                new Library(
                    Metric.DUPLICATE_VALUES, List.of("account"), Arguments.NONE, Unit.ROWS, NONE))),
        checks);
    assertEquals(List.of(), checks(ofAccount("unique: false")));
  }

  @Test
  void theWholeKeyIsUniqueByItself() throws IOException {
    String oneKey =
        changed(
            """
                        required: true
                        primaryKey: true
                        primaryKeyPosition: 1
                        partitioned: true
            """
                .indent(-12)
                .indent(8)
                .stripTrailing()
                .stripLeading(),
            "required: true");
    assertEquals(1, read(oneKey, folder).key().size());
    String unique =
        oneKey.replace("primaryKeyPosition: 2", "primaryKeyPosition: 2\n        unique: true");
    assertEquals(List.of(), checks(unique));
    assertEquals(
        "order_id_unique",
        checks(changed("primaryKeyPosition: 2", "primaryKeyPosition: 2\n        unique: true"))
            .get(0)
            .name());
  }

  static Stream<org.junit.jupiter.params.provider.Arguments> operators() {
    return Stream.of(
        arguments("mustBe: 5", Operator.EQUAL, List.of(5.0)),
        arguments("mustNotBe: 3.14", Operator.NOT_EQUAL, List.of(3.14)),
        arguments("mustBeGreaterThan: -1", Operator.GREATER, List.of(-1.0)),
        arguments("mustBeGreaterOrEqualTo: 60", Operator.GREATER_OR_EQUAL, List.of(60.0)),
        arguments("mustBeLessThan: 1000", Operator.LESS, List.of(1000.0)),
        arguments("mustBeLessOrEqualTo: 999", Operator.LESS_OR_EQUAL, List.of(999.0)),
        arguments("mustBeBetween: [0, 100]", Operator.BETWEEN, List.of(0.0, 100.0)),
        arguments("mustNotBeBetween: [0.5, 1]", Operator.NOT_BETWEEN, List.of(0.5, 1.0)));
  }

  @ParameterizedTest
  @MethodSource("operators")
  void operatorIsABound(String entry, Operator operator, List<Double> numbers) throws IOException {
    Bound expected = new Bound(operator, numbers);
    assertEquals(expected, ((Library) demand(ofTable("metric: rowCount, " + entry))).bound());
    String query = "type: sql, query: 'select count(*) from {object}', ";
    assertEquals(expected, ((Query) demand(ofTable(query + entry))).bound());
  }

  @Test
  void placeholdersAreNamesOfTableAndColumn() throws IOException {
    for (String query :
        List.of(
            "SELECT max({property}) FROM {object}",
            "SELECT max(${property}) FROM ${object}",
            "SELECT max({column}) FROM {table}",
            "SELECT max(`amount`) FROM `orders`")) {
      Query demand =
          (Query) demand(ofAmount("type: sql, mustBeLessThan: 5, query: '" + query + "'"));
      assertEquals("SELECT max(`amount`) FROM `orders`", demand.sql());
      assertEquals("orders", demand.table());
      assertEquals(8, demand.columns().size());
    }
    String pattern = "select count_if(vendor rlike ''[a-z]{2}'') from {object}";
    assertTrue(
        ((Query) demand(ofTable("type: sql, mustBe: 0, query: '" + pattern + "'")))
            .sql()
            .contains("{2}"));
  }

  @Test
  void namesAreMadeWhereNoneIsStated() throws IOException {
    String yaml =
        ofTable("metric: rowCount, mustBeGreaterThan: 0, severity: warning")
            .replace(
                "logicalTypeOptions: {minimum: 0}",
                """
                logicalTypeOptions: {minimum: 0}
                        quality:
                          - {metric: nullValues, mustBe: 0}
                          - {metric: nullValues, mustBeLessThan: 1, unit: percent, name: mostly}
                          - {metric: nullValues, mustNotBe: 7}
                          - {type: sql, query: 'select max({property}) from {object}', mustBe: 1}
                          - {type: text, description: The amount is what was paid.}
                          - {type: custom, engine: dqdl, name: mean, implementation: Mean "amount" > 1}\
                """);
    assertEquals(
        List.of(
            "row_count WARNING",
            "amount_null_values ERROR",
            "mostly ERROR",
            "amount_null_values_2 ERROR",
            "amount_query ERROR",
            "mean ERROR"),
        checks(yaml).stream().map(check -> check.name() + " " + check.severity()).toList());
  }

  /** An entry that cannot be meant, and what is said of it. */
  static Stream<org.junit.jupiter.params.provider.Arguments> refusals() {
    String where = "metric: invalidValues, mustBe: 0, arguments: ";
    String sql = "type: sql, mustBe: 0, query: ";
    return Stream.of(
        arguments(
            ofTable("metric: rowCount, mustBe: 0, unit: share"),
            OF_TABLE + ".unit: must be one of [rows, percent]"),
        arguments(
            ofTable("metric: rowCount, mustBe: 0, unit: percent"),
            OF_TABLE + ".unit: must be rows: the row count is no share"),
        arguments(
            ofTable("metric: rowCount, mustBe: many"), OF_TABLE + ".mustBe: must be a number"),
        arguments(
            ofTable("metric: rowCount, mustBeBetween: [9, 1]"),
            OF_TABLE + ".mustBeBetween: must be two numbers, the smaller one first"),
        arguments(
            ofTable("metric: rowCount, mustBe: 0, severity: info"),
            OF_TABLE + ".severity: must be one of [error, warning]"),
        arguments(
            ofTable("metric: rowCount, mustBe: 0, name: Row count"),
            OF_TABLE + ".name: must be in snake case, unique, and no built-in rule's"),
        arguments(
            ofTable("metric: nullValues, mustBe: 0"),
            OF_TABLE + ".metric: nullValues is of a property, not of the table"),
        arguments(
            ofAmount("metric: rowCount, mustBe: 0"),
            OF_AMOUNT + ".metric: rowCount is of the table"),
        arguments(
            ofTable("metric: duplicateValues, mustBe: 0"),
            OF_TABLE
                + ".arguments.properties: must list the properties whose values together are to"
                + " differ"),
        arguments(
            ofTable("metric: duplicateValues, mustBe: 0, arguments: {properties: [vendr]}"),
            OF_TABLE + ".arguments.properties: there is no field vendr"),
        arguments(
            ofTable("metric: rowCount, mustBe: 0, arguments: {where: x}"),
            OF_TABLE + ".arguments.where: unknown; known are []"),
        arguments(
            ofAmount("metric: missingValues, mustBe: 0"),
            OF_AMOUNT + ".arguments.missingValues: must list the values that are missing ones"),
        arguments(
            ofAmount("metric: missingValues, mustBe: 0, arguments: {missingValues: [N/A]}"),
            OF_AMOUNT
                + ".arguments.missingValues: N/A is no decimal(18,2); expected is a number of at"
                + " most 16 digits before the point and 2 behind it"),
        arguments(
            ofAmount(where + "{pattern: '[0-9]+'}"),
            List.of(
                OF_AMOUNT + ".arguments.pattern: unknown; known are [validValues]",
                OF_AMOUNT + ".arguments: must state what is valid: validValues")),
        arguments(
            ofVendor(where + "{pattern: '['}"),
            OF_VENDOR + ".arguments.pattern: is no regular expression: Unclosed character class"),
        arguments(
            ofVendor(where + "{minLength: -1}"),
            OF_VENDOR + ".arguments.minLength: must be a whole number of characters, 0 or more"),
        arguments(
            ofVendor(where + "{}"),
            OF_VENDOR
                + ".arguments: must state what is valid: maxLength, minLength, pattern,"
                + " validValues"),
        arguments(
            ofAccount("quality: [{" + where + "{maxLength: 9}}]"),
            "schema[0].properties[3] (account).quality[0]: account is protected: the batch holds no"
                + " value of it that could be compared; use enum, pattern and lengths of the field,"
                + " which judge it before"),
        arguments(
            ofTable(sql + "'select count({property}) from {object}'"),
            OF_TABLE + ".query: {property} stands for a property; this is a query of the table"),
        arguments(
            ofTable(sql + "'select count(*) from {model}'"),
            OF_TABLE
                + ".query: {model} is unknown; known are {object}, {table}, {property} and"
                + " {column}"),
        arguments(
            ofTable(sql + "'select count(*) from silver.vendors'"),
            OF_TABLE + ".query: reads silver.vendors; it can read orders alone"),
        arguments(ofTable(sql + "'select 1'"), OF_TABLE + ".query: does not read orders"),
        arguments(
            ofTable(sql + "'drop table orders'"),
            OF_TABLE + ".query: would do more than read rows (DropTable)"),
        arguments(
            ofTable(sql + "'select count(*) from {object} where updated_at < now()'"),
            OF_TABLE + ".query: now() gives another value each time and cannot stand here"));
  }

  @ParameterizedTest
  @MethodSource("refusals")
  void entryIsRefused(String yaml, Object expected) throws IOException {
    assertEquals(
        expected instanceof List<?> several ? several : List.of(expected), errorsOf(yaml, folder));
  }

  /** What ODCS' schema refuses names the place and what is known there. */
  static Stream<org.junit.jupiter.params.provider.Arguments> unknown() {
    String operators =
        OF_TABLE
            + ": must state exactly one of [mustBe, mustNotBe, mustBeGreaterThan,"
            + " mustBeGreaterOrEqualTo, mustBeLessThan, mustBeLessOrEqualTo, mustBeBetween,"
            + " mustNotBeBetween] (ODCS 3.2)";
    return Stream.of(
        arguments(
            "metric: rowCont, mustBe: 0",
            List.of(
                OF_TABLE
                    + ".metric: does not have a value in the enumeration [\"nullValues\","
                    + " \"missingValues\", \"invalidValues\", \"duplicateValues\","
                    + " \"rowCount\"] (ODCS 3.2)")),
        arguments(
            "metric: rowCount, mustBeAtLeast: 0",
            List.of(
                operators,
                OF_TABLE
                    + ": property 'mustBeAtLeast' is not evaluated and the schema does not allow"
                    + " unevaluated properties (ODCS 3.2)")),
        arguments("metric: rowCount", List.of(operators)),
        arguments("metric: rowCount, mustBe: 1, mustNotBe: 2", List.of(operators)),
        arguments(
            "metric: rowCount, mustBeLessThan: many",
            List.of(OF_TABLE + ".mustBeLessThan: string found, number expected (ODCS 3.2)")),
        arguments(
            "type: soda, mustBe: 0",
            List.of(
                OF_TABLE
                    + ".type: does not have a value in the enumeration [\"text\", \"library\","
                    + " \"sql\", \"custom\"] (ODCS 3.2)")),
        arguments(
            "name: x", List.of(OF_TABLE + ".type: must be one of [custom, library, sql, text]")),
        arguments(
            "type: sql, mustBe: 0",
            List.of(OF_TABLE + ": required property 'query' not found (ODCS 3.2)")));
  }

  @ParameterizedTest
  @MethodSource("unknown")
  void unknownMetricOperatorAndTypeAreRefused(String entry, List<String> expected)
      throws IOException {
    assertEquals(expected, errorsOf(ofTable(entry), folder));
  }
}
