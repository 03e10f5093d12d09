package io.sluice.contract;

import static io.sluice.contract.ContractText.ADDRESS;
import static io.sluice.contract.ContractText.AMOUNT;
import static io.sluice.contract.ContractText.UPDATED_AT;
import static io.sluice.contract.ContractText.assertRefused;
import static io.sluice.contract.ContractText.change;
import static io.sluice.contract.ContractText.changed;
import static io.sluice.contract.ContractText.errorsOf;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Holds what {@link FieldTypes} says of types that do not fit. */
class FieldTypesTest {
  @TempDir private Path folder;

  /** One change to the valid contract, and all errors it is to have. */
  static Stream<Arguments> errors() {
    String types =
        "must be one of string, integer, number, boolean, date, timestamp, object, array, map";
    return Stream.of(
        change(
            "logicalType: timestamp", "logicalType: time", UPDATED_AT + ".logicalType: " + types),
        change("        logicalType: timestamp\n", "", UPDATED_AT + ".logicalType: " + types),
        change(
            "        physicalType: DECIMAL(18,2)\n",
            "",
            AMOUNT + ".physicalType: a number must state one, such as DECIMAL(18,2) or DOUBLE"),
        change(
            "DECIMAL(18,2)",
            "BIGINT",
            AMOUNT
                + ".physicalType: BIGINT does not fit its logicalType; it takes [decimal, double,"
                + " float]"),
        change(
            "logicalType: timestamp",
            "logicalType: timestamp\n        physicalType: DATETIME64",
            UPDATED_AT + ".physicalType: DATETIME64 is no Spark SQL type; it takes [timestamp]"),
        change(
            "physicalType: DECIMAL(18,2)",
            "physicalType: Numeric",
            AMOUNT
                + ".physicalType: Numeric alone has no places behind the point: state such as"
                + " DECIMAL(18,2)"),
        change(
            "        properties:\n          - {name: city, logicalType: string}\n",
            "",
            ADDRESS + ".properties: an object must state its properties"),
        change(
            "{name: city, logicalType: string}",
            "{name: city, logicalType: number}",
            ADDRESS
                + ".properties[0].physicalType: a number must state one, such as DECIMAL(18,2) or"
                + " DOUBLE"));
  }

  @ParameterizedTest
  @MethodSource("errors")
  void changeHasItsErrors(String from, String to, List<String> expected) throws IOException {
    assertEquals(expected, errorsOf(changed(from, to), folder));
  }

  /** One change to the valid contract that cannot be meant, and how its errors begin. */
  static Stream<Arguments> refusals() {
    return Stream.of(
        change(
            "{name: city, logicalType: string}",
            "{name: city, logicalType: string, classification: restricted}",
            "schema[0].properties[4] (address).properties[0]"),
        change(
            "items: {logicalType: string}",
            "items: {logicalType: string, classification: restricted}",
            "schema[0].properties[5] (tags).items"));
  }

  @ParameterizedTest
  @MethodSource("refusals")
  void changeIsRefused(String from, String to, List<String> beginning) throws IOException {
    assertRefused(changed(from, to), beginning.get(0), folder);
  }
}
