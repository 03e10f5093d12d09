package io.sluice.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.sluice.settings.ValidationErrors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.params.provider.Arguments;

/** A valid contract's text, changes to it, and what reading it in a folder gives. */
final class ContractText {
  static final String SOUND =
      """
      apiVersion: v3.2.0
      kind: DataContract
      id: orders
      name: Orders
      version: 1.0.0
      status: active
      slaProperties:
        - {property: retention, value: 7, unit: y}
      schema:
        - name: orders
          logicalType: object
          description: One row per order.
          properties:
            - name: order_id
              logicalType: string
              required: true
              primaryKey: true
              primaryKeyPosition: 2
              logicalTypeOptions: {pattern: "PO-[0-9]+"}
            - name: order_date
              logicalType: date
              required: true
              primaryKey: true
              primaryKeyPosition: 1
              partitioned: true
            - name: amount
              logicalType: number
              physicalType: DECIMAL(18,2)
              logicalTypeOptions: {minimum: 0}
            - name: account
              logicalType: string
              classification: restricted
              customProperties: [{property: protection, value: token}]
            - name: address
              logicalType: object
              properties:
                - {name: city, logicalType: string}
            - name: tags
              logicalType: array
              items: {logicalType: string}
            - name: vendor
              logicalType: string
              enum: [{value: acme}, {value: globex}]
            - name: updated_at
              logicalType: timestamp
              required: true
              transformLogic: to_timestamp(trim(updated))
          quality:
            - {type: custom, engine: rule, name: not_free, implementation: "amount > 0"}
            - {type: custom, engine: dqdl, name: rows, implementation: RowCount > 0,
               severity: error}
      customProperties:
        - property: orderingColumn
          value: updated_at
        - property: schemaPolicy
          value: {added: ignore, removed: stop, retyped: quarantine}
        - property: arrivals
          value:
            - name: files
              format: csv
              location: orders
              options: {delimiter: ";", nullValues: [""]}
              fields: {amount: "replace(amount, ',', '.')"}
      """;

  static final String ORDER_DATE = "schema[0].properties[1] (order_date)";
  static final String AMOUNT = "schema[0].properties[2] (amount)";
  static final String ACCOUNT = "schema[0].properties[3] (account)";
  static final String ADDRESS = "schema[0].properties[4] (address)";
  static final String UPDATED_AT = "schema[0].properties[7] (updated_at)";
  static final String ARRIVAL = "customProperties.arrivals[0]";

  private ContractText() {}

  /** Arguments of a test: a change to the valid contract, and what is expected of it. */
  static Arguments change(String from, String to, String... expected) {
    return arguments(from, to, List.of(expected));
  }

  /** The valid contract with one text, which stands there once, in place of another. */
  static String changed(String from, String to) {
    int at = SOUND.indexOf(from);
    assertTrue(at >= 0 && at == SOUND.lastIndexOf(from), from + " stands there once");
    return SOUND.replace(from, to);
  }

  /** The valid contract with a reference. */
  static String referring(String to) {
    return changed("enum: [{value: acme}, {value: globex}]", "relationships: [{to: " + to + "}]");
  }

  /** The valid contract with a reference of two of its fields together. */
  static String together(String first, String second, String toFirst, String toSecond) {
    return changed(
        "    quality:\n",
        String.format(
            "    relationships: [{from: [orders.%s, orders.%s], to: [%s, %s]}]\n    quality:\n",
            first, second, toFirst, toSecond));
  }

  static Field field(Contract contract, String name) {
    return contract.field(name).orElseThrow();
  }

  static void write(String id, String yaml, Path folder) throws IOException {
    Files.writeString(folder.resolve(id + ".yaml"), yaml);
  }

  /** The contract of orders. */
  static Contract read(String yaml, Path folder) throws IOException {
    write("orders", yaml, folder);
    return Contracts.read(folder).get("orders");
  }

  /** The errors of {@code orders.yaml}, its name left out. */
  static List<String> errorsOf(String yaml, Path folder) throws IOException {
    return linesOf(yaml, folder).stream()
        .map(
            line -> {
              assertTrue(line.startsWith("orders.yaml: "), line);
              return line.substring("orders.yaml: ".length());
            })
        .toList();
  }

  /** The errors of {@code orders.yaml}. */
  static List<String> linesOf(String yaml, Path folder) throws IOException {
    write("orders", yaml, folder);
    ValidationErrors errors = new ValidationErrors();
    Optional<Contract> contract = new ContractReader(errors).read(folder.resolve("orders.yaml"));
    assertEquals(errors.isEmpty(), contract.isPresent());
    return errors.all();
  }

  /** Holds that a contract has errors and that each begins with a text, such as its place. */
  static void assertRefused(String yaml, String beginning, Path folder) throws IOException {
    List<String> errors = errorsOf(yaml, folder);
    assertFalse(errors.isEmpty(), "nobody objects");
    for (String error : errors) {
      assertTrue(error.startsWith(beginning), error);
    }
  }
}
