package io.sluice.contract;

import static io.sluice.contract.ContractText.ACCOUNT;
import static io.sluice.contract.ContractText.ORDER_DATE;
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

/** Holds the rules of {@link FieldRules} over one field. */
class FieldRulesTest {
  @TempDir private Path folder;

  /** One change to the valid contract, and all errors it is to have. */
  static Stream<Arguments> errors() {
    String together = ".classification: restricted and a protection (token, encrypt) go together";
    return Stream.of(
        change(
            "logicalType: date\n        required: true",
            "logicalType: date",
            ORDER_DATE + ".required: a key field must be required"),
        change(
            "logicalType: date",
            "logicalType: timestamp",
            ORDER_DATE + ".partitioned: the partition field must be a date and part of the key"),
        change(
            "items: {logicalType: string}",
            "items: {logicalType: string}\n        required: true\n        primaryKey: true\n"
                + "        primaryKeyPosition: 3",
            "schema[0].properties[5] (tags).logicalType: a key field must have a plain type"),
        change(
            "\"PO-[0-9]+\"",
            "\"PO-[\"",
            "schema[0].properties[0] (order_id).logicalTypeOptions.pattern: is no regular"
                + " expression: Unclosed character class"),
        change("classification: restricted", "classification: internal", ACCOUNT + together),
        change(
            "classification: restricted",
            "classification: secret",
            ACCOUNT + ".classification: must be public, internal, confidential or restricted",
            ACCOUNT + together),
        change(
            "        customProperties: [{property: protection, value: token}]\n",
            "",
            ACCOUNT + together),
        change(
            "- name: account\n        logicalType: string",
            "- name: account\n        logicalType: integer",
            ACCOUNT + ".logicalType: a protected field must be a string"),
        change(
            "to_timestamp(trim(updated))",
            "coalesce(updated, NOW())",
            UPDATED_AT
                + ".transformLogic: NOW() gives another value each time and cannot stand here"),
        change(
            "to_timestamp(trim(updated))",
            "current_timestamp()",
            UPDATED_AT
                + ".transformLogic: current_timestamp() gives another value each time and cannot"
                + " stand here"),
        change(
            "to_timestamp(trim(updated))",
            "(select max(x) from y)",
            UPDATED_AT + ".transformLogic: a subquery cannot stand here"),
        change(
            "to_timestamp(trim(updated))",
            "if(updated in (select x from y), 1, 2)",
            UPDATED_AT + ".transformLogic: a subquery cannot stand here"));
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
            "to_timestamp(trim(updated))",
            "row_number() over (order by updated)",
            UPDATED_AT + ".transformLogic"),
        change(
            "to_timestamp(trim(updated))",
            "explode(split(updated, ','))",
            UPDATED_AT + ".transformLogic"),
        change(
            "to_timestamp(trim(updated))",
            "base64(aes_encrypt(updated, '0000111122223333'))",
            UPDATED_AT + ".transformLogic"),
        change(
            "to_timestamp(trim(updated))",
            "coalesce(updated, current_date)",
            UPDATED_AT + ".transformLogic"),
        change(
            "transformLogic: to_timestamp(trim(updated))",
            "enum: [{value: soon}]",
            UPDATED_AT + ".enum"),
        change(
            "transformLogic: to_timestamp(trim(updated))",
            "logicalTypeOptions: {minimum: soon}",
            UPDATED_AT + ".logicalTypeOptions.minimum"),
        change(
            "trim(updated))",
            "trim(updated)",
            UPDATED_AT + ".transformLogic: not a Spark SQL expression: "));
  }

  @ParameterizedTest
  @MethodSource("refusals")
  void changeIsRefused(String from, String to, List<String> beginning) throws IOException {
    assertRefused(changed(from, to), beginning.get(0), folder);
  }
}
