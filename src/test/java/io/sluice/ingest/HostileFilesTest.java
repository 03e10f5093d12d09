package io.sluice.ingest;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.sluice.refine.Refine;
import io.sluice.run.RunContext;
import io.sluice.testing.NeedsServers;
import io.sluice.testing.Readings;
import io.sluice.testing.TestLake;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;

/** Bad input: right rows in, bad rows or files to quarantine with a reason, nothing crashes. */
@NeedsServers
class HostileFilesTest {
  private static final String HEADER = "meter,day,kwh,unit,read_at\n";

  private static String row(String meter, String kwh) {
    return meter + ",2026-03-01," + kwh + ",kwh,2026-03-01T10:00:00Z\n";
  }

  private static byte[] gzip(String text) throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
      out.write(text.getBytes(StandardCharsets.UTF_8));
    }
    return bytes.toByteArray();
  }

  @Test
  void rightRowsInBadOnesNamed() throws Exception {
    RunContext context = TestLake.open("hostile", Readings.CONTRACTS);
    byte[] packed = gzip(HEADER + row("M10", "1").repeat(5000));
    TestLake.land(context, "readings/truncated.csv.gz", Arrays.copyOf(packed, packed.length / 2));
    TestLake.land(context, "readings/not-packed.csv.gz", HEADER + row("M11", "1"));
    TestLake.land(context, "readings/packed.csv.gz", gzip(HEADER + row("M12", "1")));
    TestLake.land(context, "readings/empty.csv", "");
    TestLake.land(context, "readings/header-only.csv", HEADER);
    TestLake.land(context, "readings/mark.csv", "\uFEFF" + HEADER + row("M13", "1"));
    TestLake.land(
        context,
        "readings/utf16.csv",
        (HEADER + row("M14", "1")).getBytes(StandardCharsets.UTF_16));
    TestLake.land(context, "readings/crlf.csv", (HEADER + row("M15", "1")).replace("\n", "\r\n"));
    TestLake.land(
        context, "readings/twice.csv", "meter,meter,day,kwh,unit,read_at\nM16,M16,x,1,kwh,x\n");
    TestLake.land(
        context, "readings/renamed.csv", "metre,day,kwh,unit,read_at\n" + row("M17", "1"));
    TestLake.land(
        context,
        "readings/added.csv",
        "meter,day,kwh,unit,read_at,colour\nM18,2026-03-01,1,kwh,2026-03-01T10:00:00Z,\"re\nd\"\n");
    TestLake.land(
        context,
        "readings/values.csv",
        HEADER
            + row("M20", "99999999999999999999")
            + row("M21", "1e400")
            + row("..", "1")
            + "M22,9999-12-31,1,kwh,9999-12-31T10:00:00Z\n"
            + "M23,0001-01-01,1,kwh,0001-01-01T10:00:00Z\n"
            + "M24,2026-02-30,1,kwh,2026-03-01T10:00:00Z\n"
            + row("M25", "NaN")
            + "M26,2026-03-01,1,\"unclosed,2026-03-01T10:00:00Z\n");
    TestLake.land(
        context,
        "readings/latin1.csv",
        (HEADER + row("M30", "1") + "M31\u00e9,2026-03-01,1,kwh,2026-03-01T10:00:00Z\n")
            .getBytes(StandardCharsets.ISO_8859_1));

    new Ingest(context, "readings").run();
    new Refine(context, "readings").run();

    Map<String, String> problems = new TreeMap<>();
    context
        .lake()
        .ops("files")
        .read()
        .where("outcome = 'quarantined'")
        .select("file", "problem")
        .collectAsList()
        .forEach(row -> problems.put(row.getString(0), row.getString(1)));
    assertEquals(
        List.of("readings/renamed.csv", "readings/truncated.csv.gz", "readings/utf16.csv"),
        List.copyOf(problems.keySet()));
    assertEquals(
        "its first line is no header: it does not name meter",
        problems.get("readings/renamed.csv").substring(0, 51));
    assertEquals("truncated gzip", problems.get("readings/truncated.csv.gz").substring(0, 14));

    assertEquals(
        List.of("M11", "M12", "M13", "M15", "M18", "M22", "M23", "M30"),
        context
            .lake()
            .silver("readings")
            .read()
            .select("meter")
            .orderBy("meter")
            .as(org.apache.spark.sql.Encoders.STRING())
            .collectAsList());
    assertEquals(
        "re\nd",
        context
            .lake()
            .silver("readings")
            .read()
            .where("meter = 'M18'")
            .selectExpr("_extra['colour']")
            .first()
            .getString(0));
    assertEquals(
        List.of(
            "latin1.csv 3 /record",
            "twice.csv 2 /record",
            "values.csv 2 kwh/type",
            "values.csv 3 kwh/type",
            "values.csv 4 meter/pattern",
            "values.csv 7 day/type",
            "values.csv 8 kwh/type",
            "values.csv 9 /record"),
        context
            .lake()
            .quarantine("readings")
            .read()
            .selectExpr(
                "concat(replace(file, 'readings/', ''), ' ', position, ' ', array_join(transform(reasons, r ->"
                    + " concat(r.field, '/', r.rule)), ','))")
            .as(org.apache.spark.sql.Encoders.STRING())
            .collectAsList()
            .stream()
            .sorted()
            .toList());
  }
}
