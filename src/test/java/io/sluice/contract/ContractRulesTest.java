package io.sluice.contract;

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

/** Holds the rules of {@link ContractRules} over a whole contract. */
class ContractRulesTest {
  @TempDir private Path folder;

  /** One change to the valid contract, and all errors it is to have. */
  static Stream<Arguments> errors() {
    String properties =
        "known are [alerts, arrivals, changes, history, orderingColumn, quarantineLimit, schemaPolicy]";
    return Stream.of(
        change(
            "id: orders",
            "id: order",
            "schema[0].name: must be the contract's id, order",
            "id: is order, so the file must be order.yaml"),
        change(
            "id: orders",
            "id: Orders",
            "schema[0].name: must be the contract's id, Orders",
            "id: is Orders, so the file must be Orders.yaml",
            "id: must be in snake case: it names the tables"),
        change(
            "primaryKeyPosition: 2",
            "primaryKeyPosition: 1",
            "schema[0].properties: primaryKeyPosition must differ from field to field"),
        change(
            "physicalType: DECIMAL(18,2)",
            "physicalType: DECIMAL(18,2)\n        partitioned: true",
            "schema[0].properties[2] (amount).partitioned: the partition field must be a date and"
                + " part of the key",
            "schema[0].properties: at most one field may be partitioned"),
        change(
            "name: order_date",
            "name: ORDER_ID",
            "schema[0].properties[1].name: ORDER_ID is stated twice"),
        change(
            "name: order_date",
            "name: _order_date",
            "schema[0].properties[1].name: _order_date must be letters, digits and _, and begin"
                + " with a letter"),
        change(
            "name: order_date",
            "name: order-date",
            "schema[0].properties[1].name: order-date must be letters, digits and _, and begin"
                + " with a letter"),
        change(
            "  - property: orderingColumn\n    value: updated_at\n",
            "",
            "customProperties.orderingColumn: must name the field whose greatest value wins, or _arrived_at where the source has none"),
        change(
            "value: updated_at",
            "value: updated",
            "customProperties.orderingColumn: must name the field whose greatest value wins, or _arrived_at where the source has none"),
        change(
            "value: updated_at",
            "value: amount",
            "customProperties.orderingColumn: amount must be required and not protected"),
        change(
            "property: orderingColumn",
            "property: orderColumn",
            "customProperties.orderColumn: unknown; " + properties,
            "customProperties.orderingColumn: must name the field whose greatest value wins, or _arrived_at where the source has none"));
  }

  @ParameterizedTest
  @MethodSource("errors")
  void changeHasItsErrors(String from, String to, List<String> expected) throws IOException {
    assertEquals(expected, errorsOf(changed(from, to), folder));
  }
}
