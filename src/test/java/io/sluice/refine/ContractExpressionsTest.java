package io.sluice.refine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.contract.Arrival;
import io.sluice.contract.Contract;
import io.sluice.settings.ValidationErrors;
import io.sluice.testing.LocalSpark;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Holds that {@link ContractExpressions} names the place of each expression that Spark refuses. */
class ContractExpressionsTest {
  @TempDir private Path folder;

  @Test
  void validContractHasNoError() throws IOException {
    assertEquals(List.of(), errors(Orders.contract(folder)));
  }

  @Test
  void eachWrongExpressionIsNamed() throws IOException {
    Contract contract = Orders.contract(folder);
    List<String> errors = errors(changed(contract, Map.of("kind", "upper(kind, 1)"), "amount + 1"));
    assertEquals(2, errors.size(), errors.toString());
    assertTrue(errors.get(0).startsWith("orders.yaml: events: kind: "), errors.get(0));
    assertEquals("orders.yaml: rule odd: must be true or false", errors.get(1));
  }

  private static Contract changed(Contract contract, Map<String, String> expressions, String rule) {
    Arrival arrival = contract.arrival("events");
    return new Contract(
        contract.id(),
        contract.version(),
        contract.title(),
        contract.purpose(),
        contract.rowDescription(),
        contract.domain(),
        contract.owner(),
        contract.retention(),
        contract.frequency(),
        contract.fields(),
        contract.references(),
        List.of(new Contract.RowRule("odd", rule)),
        contract.checks(),
        contract.changes(),
        contract.ordering(),
        contract.validFrom(),
        contract.quarantineLimit(),
        contract.schemaPolicy(),
        List.of(
            new Arrival(
                arrival.name(),
                arrival.format(),
                arrival.location(),
                arrival.text(),
                arrival.nullValues(),
                arrival.maxRecordBytes(),
                arrival.maxFileBytes(),
                expressions,
                null,
                null,
                arrival.envelope(),
                arrival.delivery())),
        contract.alerts());
  }

  private static List<String> errors(Contract contract) {
    ValidationErrors errors = new ValidationErrors();
    ContractExpressions.check(contract, LocalSpark.withoutS3(), errors);
    return errors.all();
  }
}
