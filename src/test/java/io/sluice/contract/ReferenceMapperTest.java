package io.sluice.contract;

import static io.sluice.contract.ContractText.changed;
import static io.sluice.contract.ContractText.errorsOf;
import static io.sluice.contract.ContractText.referring;
import static io.sluice.contract.ContractText.together;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.sluice.settings.ValidationErrors;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@link ReferenceMapper} makes of ODCS' relationships. */
class ReferenceMapperTest {
  @TempDir private Path folder;

  private List<Reference> references(String yaml) throws IOException {
    ContractText.write("orders", yaml, folder);
    return new ContractReader(new ValidationErrors())
        .read(folder.resolve("orders.yaml"))
        .orElseThrow()
        .references();
  }

  @Test
  void aFieldMayReferToSeveralSources() throws IOException {
    assertEquals(
        List.of(
            new Reference(List.of("vendor"), "zones", List.of("order_id")),
            new Reference(List.of("vendor"), "areas", List.of("id"))),
        references(referring("zones.order_id}, {to: [areas.id]}, {to: areas.id")));
  }

  @Test
  void severalFieldsReferTogetherOnTheSchemaObject() throws IOException {
    List<Reference> references =
        references(together("order_date", "vendor", "bills.day", "bills.vendor"));
    assertEquals(
        List.of(new Reference(List.of("order_date", "vendor"), "bills", List.of("day", "vendor"))),
        references);
    assertEquals("order_date,vendor", references.get(0).name());
    assertEquals("bills.(day, vendor)", references.get(0).target());
    assertEquals(
        List.of(new Reference(List.of("vendor"), "vendors", List.of("id"))),
        references(onObject("from: orders.vendor, to: vendors.id")));
  }

  @Test
  void whatIsNoReferenceIsRefusedByItsPlace() throws IOException {
    String field = "schema[0].properties[6] (vendor).relationships[0]";
    String several =
        field
            + ".to: must be as many fields as refer; several refer together by from and to of"
            + " schema[0].relationships";
    assertEquals(
        List.of(field + ".to: must be <source>.<field>; zones.address.city is not"),
        errorsOf(referring("zones.address.city"), folder));
    assertEquals(List.of(several), errorsOf(referring("[zones.a, zones.b]"), folder));
    String object = "schema[0].relationships[0]";
    assertEquals(
        List.of(object + ".to: must be fields of one source, not of [bills, vendors]"),
        errorsOf(together("order_date", "vendor", "bills.day", "vendors.id"), folder));
    assertEquals(
        List.of(object + ".from: orders has no field seller"),
        errorsOf(onObject("from: orders.seller, to: vendors.id"), folder));
    assertEquals(
        List.of(object + ".from: must be fields of orders, not of vendors: they refer to others"),
        errorsOf(onObject("from: vendors.id, to: orders.vendor"), folder));
    assertEquals(
        List.of(object + ": names a field twice"),
        errorsOf(together("vendor", "vendor", "bills.day", "bills.vendor"), folder));
  }

  private static String onObject(String relationship) {
    return changed("    quality:\n", "    relationships: [{" + relationship + "}]\n    quality:\n");
  }
}
