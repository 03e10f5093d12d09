package io.sluice.contract;

import static io.sluice.contract.ContractText.change;
import static io.sluice.contract.ContractText.changed;
import static io.sluice.contract.ContractText.errorsOf;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Holds what {@link OdcsSchema} says of documents that are no ODCS. */
class OdcsSchemaTest {
  @TempDir private Path folder;

  /** One change to the valid contract that ODCS itself forbids, and the error that names it. */
  static Stream<Arguments> errors() {
    return Stream.of(
        change(
            "kind: DataContract",
            "kind: Contract",
            "kind: does not have a value in the enumeration [\"DataContract\"] (ODCS 3.2)"),
        change("version: 1.0.0\n", "", "required property 'version' not found (ODCS 3.2)"),
        change("name: Orders", "name: 7", "name: integer found, string expected (ODCS 3.2)"),
        change(
            "status: active",
            "owner: me",
            "property 'owner' is not defined in the schema and the schema does not allow additional"
                + " properties (ODCS 3.2)"),
        change(
            "unit: y",
            "units: y",
            "slaProperties[0]: property 'units' is not defined in the schema and the schema does"
                + " not allow additional properties (ODCS 3.2)"),
        change(
            "description: One row per order.",
            "descripton: One row per order.",
            "schema[0]: property 'descripton' is not evaluated and the schema does not allow"
                + " unevaluated properties (ODCS 3.2)"),
        change(
            "partitioned: true",
            "nullable: false",
            "schema[0].properties[1]: property 'nullable' is not evaluated and the schema does not"
                + " allow unevaluated properties (ODCS 3.2)"),
        change(
            "{name: city, logicalType: string}",
            "{name: city, logicalType: string, nullable: false}",
            "schema[0].properties[4].properties[0]: property 'nullable' is not evaluated and the"
                + " schema does not allow unevaluated properties (ODCS 3.2)"),
        change(
            "items: {logicalType: string}",
            "items: {logicalType: string, nullable: false}",
            "schema[0].properties[5].items: property 'nullable' is not evaluated and the schema"
                + " does not allow unevaluated properties (ODCS 3.2)"),
        change(
            "minimum: 0",
            "maximun: 0",
            "schema[0].properties[2].logicalTypeOptions: property 'maximun' is not defined in the"
                + " schema and the schema does not allow additional properties (ODCS 3.2)"),
        change(
            "minimum: 0",
            "minimum: low",
            "schema[0].properties[2].logicalTypeOptions.minimum: string found, number expected"
                + " (ODCS 3.2)"),
        change(
            "enum: [{value: acme}, {value: globex}]",
            "enum: [acme, globex]",
            "schema[0].properties[6].enum[0]: string found, object expected (ODCS 3.2)"),
        change(
            "name: not_free",
            "name: not_free, mustBe: 1",
            "schema[0].quality[0]: property 'mustBe' is not evaluated and the schema does not allow"
                + " unevaluated properties (ODCS 3.2)"),
        change(
            "engine: rule, ",
            "",
            "schema[0].quality[0]: required property 'engine' not found (ODCS 3.2)"),
        change(
            "    value: updated_at",
            "    values: updated_at",
            "customProperties[0]: required property 'value' not found (ODCS 3.2)"),
        change(
            "logicalType: date",
            "logicalType: map",
            "schema[0].properties[1]: required property 'map' not found (ODCS 3.2)"),
        change(
            "enum: [{value: acme}, {value: globex}]",
            "relationships: [{to: vendors}]",
            "schema[0].properties[6].relationships[0].to: must be valid to one and only one schema,"
                + " but 0 are valid (ODCS 3.2)"));
  }

  @ParameterizedTest
  @MethodSource("errors")
  void changeIsNoOdcs(String from, String to, List<String> expected) throws IOException {
    List<String> errors = errorsOf(changed(from, to), folder);
    assertTrue(errors.containsAll(expected), () -> String.join("\n", errors));
  }

  /** Who mistypes one key is to be told of that key, and not of those that are right. */
  @Test
  void keyThatOdcsDoesNotKnowIsTheOnlyError() throws IOException {
    for (String mistyped : List.of("nullable: false", "logicalTypeOption: {}")) {
      List<String> errors = errorsOf(changed("partitioned: true", mistyped), folder);
      String key = mistyped.replaceFirst(":.*", "");
      assertEquals(
          List.of(
              "schema[0].properties[1]: property '"
                  + key
                  + "' is not evaluated and the schema does not allow unevaluated properties (ODCS"
                  + " 3.2)"),
          errors);
    }
  }
}
