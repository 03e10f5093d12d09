package io.sluice.refine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.contract.Contract;
import io.sluice.contract.Contracts;
import io.sluice.testing.LocalSpark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Holds what a valid contract is warned of: {@link ContractExpressions#warnings}. */
class ContractWarningsTest {
  @TempDir private Path folder;

  private List<String> warnings(String expression, String ordering) throws IOException {
    Files.writeString(
        folder.resolve("visits.yaml"),
        """
        apiVersion: v3.2.0
        kind: DataContract
        id: visits
        name: Visits
        version: 1.0.0
        status: active
        schema:
          - name: visits
            logicalType: object
            properties:
              - {name: id, logicalType: string, required: true, primaryKey: true}
              - {name: day, logicalType: date, transformLogic: "%s"}
              - {name: version, logicalType: %s, required: true}
        customProperties:
          - {property: orderingColumn, value: version}
          - property: arrivals
            value:
              - {name: files, format: json, location: visits/}
              - {name: more, format: json, location: more/}
        """
            .formatted(expression, ordering));
    Contract contract = Contracts.read(folder).get("visits");
    return ContractExpressions.warnings(contract, LocalSpark.withoutS3());
  }

  /** Arrivals that read alike are told of once, by the first. */
  @Test
  void expressionThatFailsOnSomeTexts() throws IOException {
    List<String> warnings = warnings("to_date(ordered, 'dd.MM.yyyy')", "integer");
    assertEquals(1, warnings.size());
    assertTrue(
        warnings
            .get(0)
            .startsWith(
                "visits.yaml: files: day: to_date(ordered, 'dd.MM.yyyy') fails on a text such as"),
        warnings.get(0));
    assertTrue(warnings.get(0).contains("logicalTypeOptions.format"), warnings.get(0));
  }

  @Test
  void expressionThatGivesNullInstead() throws IOException {
    assertEquals(
        List.of(), warnings("to_date(try_to_timestamp(ordered, 'dd.MM.yyyy'))", "integer"));
  }

  @Test
  void versionsThatAreTexts() throws IOException {
    List<String> warnings = warnings("day", "string");
    assertEquals(1, warnings.size());
    assertTrue(warnings.get(0).contains("version is a text"), warnings.get(0));
  }
}
