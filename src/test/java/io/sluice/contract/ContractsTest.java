package io.sluice.contract;

import static io.sluice.contract.ContractText.SOUND;
import static io.sluice.contract.ContractText.changed;
import static io.sluice.contract.ContractText.referring;
import static io.sluice.contract.ContractText.together;
import static io.sluice.contract.ContractText.write;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.settings.ValidationErrors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Holds that {@link Contracts} are valid as a whole: every file, and every reference between them.
 */
class ContractsTest {
  @TempDir private Path folder;

  @Test
  void allErrorsOfAllFilesAreToldAtOnce() throws IOException {
    write("orders", changed("value: 7, unit: y", "value: 7, unit: w"), folder);
    write("vendors", "kind: DataContract\n", folder);
    write("broken", "a: [", folder);
    String told = refusal();
    assertTrue(told.startsWith("5 errors:\n"), told);
    assertTrue(told.contains("\n  broken.yaml: not readable as YAML: "), told);
    assertTrue(
        told.contains("\n  orders.yaml: slaProperties[0]: must be a whole number of days,"), told);
    for (String key : List.of("apiVersion", "id", "version")) {
      assertTrue(
          told.contains("\n  vendors.yaml: required property '" + key + "' not found (ODCS 3.2)"),
          told);
    }
  }

  @Test
  void severalContractsAreReadInTheOrderOfTheirReferences() throws IOException {
    write("orders", referring("zones.order_id"), folder);
    write("zones", named("zones"), folder);
    write("areas", named("areas"), folder);
    Files.writeString(folder.resolve("notes.txt"), "not a contract");
    Contracts contracts = Contracts.read(folder);
    assertEquals(
        List.of("areas", "zones", "orders"),
        contracts.inOrder().stream().map(Contract::id).toList());
    assertEquals(List.of("zones"), contracts.get("orders").parents());
    assertEquals(
        List.of(new Reference(List.of("vendor"), "zones", List.of("order_id"))),
        contracts.get("orders").references());
    assertEquals(
        List.of(
            "orders.yaml: vendor.relationships: zones.order_id is not the primaryKey of zones,"
                + " (order_date, order_id): several of its rows may hold the same, and one is"
                + " enough"),
        contracts.warnings());
    assertTrue(contracts.contains("areas"));
    assertFalse(contracts.contains("notes"));
    var e = assertThrows(ValidationErrors.ValidationException.class, () -> contracts.get("order"));
    assertEquals(
        "1 error:\n  source order: no such contract; there are [areas, orders, zones]",
        e.getMessage());
  }

  @Test
  void referenceMustLeadToField() throws IOException {
    String place = "1 error:\n  orders.yaml: vendor.relationships: ";
    write("orders", referring("zones.order_id"), folder);
    assertEquals(place + "no contract zones; there are [orders]", refusal());
    write("zones", named("zones"), folder);
    write("orders", referring("zones.name"), folder);
    assertEquals(place + "zones has no field name", refusal());
    write("orders", referring("zones.account"), folder);
    assertEquals(place + "zones.account is a protected field", refusal());
    write("orders", referring("zones.order_date"), folder);
    assertEquals(
        place
            + "vendor is of type STRING, and zones.order_date of type DATE; both must be of one"
            + " plain type, or numbers",
        refusal());
  }

  @Test
  void severalFieldsMustLeadToFields() throws IOException {
    write("zones", named("zones"), folder);
    write("orders", together("order_date", "vendor", "zones.order_date", "zones.order_id"), folder);
    assertEquals(List.of(), Contracts.read(folder).warnings());
    assertEquals(
        "zones.(order_date, order_id)",
        Contracts.read(folder).get("orders").references().get(0).target());
    write("orders", together("order_date", "vendor", "zones.when", "zones.account"), folder);
    assertEquals(
        """
        2 errors:
          orders.yaml: (order_date, vendor).relationships: zones has no field when
          orders.yaml: (order_date, vendor).relationships: zones.account is a protected field\
        """,
        refusal());
  }

  @Test
  void referencesMustNotLeadBack() throws IOException {
    write("orders", referring("zones.order_id"), folder);
    write("zones", referring("areas.order_id").replace("orders", "zones"), folder);
    write("areas", referring("orders.order_id").replaceAll("orders\\b(?!\\.)", "areas"), folder);
    write("spare", referring("orders.order_id").replaceAll("orders\\b(?!\\.)", "spare"), folder);
    assertEquals(
        "1 error:\n  areas.yaml: relationships: lead in a circle: areas -> orders -> zones -> areas;"
            + " a source is refined after those it refers to, so one of these must not refer",
        refusal());
  }

  @Test
  void referenceToItselfIsRefused() throws IOException {
    write("orders", referring("orders.order_id"), folder);
    assertTrue(refusal().contains("lead in a circle: orders -> orders;"), refusal());
  }

  @Test
  void folderWithoutContractsIsRefused() {
    assertEquals("1 error:\n  " + folder + ": no contract (*.yaml) in it", refusal());
    Path missing = folder.resolve("missing");
    var e = assertThrows(ValidationErrors.ValidationException.class, () -> Contracts.read(missing));
    assertEquals(
        "1 error:\n  " + missing + ": no such folder; it holds one contract a source",
        e.getMessage());
  }

  @ParameterizedTest
  @ValueSource(strings = {"conf/contracts", "src/demo/real/contracts"})
  void contractsOfProjectAreSound(String project) throws IOException {
    Contracts contracts = Contracts.read(Path.of(project));
    try (Stream<Path> files = Files.list(Path.of(project))) {
      assertEquals(
          files.map(file -> file.getFileName().toString()).sorted().toList(),
          contracts.inOrder().stream().map(contract -> contract.id() + ".yaml").sorted().toList());
    }
    for (Contract contract : contracts.inOrder()) {
      for (String reference : contract.parents()) {
        assertTrue(contracts.inOrder().indexOf(contracts.get(reference)) >= 0);
        assertTrue(
            contracts.inOrder().indexOf(contracts.get(reference))
                < contracts.inOrder().indexOf(contract),
            contract.id() + " after " + reference);
      }
    }
  }

  private static String named(String id) {
    return SOUND.replace("orders", id);
  }

  /** Why the folder's contracts are refused. */
  private String refusal() {
    return assertThrows(ValidationErrors.ValidationException.class, () -> Contracts.read(folder))
        .getMessage();
  }
}
