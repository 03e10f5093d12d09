package io.sluice.ingest;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.sluice.refine.Refine;
import io.sluice.run.RunContext;
import io.sluice.testing.NeedsServers;
import io.sluice.testing.Readings;
import io.sluice.testing.TestLake;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.sql.SaveMode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Parquet arrives record by record; a file that is no Parquet is quarantined as a file. */
@NeedsServers
class ParquetTest {

  @Test
  void landsWithItsValuesExact(@TempDir Path temp) throws Exception {
    Path contracts = Files.createDirectories(temp.resolve("contracts"));
    String contract = Files.readString(Readings.CONTRACTS.resolve("readings.yaml"));
    Files.writeString(
        contracts.resolve("readings.yaml"), contract.replace("format: csv", "format: parquet"));
    RunContext context = TestLake.open("parquet", contracts);
    context
        .spark()
        .sql(
            "select * from values"
                + " ('M1', date'2026-03-01', 345.678BD, 'kwh', timestamp'2026-03-01 10:00:00', 7),"
                + " ('M2', date'2026-03-01', -1.000BD, 'kwh', timestamp'2026-03-01 10:00:00', 8)"
                + " as t(meter, day, kwh, unit, read_at, extra)")
        .coalesce(1)
        .write()
        .mode(SaveMode.Overwrite)
        .parquet(LandingFolder.of(context).resolve("readings/2026-03-01"));
    TestLake.land(context, "readings/broken.parquet", "PAR1 but nothing else");

    assertEquals(2, new Ingest(context, "readings").run().rowCounts().accepted());
    assertEquals(
        "2 read = 1 accepted + 1 quarantined + 0 duplicate + 0 superseded",
        new Refine(context, "readings").run().rowCounts().toString());
    assertEquals(
        List.of("M1 345.678 7 2026-03-01 10:00:00"),
        context
            .lake()
            .silver("readings")
            .read()
            .selectExpr("concat_ws(' ', meter, kwh, _extra['extra'], read_at)")
            .as(org.apache.spark.sql.Encoders.STRING())
            .collectAsList());
    assertEquals(
        List.of("readings/broken.parquet"),
        context
            .lake()
            .ops("files")
            .read()
            .where("outcome = 'quarantined' and problem like 'not a whole Parquet file%'")
            .select("file")
            .as(org.apache.spark.sql.Encoders.STRING())
            .collectAsList());
  }
}
