package io.sluice.contract;

import static io.sluice.contract.ContractText.SOUND;
import static io.sluice.contract.ContractText.errorsOf;
import static io.sluice.contract.ContractText.linesOf;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Holds that {@link ContractReader} tells all errors of a file at once, and refuses what is no
 * document.
 */
class ContractReaderTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"", "- a\n", "text", "null", "# only a comment\n"})
  void fileThatHoldsNoContractIsRefused(String yaml) throws IOException {
    assertEquals(List.of("orders.yaml: empty; a data contract is expected"), linesOf(yaml, folder));
  }

  @Test
  void fileThatIsNoYamlIsRefused() throws IOException {
    for (String yaml : List.of("a: [", "a: b: c\n", SOUND + "id: orders\n")) {
      List<String> lines = linesOf(yaml, folder);
      assertEquals(1, lines.size());
      assertTrue(lines.get(0).startsWith("orders.yaml: not readable as YAML: "), lines.get(0));
      assertFalse(lines.get(0).contains("\n"), lines.get(0));
    }
  }

  @Test
  void secondDocumentOfFileIsRefused() throws IOException {
    assertFalse(linesOf(SOUND + "---\n" + SOUND.replace("1.0.0", "2.0.0"), folder).isEmpty());
  }

  @Test
  void contractWithoutFieldsIsRefused() throws IOException {
    List<String> errors =
        errorsOf(
            """
            apiVersion: v3.2.0
            kind: DataContract
            id: orders
            version: 1.0.0
            status: active
            """,
            folder);
    assertEquals(
        List.of(
            "schema: must hold exactly one object, the silver table",
            "schema[0].name: must be the contract's id, orders",
            "schema[0].properties: at least one field must be primaryKey",
            "customProperties.orderingColumn: must name the field whose greatest value wins, or _arrived_at where the source has none",
            "customProperties.arrivals: must list at least one way the source arrives"),
        errors);
  }

  @Test
  void allErrorsOfFileAreToldAtOnce() throws IOException {
    assertEquals(
        List.of(
            "schema[0].properties[2] (amount).physicalType: BIGINT does not fit its logicalType; it"
                + " takes [decimal, double, float]",
            "customProperties.orderColumn: unknown; known are [alerts, arrivals, changes, history,"
                + " orderingColumn, quarantineLimit, schemaPolicy]",
            "schema[0].quality[0].implementation: there is no field amont",
            "schema[0].quality[1].implementation: there is no column price",
            "customProperties.schemaPolicy.added: must be one of [keep, ignore, stop]",
            "customProperties.arrivals[0].format: must be one of " + ArrivalFormats.names(),
            "schema[0].properties[1] (order_date).required: a key field must be required",
            "customProperties.orderingColumn: must name the field whose greatest value wins, or _arrived_at where the source has none"),
        errorsOf(
            SOUND
                .replace("logicalType: date\n        required: true", "logicalType: date")
                .replace("DECIMAL(18,2)", "BIGINT")
                .replace("property: orderingColumn", "property: orderColumn")
                .replace("amount > 0", "amont > 0")
                .replace("RowCount > 0", "'Mean \"price\" > 0'")
                .replace("added: ignore", "added: drop")
                .replace("format: csv", "format: xml"),
            folder));
  }
}
