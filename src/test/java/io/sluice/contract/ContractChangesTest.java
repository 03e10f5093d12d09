package io.sluice.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.contract.ContractChange.Effect;
import io.sluice.settings.ValidationErrors;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What a change of a contract does to tables and their readers. */
class ContractChangesTest {
  private static final String GO_ON = "; readers go on";
  private static final String BREAK = "; breaks readers";
  private static final String NEXT = ": applied by the next publish";
  private static final String MIGRATE = ": needs migrate";
  private static final String RENAMED =
      "customProperties: [{property: renamedFrom, value: vendor}]\n        ";

  @TempDir private Path folder;

  private List<ContractChange> changes(String now) throws IOException {
    Contract before = ContractText.read(ContractText.SOUND, folder);
    return ContractChanges.between(before, ContractText.read(now, folder));
  }

  static Stream<Arguments> changes() {
    return Stream.of(
        ContractText.change("name: Orders", "name: All orders"),
        ContractText.change("description: One row per order.", "description: A row per order."),
        ContractText.change(
            "DECIMAL(18,2)",
            "DECIMAL(20,2)",
            ContractText.AMOUNT
                + ": holds more: DECIMAL(18,2) has become DECIMAL(20,2)"
                + MIGRATE
                + GO_ON),
        ContractText.change(
            "DECIMAL(18,2)",
            "DECIMAL(16,2)",
            ContractText.AMOUNT
                + ": is of another type: DECIMAL(18,2) has become DECIMAL(16,2)"
                + MIGRATE
                + BREAK),
        ContractText.change(
            "- {name: city, logicalType: string}",
            "- {name: city, logicalType: string}\n          - {name: zip, logicalType: string}",
            ContractText.ADDRESS
                + ": has got members or another order of them: STRUCT<city: STRING> has become"
                + " STRUCT<city: STRING, zip: STRING>"
                + MIGRATE
                + GO_ON),
        ContractText.change(
            "name: vendor",
            "name: supplier",
            "schema[0].properties[6] (supplier): is new; rows that are there have none of it until"
                + " they are made anew"
                + NEXT
                + GO_ON,
            "schema[0].properties (vendor): is dropped" + MIGRATE + BREAK),
        ContractText.change(
            "- name: vendor\n",
            "- name: supplier\n        " + RENAMED.indent(6).strip() + "\n",
            "schema[0].properties[6] (supplier): was called vendor" + MIGRATE + BREAK),
        ContractText.change(
            "- name: tags\n",
            "- name: Tags\n        transformLogic: tags\n",
            "schema[0].properties[5] (Tags): was called tags, in another case" + MIGRATE + BREAK),
        ContractText.change(
            "        classification: restricted\n"
                + "        customProperties: [{property: protection, value: token}]\n",
            "",
            ContractText.ACCOUNT + ": is kept as what it is, no longer as token" + MIGRATE + BREAK),
        ContractText.change(
            "logicalTypeOptions: {minimum: 0}",
            "required: true\n        logicalTypeOptions: {minimum: 0}",
            ContractText.AMOUNT
                + ": is required now: new records without it go to quarantine"
                + NEXT
                + GO_ON),
        ContractText.change(
            "{value: globex}",
            "{value: initech}",
            "schema[0].properties[6] (vendor): is made or judged otherwise; rows that are there"
                + " stay as they are until they are made anew"
                + NEXT
                + GO_ON),
        ContractText.change(
            "added: ignore",
            "added: keep",
            "customProperties.schemaPolicy.added: _extra is new" + NEXT + GO_ON),
        ContractText.change(
            "value: updated_at",
            "value: _arrived_at",
            "customProperties.orderingColumn: was updated_at and is _arrived_at: other versions may"
                + " be kept"
                + MIGRATE
                + GO_ON),
        ContractText.change(
            "customProperties:\n  - property: orderingColumn",
            "customProperties:\n  - {property: history, value: true}\n  - property: orderingColumn",
            "customProperties.history: is kept from now on" + NEXT + GO_ON),
        ContractText.change(
            "customProperties:\n  - property: orderingColumn",
            "customProperties:\n  - {property: changes, value: {kind: cdc, operation: op}}\n"
                + "  - property: orderingColumn",
            "customProperties.changes: rows mean something else: newest has become cdc: needs a"
                + " source of its own"
                + BREAK));
  }

  @ParameterizedTest
  @MethodSource("changes")
  void eachIsToldWithWhatComesOfIt(String from, String to, List<String> expected)
      throws IOException {
    List<ContractChange> found = changes(ContractText.changed(from, to));
    assertEquals(expected, found.stream().map(ContractChange::toString).toList());
    found.forEach(
        change ->
            assertEquals(
                change.effect() == Effect.MIGRATE,
                change.then().equals("sluice migrate --source orders"),
                change.then()));
    // The other way round there is something to be told, too.
    Contract before = ContractText.read(ContractText.changed(from, to), folder);
    assertEquals(
        found.isEmpty(),
        ContractChanges.between(before, ContractText.read(ContractText.SOUND, folder)).isEmpty());
  }

  @Test
  void aKeyThatIsCalledOtherwiseIsTheSameKey() throws IOException {
    String now =
        ContractText.changed(
            "- name: order_id\n",
            "- name: number\n        customProperties: [{property: renamedFrom, value:"
                + " order_id}]\n");
    assertEquals(
        List.of(
            "schema[0].properties[0] (number): was called order_id: needs migrate; breaks readers"),
        changes(now).stream()
            .filter(ContractChange::breaksReaders)
            .map(ContractChange::toString)
            .toList());
  }

  private List<String> refusals(String version) throws IOException {
    Contract before = ContractText.read(ContractText.SOUND, folder);
    Contract now =
        ContractText.read(
            ContractText.changed("name: tags", "name: labels")
                .replace("DECIMAL(18,2)", "DECIMAL(4,2)")
                .replace("version: 1.0.0", "version: " + version),
            folder);
    ValidationErrors errors = new ValidationErrors();
    ContractChanges.judgeVersion(before, now, ContractChanges.between(before, now), errors);
    return errors.all();
  }

  @Test
  void whatBreaksReadersIsRefusedWithoutANewMajorVersion() throws IOException {
    assertEquals(List.of(), refusals("2.0.0"));
    assertEquals(List.of(), refusals("3.1.0-rc.1"));
    assertEquals(
        List.of(
            "orders.yaml: schema[0].properties[2] (amount): is of another type: DECIMAL(18,2) has"
                + " become DECIMAL(4,2), which breaks readers: take it back, or make version 2.0.0"
                + " of 1.7.0",
            "orders.yaml: schema[0].properties (tags): is dropped, which breaks readers: take it"
                + " back, or make version 2.0.0 of 1.7.0"),
        refusals("1.7.0"));
    assertEquals(List.of("orders.yaml: version: must not fall: it was 1.0.0"), refusals("0.9.0"));
    assertTrue(refusals("two").get(0).contains("must be MAJOR.MINOR.PATCH"));
  }
}
