package io.sluice.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.sluice.settings.ValidationErrors.ValidationException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Holds what is said of a contract that {@code datacontract import sql} has made of a table, all at
 * once, and that it is a source once that has been done.
 */
class ImportedContractTest {
  private static final Path IMPORTED =
      Path.of("src/test/resources/contracts/imported/my-data-contract.yaml");

  @TempDir private Path folder;

  private String imported() throws IOException {
    return Files.readString(IMPORTED);
  }

  private Contract read(String id, String yaml) throws IOException {
    Files.writeString(folder.resolve(id + ".yaml"), yaml);
    return Contracts.read(folder).get(id);
  }

  @Test
  void whatIsMissingIsSaidAtOnce() throws IOException {
    String yaml = imported();
    ValidationException refused =
        assertThrows(ValidationException.class, () -> read("my-data-contract", yaml));
    assertEquals(
        List.of(
            "schema[0].name: must be the contract's id, my-data-contract",
            "schema[0].properties[0] (order_id).physicalType: VARCHAR(14) does not fit its logicalType; it takes [string]",
            "schema[0].properties[4] (weight).physicalType: DOUBLE PRECISION is no Spark SQL type; it takes [decimal, double, float]",
            "schema[0].properties[5] (discount).physicalType: DECIMAL alone has no places behind the point: state such as DECIMAL(18,2)",
            "schema[0].properties[6] (email).physicalType: TEXT is no Spark SQL type; it takes [string]",
            "schema[0].properties[7] (status).physicalType: CHAR(1) does not fit its logicalType; it takes [string]",
            "schema[0].properties[9] (opened_at).logicalType: must be one of string, integer, number, boolean, date, timestamp, object, array, map",
            "schema[0].properties[10] (payload).physicalType: BYTEA is no Spark SQL type; it takes [string]",
            "schema[0].properties[10] (payload).logicalTypeOptions.format: unknown; known are [maxLength, minLength, pattern]",
            "id: must be in snake case: it names the tables",
            "customProperties.orderingColumn: must name the field whose greatest value wins, or _arrived_at where the source has none",
            "customProperties.arrivals: must list at least one way the source arrives"),
        refused
            .getMessage()
            .lines()
            .skip(1)
            .map(line -> line.strip().replaceFirst("^my-data-contract.yaml: ", ""))
            .toList());
  }

  @Test
  void isASourceOnceItIsDone() throws IOException {
    String yaml =
        imported()
                .replace("id: my-data-contract", "id: shop_orders")
                .replace("    physicalType: VARCHAR(14)\n", "")
                .replace("physicalType: DOUBLE PRECISION", "physicalType: DOUBLE")
                .replace("physicalType: DECIMAL\n", "physicalType: DECIMAL(9,4)\n")
                .replace("    physicalType: TEXT\n", "")
                .replace("    physicalType: CHAR(1)\n", "")
                .replace(
                    "    physicalType: TIME\n    logicalType: time\n", "    logicalType: string\n")
                .replace("    physicalType: BYTEA\n", "")
                .replace("    logicalTypeOptions:\n      format: binary\n", "")
            + """
            customProperties:
            - property: orderingColumn
              value: updated_at
            - property: arrivals
              value:
              - {name: export, format: csv, location: shop_orders/}
            """;
    Contract contract = read("shop_orders", yaml);
    assertEquals(12, contract.fields().size());
    assertEquals(List.of(), contract.checks(), "the key alone is unique by itself");
  }
}
