package io.sluice.contributing;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.sluice.ingest.Ingest;
import io.sluice.refine.Refine;
import io.sluice.run.RunContext;
import io.sluice.testing.NeedsServers;
import io.sluice.testing.Readings;
import io.sluice.testing.TestLake;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.sql.Encoders;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file format is one class and one line in a services file: {@link PairsFormat}. */
@NeedsServers
class FormatTest {
  @Test
  void carriesAFileFromLandingToSilver(@TempDir Path contracts) throws Exception {
    Files.writeString(
        contracts.resolve("readings.yaml"),
        Files.readString(Readings.CONTRACTS.resolve("readings.yaml"))
            .replace("format: csv", "format: pairs"));
    RunContext context = TestLake.open("format", contracts);
    TestLake.land(
        context,
        "readings/a.txt",
        ("meter=M1|day=2026-03-01|kwh=10.5|unit= KWH |read_at=2026-03-01T10:00:00Z\n"
                + "\n"
                + "meter=M2|colour=red|day=2026-03-01|kwh=1|unit=kwh|read_at=2026-03-01T10:00:00Z\n"
                + "meter=M3|unit\n"
                + "meter=M4\u00e9\n"
                + "meter=M5|day=2026-03-01|kwh=1|unit=kwh|read_at=2026-03-01T10:00:00Z\n")
            .getBytes(StandardCharsets.ISO_8859_1));

    assertEquals(5, new Ingest(context, "readings").run().rowCounts().accepted());
    new Refine(context, "readings").run();

    assertEquals(
        List.of("M1 10.500 kwh null 1", "M2 1.000 kwh red 3", "M5 1.000 kwh null 6"),
        lines(
            context,
            "silver",
            "concat_ws(' ', meter, kwh, unit, nvl(_extra['colour'], 'null'), _position)"));
    assertEquals(
        List.of("4 a pair without =", "5 not valid UTF-8"),
        lines(context, "quarantine", "concat_ws(' ', position, reasons[0].message)"));
  }

  private static List<String> lines(RunContext context, String layer, String line) {
    return context
        .lake()
        .table(layer, "readings")
        .read()
        .selectExpr(line)
        .as(Encoders.STRING())
        .collectAsList()
        .stream()
        .sorted()
        .toList();
  }
}
