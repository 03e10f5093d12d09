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
    assertEquals(List.of("x"), refused.getMessage().lines().map(String::strip).toList());
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
                .replace("    physicalType: TIME\n    logicalType: time\n", "    logicalType: string\n")
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
