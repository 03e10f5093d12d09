package io.sluice.contract;

import static io.sluice.contract.ContractText.assertRefused;
import static io.sluice.contract.ContractText.change;
import static io.sluice.contract.ContractText.changed;
import static io.sluice.contract.ContractText.errorsOf;
import static io.sluice.contract.ContractText.read;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Holds what {@link QualityMapper} says of rules and checks that cannot be run. */
class QualityMapperTest {
  @TempDir private Path folder;

  /** One change to the valid contract, and all errors it is to have. */
  static Stream<Arguments> errors() {
    String name = "must be in snake case, unique, and no built-in rule's";
    return Stream.of(
        change(
            "\"amount > 0\"",
            "\"amont > 0\"",
            "schema[0].quality[0].implementation: there is no field amont"),
        change(
            "\"amount > 0\"",
            "\"amount > random()\"",
            "schema[0].quality[0].implementation: random() gives another value each time and"
                + " cannot stand here"),
        change(
            "engine: rule",
            "engine: soda",
            "schema[0].quality[0].engine: must be rule (judges a row) or dqdl (judges a batch)"),
        change("name: not_free", "name: Not-free", "schema[0].quality[0].name: " + name),
        change("name: not_free", "name: range", "schema[0].quality[0].name: " + name),
        change("name: not_free", "name: rows", "schema[0].quality[1].name: " + name),
        change("name: not_free, ", "", "schema[0].quality[0].name: " + name),
        change(
            "severity: error",
            "severity: fatal",
            "schema[0].quality[1].severity: must be one of [error, warning]"),
        change(
            "RowCount > 0",
            "'RowCount > 0, RowCount < 9'",
            "schema[0].quality[1].implementation: must be one DQDL rule; there are 2"),
        change(
            "RowCount > 0",
            "'Mean \"price\" > 0'",
            "schema[0].quality[1].implementation: there is no column price"),
        change(
            "RowCount > 0",
            "'DetectAnomalies \"RowCount\"'",
            "schema[0].quality[1].implementation: Deequ cannot run it: No converter found for rule"
                + " type: DetectAnomalies"),
        change(
            "RowCount > 0",
            "'DataFreshness \"order_date\" < 2 days'",
            "schema[0].quality[1].implementation: DataFreshness looks at more than the rows of a"
                + " commit (another table, the clock); use relationships, a rule, or the table's"
                + " freshness"));
  }

  @ParameterizedTest
  @MethodSource("errors")
  void changeHasItsErrors(String from, String to, List<String> expected) throws IOException {
    assertEquals(expected, errorsOf(changed(from, to), folder));
  }

  /** One change to the valid contract that cannot be meant, and how its errors begin. */
  static Stream<Arguments> refusals() {
    String check = "schema[0].quality[1].implementation";
    return Stream.of(
        change("RowCount > 0", "'Completeness \"amount\" > 0.5 where \"price > 1\"'", check),
        change("RowCount > 0", "'RowCount > avg(last(5))'", check),
        change("RowCount > 0", "'ColumnValues \"order_date\" > (now() - 3 days)'", check),
        change(
            "\"amount > 0\"",
            "\"amount >\"",
            "schema[0].quality[0].implementation: not a Spark SQL expression: "),
        change(
            "RowCount > 0",
            "RowCount >",
            "schema[0].quality[1].implementation: not a DQDL rule: "));
  }

  @ParameterizedTest
  @MethodSource("refusals")
  void changeIsRefused(String from, String to, List<String> beginning) throws IOException {
    assertRefused(changed(from, to), beginning.get(0), folder);
  }

  @Test
  void aRuleMayLookAtTheArrival() throws IOException {
    String rule = "updated_at <= _arrived_at + interval 5 minutes";
    assertEquals(
        rule, read(changed("\"amount > 0\"", '"' + rule + '"'), folder).rowRules().get(0).sql());
  }
}
