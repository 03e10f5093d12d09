package io.sluice.contract;

import static io.sluice.contract.ContractText.ACCOUNT;
import static io.sluice.contract.ContractText.AMOUNT;
import static io.sluice.contract.ContractText.ORDER_DATE;
import static io.sluice.contract.ContractText.SOUND;
import static io.sluice.contract.ContractText.change;
import static io.sluice.contract.ContractText.changed;
import static io.sluice.contract.ContractText.errorsOf;
import static io.sluice.contract.ContractText.field;
import static io.sluice.contract.ContractText.read;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Holds what {@link FieldMapper} says of properties that it does not take. */
class FieldMapperTest {
  @TempDir private Path folder;

  /** One change to the valid contract, and all errors it is to have. */
  static Stream<Arguments> errors() {
    String together = ".classification: restricted and a protection (token, encrypt) go together";
    return Stream.of(
        change(
            "partitioned: true",
            "encryptedName: x",
            ORDER_DATE + ".encryptedName: is not carried out here; leave it out"),
        change(
            "physicalType: DECIMAL(18,2)",
            "physicalType: DECIMAL(18,2)\n        customProperties: [{property: precision, value:"
                + " 18}, {property: scale, value: 3}]",
            AMOUNT + ".customProperties.scale: must be 2, as physicalType has it"),
        change(
            "\"PO-[0-9]+\"",
            "\"PO-[0-9]+\", format: uuid",
            "schema[0].properties[0] (order_id).logicalTypeOptions.format: unknown;"
                + " known are [maxLength, minLength, pattern]"),
        change(
            "value: token",
            "value: hash",
            ACCOUNT + ".customProperties.protection: must be one of [none, token, encrypt]",
            ACCOUNT + together),
        change(
            "property: protection",
            "property: masking",
            ACCOUNT + ".customProperties.masking: unknown; known are protection, renamedFrom",
            ACCOUNT + together),
        change(
            "{property: protection, value: token}",
            "{property: protection, value: token}, {property: protection, value: encrypt}",
            ACCOUNT + ".customProperties.protection: stated twice"),
        change(
            "{property: protection, value: token}",
            "{property: protection, value: token}, {property: renamedFrom, value: 7}",
            ACCOUNT + ".customProperties.renamedFrom: must be a list of strings"),
        change(
            "{property: protection, value: token}",
            "{property: protection, value: token}, {property: renamedFrom, value: [Vendor, a.b,"
                + " konto, konto]}",
            ACCOUNT + ".customProperties.renamedFrom: Vendor is the name of another field",
            ACCOUNT
                + ".customProperties.renamedFrom: must be the name that the field had, not"
                + " 'a.b'",
            ACCOUNT + ".customProperties.renamedFrom: konto is named twice"));
  }

  @Test
  void aRenamedFieldIsReadByAllItsNames() throws IOException {
    Contract contract =
        read(
            changed(
                "{property: protection, value: token}",
                "{property: protection, value: token}, {property: renamedFrom, value: [konto,"
                    + " acc]}"),
            folder);
    assertEquals(List.of("konto", "acc"), field(contract, "account").earlierNames());
    assertEquals("coalesce(`account`, `konto`, `acc`)", field(contract, "account").expression());
    assertEquals("`vendor`", field(contract, "vendor").expression());
  }

  @ParameterizedTest
  @MethodSource("errors")
  void changeHasItsErrors(String from, String to, List<String> expected) throws IOException {
    assertEquals(expected, errorsOf(changed(from, to), folder));
  }

  @Test
  void fieldsSayWhatTheyAccept() throws IOException {
    Contract contract = read(SOUND, folder);
    assertEquals("PO-[0-9]+", field(contract, "order_id").shape().bounds().pattern());
    assertEquals("0", field(contract, "amount").shape().bounds().minimum());
    assertEquals(List.of("acme", "globex"), field(contract, "vendor").shape().accepted());
    assertEquals(Field.Protection.TOKEN, field(contract, "account").protection());
    assertEquals("restricted", field(contract, "account").classification());
    assertEquals("internal", field(contract, "vendor").classification());
    assertEquals(Field.Presence.OPTIONAL, field(contract, "vendor").shape().presence());
  }
}
