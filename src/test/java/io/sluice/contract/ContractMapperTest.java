package io.sluice.contract;

import static io.sluice.contract.ContractText.SOUND;
import static io.sluice.contract.ContractText.assertRefused;
import static io.sluice.contract.ContractText.change;
import static io.sluice.contract.ContractText.changed;
import static io.sluice.contract.ContractText.errorsOf;
import static io.sluice.contract.ContractText.read;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.quality.Check;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Period;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Holds what {@link ContractMapper} makes of a document, and what it says of keys and values that
 * it does not take.
 */
class ContractMapperTest {
  @TempDir private Path folder;

  /** One change to the valid contract, and all errors it is to have. */
  static Stream<Arguments> errors() {
    String duration = "slaProperties[0]: must be a whole number of days, months or years";
    String properties =
        "known are [alerts, arrivals, changes, history, orderingColumn, quarantineLimit, schemaPolicy]";
    return Stream.of(
        change(
            "  - name: orders\n",
            "  - name: order\n",
            "schema[0].name: must be the contract's id, orders"),
        change(
            "customProperties:\n  - p",
            "  - {name: more}\ncustomProperties:\n  - p",
            "schema: must hold exactly one object, the silver table"),
        change("value: 7, unit: y", "value: 7, unit: w", duration),
        change("value: 7, unit: y", "value: 7", duration),
        change("value: 7, unit: y", "value: 0, unit: y", duration),
        change("value: 7, unit: y", "value: -7, unit: y", duration),
        change("value: 7, unit: y", "value: long, unit: y", duration),
        change("value: 7, unit: y", "value: 2.5, unit: y", duration),
        change(
            "customProperties:\n  - p",
            "customProperties:\n  - {property: orderingColumn, value: updated_at}\n  - p",
            "customProperties.orderingColumn: stated twice"),
        change(
            "customProperties:\n  - p",
            "customProperties:\n  - {property: quarantineLimit, value: 2}\n  - p",
            "customProperties.quarantineLimit: must be a share from 0 to 1"),
        change(
            "customProperties:\n  - p",
            "customProperties:\n  - {property: quarantineLimit, value: '0.1'}\n  - p",
            "customProperties.quarantineLimit: must be a share from 0 to 1"),
        change(
            "customProperties:\n  - p",
            "customProperties:\n  - {property: quarantineLimit, value: {share: -1}}\n  - p",
            "customProperties.quarantineLimit.share: must be a share from 0 to 1"),
        change(
            "customProperties:\n  - p",
            "customProperties:\n  - {property: quarantineLimit, value: {least: 1.5}}\n  - p",
            "customProperties.quarantineLimit.least: must be a whole number of rows, 0 or more"),
        change(
            "customProperties:\n  - p",
            "customProperties:\n  - {property: quarantineLimit, value: {most: 1}}\n  - p",
            "customProperties.quarantineLimit.most: unknown; known are [least, share]"),
        change(
            "added: ignore",
            "add: ignore",
            "customProperties.schemaPolicy.add: unknown; known are [added, removed, retyped]"),
        change(
            "added: ignore",
            "added: drop",
            "customProperties.schemaPolicy.added: must be one of [keep, ignore, stop]"),
        change(
            "removed: stop",
            "removed: ignore",
            "customProperties.schemaPolicy.removed: must be one of [stop, quarantine, null]"),
        change(
            "retyped: quarantine",
            "retyped: 'null'",
            "customProperties.schemaPolicy.retyped: must be one of [quarantine, stop]"),
        change(
            "property: arrivals",
            "property: arrival",
            "customProperties.arrival: unknown; " + properties,
            "customProperties.arrivals: must list at least one way the source arrives"));
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
            "{added: ignore, removed: stop, retyped: quarantine}",
            "stop",
            "customProperties.schemaPolicy"),
        change(
            "{added: ignore, removed: stop, retyped: quarantine}",
            "[stop]",
            "customProperties.schemaPolicy"));
  }

  @ParameterizedTest
  @MethodSource("refusals")
  void changeIsRefused(String from, String to, List<String> beginning) throws IOException {
    assertRefused(changed(from, to), beginning.get(0), folder);
  }

  @Test
  void soundContractIsReadAsItStands() throws IOException {
    Contract contract = read(SOUND, folder);
    assertEquals("orders", contract.id());
    assertEquals("1.0.0", contract.version());
    assertEquals("Orders", contract.title());
    assertEquals("One row per order.", contract.rowDescription());
    assertEquals(Period.ofYears(7), contract.retention());
    assertEquals(Period.ofDays(1), contract.frequency());
    assertEquals(
        List.of("order_date", "order_id"), contract.key().stream().map(Field::name).toList());
    assertEquals("order_date", contract.partition().orElseThrow().name());
    assertEquals("updated_at", contract.ordering());
    assertEquals(new QuarantineLimit(0.2, 20), contract.quarantineLimit());
    assertEquals(
        new SchemaPolicy(
            SchemaPolicy.Added.IGNORE, SchemaPolicy.Removed.STOP, SchemaPolicy.Retyped.QUARANTINE),
        contract.schemaPolicy());
    assertEquals(List.of(new Contract.RowRule("not_free", "amount > 0")), contract.rowRules());
    assertEquals(List.of(Check.error("rows", "RowCount > 0")), contract.checks());
    assertEquals(List.of(), contract.references());
    assertTrue(contract.isProtected());
    assertEquals(
        StructType.fromDDL(
            "order_id STRING, order_date DATE, amount DECIMAL(18,2), account STRING,"
                + " address STRUCT<city: STRING>, tags ARRAY<STRING>, vendor STRING,"
                + " updated_at TIMESTAMP"),
        contract.fields().stream()
            .reduce(
                new StructType(),
                (schema, field) -> schema.add(field.name(), field.type()),
                (a, b) -> a));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "0.5 | 0.5 | 20",
        "1 | 1 | 20",
        "{share: 0.5} | 0.5 | 20",
        "{least: 1} | 0.2 | 1",
        "{share: 0, least: 0} | 0 | 0"
      })
  void quarantineLimitIsAShareOrAShareAndAnAmount(String stated, double share, long least)
      throws IOException {
    assertEquals(
        new QuarantineLimit(share, least),
        read(
                changed(
                    "customProperties:\n  - p",
                    "customProperties:\n  - {property: quarantineLimit, value: "
                        + stated
                        + "}\n  - p"),
                folder)
            .quarantineLimit());
  }

  @Test
  void whatIsNotStatedHasItsDefault() throws IOException {
    String shorter =
        changed("format: csv", "format: json")
            .replace("{added: ignore, removed: stop, retyped: quarantine}", "{}")
            .replaceFirst("\n +options: .*", "")
            .replaceFirst("slaProperties:\n.*\n", "")
            .replaceFirst(",\\s+severity: error", "");
    for (String gone : List.of("added", "options:", "slaProperties", "severity")) {
      assertFalse(shorter.contains(gone), gone);
    }
    Contract contract = read(shorter, folder);
    assertEquals(SchemaPolicy.DEFAULT, contract.schemaPolicy());
    assertEquals(List.of(), contract.arrival("files").nullValues());
    assertEquals(Period.ofYears(100), contract.retention());
    assertEquals(Check.Severity.ERROR, contract.checks().get(0).severity());
  }
}
