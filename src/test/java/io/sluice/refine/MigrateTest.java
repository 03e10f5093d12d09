package io.sluice.refine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.ingest.Ingest;
import io.sluice.run.RunContext;
import io.sluice.run.RunResult;
import io.sluice.run.StoppedException;
import io.sluice.settings.ValidationErrors.ValidationException;
import io.sluice.table.LakeTable;
import io.sluice.testing.Lines;
import io.sluice.testing.LocalLake;
import io.sluice.testing.SmallContract;
import io.sluice.testing.TestLake;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A contract's columns change, and silver is brought to it. */
class MigrateTest {
  private static final String DAY =
      "- {name: day, logicalType: date, required: true, primaryKey: true, primaryKeyPosition: 2,"
          + " partitioned: true}\n";

  private static final String ID =
      "- {name: id, logicalType: integer, physicalType: INT, required: true, primaryKey: true,"
          + " primaryKeyPosition: 1}\n";

  private static final String NUMBER =
      "- {name: number, logicalType: integer, physicalType: BIGINT, required: true, primaryKey:"
          + " true, primaryKeyPosition: 1}\n";

  private static final String PRICE =
      "- {name: price, logicalType: number, physicalType: 'DECIMAL(6,2)'}\n";

  private static final String ADDRESS =
      "- {name: address, logicalType: object, properties: [{name: city, logicalType: string}]}\n";

  private static final String SEEN = "- {name: seen, logicalType: date}\n";

  private static final String VERSION = "- {name: v, logicalType: integer, required: true}\n";

  private static final String ORDERED = "- {property: orderingColumn, value: v}";

  private static final String FIRST = ID + DAY + PRICE + ADDRESS + SEEN + VERSION;

  @TempDir private Path folder;
  private RunContext context;
  private int files;

  private void open(String version, String fields, String... properties) throws IOException {
    Path contracts = Files.createDirectories(folder.resolve("contracts"));
    Files.writeString(
        contracts.resolve("orders.yaml"),
        SmallContract.text(
                "orders",
                fields,
                String.join("\n", properties)
                    + """

                    - {property: quarantineLimit, value: 1}
                    - property: arrivals
                      value:
                        - {name: files, format: json, location: orders/}
                    """)
            .replace("version: 1.0.0", "version: " + version));
    context = LocalLake.open(folder, contracts, Map.of());
  }

  private void land(String... records) {
    TestLake.land(context, "orders/" + files++ + ".json", String.join("\n", records) + "\n");
  }

  private RunResult refine() {
    new Ingest(context, "orders").run();
    return new Refine(context, "orders").run();
  }

  private void migrate() {
    Migrate.of(context, "orders", 0).run();
  }

  private LakeTable silver() {
    return context.lake().silver("orders");
  }

  private List<String> rows(String... columns) {
    return Lines.of(silver().read().selectExpr(columns));
  }

  private static String order(int id, int day, String price, int version) {
    return """
    {"id": %d, "day": "2026-03-0%d", "price": %s, "address": {"city": "Bonn", "zip": "5"}, "seen": "2026-02-0%d", "v": %d}"""
        .formatted(id, day, price, day, version);
  }

  private void threeOrders() {
    land(order(1, 1, "1.50", 1), order(2, 2, "2.25", 1));
    refine();
    land(order(1, 1, "1.75", 2), order(3, 3, "3", 1));
    refine();
  }

  @Test
  void refineNamesTheCommandThatBringsTheTableToItsContract() throws IOException {
    open("1.0.0", FIRST, ORDERED);
    threeOrders();
    open("1.1.0", FIRST.replace("'DECIMAL(6,2)'", "'DECIMAL(8,2)'"), ORDERED);
    land(order(4, 4, "4", 1));
    ValidationException refused = assertThrows(ValidationException.class, this::refine);
    assertTrue(
        refused
            .getMessage()
            .contains(
                "silver.orders: price is DECIMAL(6,2) in the table and DECIMAL(8,2) by its"
                    + " declaration; run: sluice migrate --source orders"),
        refused.getMessage());
  }

  @Test
  void widerTypesAndNewMembersComeWithoutAnotherDifference() throws IOException {
    open("1.0.0", FIRST, ORDERED);
    threeOrders();
    List<String> before = rows("cast(id as bigint)", "day", "cast(price as decimal(8,3))", "v");
    open(
        "1.1.0",
        FIRST
            .replace("physicalType: INT", "physicalType: BIGINT")
            .replace("'DECIMAL(6,2)'", "'DECIMAL(8,3)'")
            .replace(
                "{name: city, logicalType: string}",
                "{name: city, logicalType: string}, {name: zip, logicalType: string}"),
        ORDERED);
    Migrate migrate = Migrate.of(context, "orders", 0);
    assertTrue(migrate.plan().contains("id is INT in the table and BIGINT"), migrate.plan());
    long version = silver().version();
    migrate.run();
    assertEquals(version + 1, silver().version());
    assertEquals(before, rows("id", "day", "price", "v"));
    assertEquals(List.of("Bonn|5"), rows("address.*").stream().distinct().toList());
    assertEquals("bigint", silver().read().schema().apply("id").dataType().simpleString());

    // Refine and another migration go on from there.
    assertSame(RunResult.NOTHING_NEW, refine());
    migrate();
    assertEquals(version + 1, silver().version());
    land(order(3, 3, "99999.125", 2));
    refine();
    assertEquals(List.of("99999.125"), Lines.of(silver().read().where("id = 3").select("price")));
  }

  @Test
  void aColumnThatIsCalledOtherwiseKeepsItsValues() throws IOException {
    open("1.0.0", FIRST, ORDERED);
    threeOrders();
    String named =
        FIRST
            .replace(
                "{name: price, logicalType: number, physicalType: 'DECIMAL(6,2)'}",
                "{name: amount, logicalType: number, physicalType: 'DECIMAL(6,2)',"
                    + " customProperties: [{property: renamedFrom, value: price}]}")
            .replace("name: day,", "name: Day, transformLogic: day,")
            .replace(SEEN, "");
    open("1.9.0", named, ORDERED);
    String refused = assertThrows(ValidationException.class, this::migrate).getMessage();
    assertTrue(
        refused.contains("orders.yaml: version: is 1.9.0, and the change of Day, amount breaks"),
        refused);
    open("2.0.0", named, ORDERED);
    refused = assertThrows(ValidationException.class, this::refineNew).getMessage();
    assertTrue(refused.contains("amount is called price in the table; run: sluice mig"), refused);
    assertTrue(refused.contains("Day is called day in the table; run: sluice migrate"), refused);
    migrate();
    assertEquals(
        List.of(
            "1|2026-03-01|1.75|2",
            "2|2026-03-02|2.25|1",
            "3|2026-03-03|3.00|1",
            "4|2026-03-04|4.00|1"),
        afterRefine("id", "Day", "amount", "v"));
    assertEquals(
        List.of("id", "Day", "amount", "address", "v"),
        List.of(silver().read().columns()).subList(0, 5));
    // The source calls it by its new name from now on.
    land(order(5, 5, "5", 1).replace("price", "amount"));
    refine();
    assertEquals(List.of("5.00"), Lines.of(silver().read().where("id = 5").select("amount")));

    // A driver that still has the earlier contract does not bring its columns back.
    open("1.0.0", FIRST, ORDERED);
    land(order(6, 6, "6", 1));
    refused = assertThrows(ValidationException.class, this::refine).getMessage();
    assertTrue(refused.contains("version 2.0.0 of its contract has written it, and this"), refused);
  }

  private void refineNew() {
    land(order(4, 4, "4", 1));
    refine();
  }

  private List<String> afterRefine(String... columns) {
    refine();
    return rows(columns);
  }

  @Test
  void aDayBecomesATimeIfTheContractSaysHow() throws IOException {
    open("1.0.0", FIRST, ORDERED);
    threeOrders();
    String time = "- {name: seen, logicalType: timestamp}\n";
    open("2.0.0", FIRST.replace(SEEN, time.replace("}", ", required: true}")), ORDERED);
    StoppedException stopped = assertThrows(StoppedException.class, this::migrate);
    assertTrue(stopped.getMessage().contains("rows_leaving"), stopped.getMessage());
    assertEquals(3, silver().read().count());
    assertEquals("date", silver().read().schema().apply("seen").dataType().simpleString());

    open(
        "2.0.0",
        FIRST.replace(SEEN, time.replace("}", ", transformLogic: \"concat(seen, 'T00:00:00Z')\"}")),
        ORDERED);
    migrate();
    assertEquals(
        List.of("1|2026-02-01 00:00:00", "2|2026-02-02 00:00:00", "3|2026-02-03 00:00:00"),
        rows("id", "cast(seen as string)"));
  }

  @Test
  void oneThatDiedGoesOnAndWhatCameMeanwhileIsThere() throws IOException {
    open("1.0.0", FIRST, ORDERED);
    threeOrders();
    RunContext earlier = context;
    open("1.1.0", FIRST.replace("physicalType: INT", "physicalType: BIGINT"), ORDERED);
    // Dies behind the build: refine of the earlier contract goes on.
    SilverTable silver = new SilverTable(context, context.contracts().get("orders"));
    context.run(
        "migrate",
        "orders",
        (run, recorder) -> {
          context.lake().create(silver.quarantine(), Quarantine.spec(silver.contract()));
          BackfillBuild.open(context, silver, Extent.all(silver.contract())).build(run);
          return RunResult.NOTHING_NEW;
        });
    land(order(2, 2, "7", 2), order(4, 4, "4", 1));
    new Ingest(earlier, "orders").run();
    new Refine(earlier, "orders").run();
    long version = silver().version();
    migrate();
    assertEquals(version + 1, silver().version());
    assertEquals(List.of("1|1.75|2", "2|7.00|2", "3|3.00|1", "4|4.00|1"), rows("id", "price", "v"));
    assertSame(RunResult.NOTHING_NEW, refine());
    assertThrows(ValidationException.class, () -> new Refine(earlier, "orders").run());
  }

  @Test
  void deletionsAndHistoryComeAlong() throws IOException {
    String fields = ID + PRICE + VERSION;
    String[] properties = {
      ORDERED,
      "- {property: changes, value: {kind: cdc, operation: op}}",
      "- {property: history, value: {validFrom: _arrived_at}}"
    };
    open("1.0.0", fields, properties);
    land(change("I", 1, 10), change("I", 2, 11), change("D", 3, 12));
    refine();
    land(change("D", 1, 20));
    refine();
    open(
        "2.0.0",
        fields.replace(
            ID, NUMBER.replace("}", ", customProperties: [{property: renamedFrom, value: id}]}")),
        properties);
    migrate();
    assertEquals(List.of("2|11"), rows("number", "v"));
    LakeTable deleted = context.lake().silver("orders_deleted");
    assertEquals(List.of("1|20", "3|12"), Lines.of(deleted.read().select("number", "v")));
    assertEquals(
        List.of("1|10|false|false", "1|20|true|false", "2|11|false|true", "3|12|true|false"),
        Lines.of(
            context
                .lake()
                .silver("orders_history")
                .read()
                .select("number", "v", "_deleted", "is_current")));
    // What is older than a deletion stays away.
    land(
        change("I", 3, 5),
        change("U", 1, 15),
        change("I", 3000000, 16).replace("3000000", "3000000000"));
    refine();
    assertEquals(List.of("2|11", "3000000000|16"), rows("number", "v"));
  }

  private static String change(String operation, int id, int version) {
    return "{\"op\": \"%s\", \"id\": %d, \"price\": 1, \"v\": %d}"
        .formatted(operation, id, version);
  }

  @Test
  void deliveriesStayTheTruthOfTheirScope() throws IOException {
    String changes = "- {property: changes, value: {kind: replace, scope: [day]}}";
    String fields = DAY.replace(", primaryKey: true, primaryKeyPosition: 2", "") + PRICE + VERSION;
    open("1.0.0", fields, changes);
    land(line(1, "1"), line(1, "2"), line(2, "5"));
    refine();
    land(line(1, "3"));
    refine();
    assertEquals(List.of("2026-03-01|3.00", "2026-03-02|5.00"), rows("day", "price"));
    open("1.1.0", fields.replace("'DECIMAL(6,2)'", "'DECIMAL(10,4)'"), changes);
    migrate();
    assertEquals(List.of("2026-03-01|3.0000", "2026-03-02|5.0000"), rows("day", "price"));
    land(line(2, "6"));
    refine();
    assertEquals(List.of("2026-03-01|3.0000", "2026-03-02|6.0000"), rows("day", "price"));
  }

  private static String line(int day, String price) {
    return "{\"day\": \"2026-03-0%d\", \"price\": %s, \"v\": 1}".formatted(day, price);
  }
}
