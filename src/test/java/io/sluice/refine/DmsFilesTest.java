package io.sluice.refine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.ingest.Ingest;
import io.sluice.run.RowCounts;
import io.sluice.run.RunContext;
import io.sluice.testing.Lines;
import io.sluice.testing.LocalLake;
import io.sluice.testing.SmallContract;
import io.sluice.testing.TestLake;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.spark.sql.Encoders;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What AWS DMS lands: a full load without {@code Op}, then files of changes with it; by the
 * contract that docs/contracts.md states.
 */
class DmsFilesTest {
  private static final String CONTRACT =
      SmallContract.text(
          "customers",
          """
          - {name: id, logicalType: integer, physicalType: BIGINT, required: true, primaryKey: true, primaryKeyPosition: 1}
          - {name: name, logicalType: string, required: true}
          - {name: position, logicalType: number, physicalType: "DECIMAL(38,0)", required: true, transformLogic: "coalesce(AR_H_CHANGE_SEQ, '0')"}
          """,
          """
          - {property: orderingColumn, value: position}
          - {property: changes, value: {kind: cdc, operation: "coalesce(Op, 'I')"}}
          - property: arrivals
            value:
              - {name: dms, format: %s, location: dms/sales/customers/}
          """);

  private static final String SEQ = "20260301100000%021d";

  @TempDir private Path folder;
  private RunContext context;

  /** Lands rows as DMS writes them: with Op as the first column, or without. */
  private void land(String name, String format, String op, String... rows) throws IOException {
    String path = "dms/sales/customers/" + name + "." + format;
    if (format.equals("csv")) {
      String header = op + "id,name,AR_H_CHANGE_SEQ\n";
      TestLake.land(context, path, header + String.join("\n", rows) + "\n");
      return;
    }
    String[] names = (op + "id,name,AR_H_CHANGE_SEQ").split(",");
    String[] select = new String[names.length];
    for (int i = 0; i < names.length; i++) {
      String type = names[i].equals("id") ? "bigint" : "string";
      select[i] = type + "(nullif(split(line, ',')[" + i + "], '')) " + names[i];
    }
    Path written = folder.resolve("written-" + name);
    context
        .spark()
        .createDataset(List.of(rows), Encoders.STRING())
        .toDF("line")
        .coalesce(1)
        .selectExpr(select)
        .write()
        .parquet(written.toUri().toString());
    try (Stream<Path> files = Files.list(written)) {
      Path part = files.filter(file -> file.toString().endsWith(".parquet")).findFirst().get();
      TestLake.land(context, path, Files.readAllBytes(part));
    }
  }

  private RowCounts carry() {
    new Ingest(context, "customers").run();
    return new Refine(context, "customers").run().rowCounts();
  }

  @ParameterizedTest
  @CsvSource({"csv,first", "csv,last", "parquet,first", "parquet,last"})
  void theFullLoadMayComeFirstOrLast(String format, String load) throws IOException {
    Path contracts = Files.createDirectories(folder.resolve("contracts"));
    Files.writeString(contracts.resolve("customers.yaml"), CONTRACT.formatted(format));
    context = LocalLake.open(folder, contracts, Map.of());
    RowCounts all = RowCounts.EMPTY;
    if (load.equals("first")) {
      land("LOAD00000001", format, "", "1,Ann,", "2,Bob,", "3,Eve,");
      all = all.plus(carry());
    }
    land(
        "20260301-100000123",
        format,
        "Op,",
        "U,2,Bobby," + SEQ.formatted(1),
        "U,2,Robert," + SEQ.formatted(2),
        "D,3,Eve," + SEQ.formatted(3),
        "I,4,Joe," + SEQ.formatted(4),
        "D,4,Joe," + SEQ.formatted(5));
    all = all.plus(carry());
    if (load.equals("last")) {
      land("LOAD00000001", format, "", "1,Ann,", "2,Bob,", "3,Eve,");
      all = all.plus(carry());
    }
    assertEquals(
        List.of("1|Ann", "2|Robert"),
        Lines.of(context.lake().silver("customers").read().select("id", "name")));
    assertEquals(8, all.read());
    assertEquals(0, all.quarantined());
    assertEquals(2, all.deleted());
    assertTrue(all.balances(), all.toString());
  }
}
