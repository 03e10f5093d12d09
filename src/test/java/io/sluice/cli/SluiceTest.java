package io.sluice.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.ingest.Ingest;
import io.sluice.run.Build;
import io.sluice.run.RunContext;
import io.sluice.testing.LocalSpark;
import io.sluice.testing.NeedsServers;
import io.sluice.testing.Readings;
import io.sluice.testing.TestLake;
import io.sluice.testing.Typed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands as a user types them, and their exit codes. */
@NeedsServers
class SluiceTest {
  private static String err = "";

  private static int sluice(String name, Path contracts, String... arguments) {
    Typed typed = Typed.run(name, contracts, List.of(arguments));
    err = typed.err();
    return typed.code();
  }

  @Test
  void doneIsZeroAndAStopIsThree() {
    RunContext context = TestLake.open("exits", Readings.CONTRACTS);
    TestLake.land(
        context,
        "readings/a.csv",
        "meter,day,kwh,unit,read_at\nM1,2026-03-01,5000,kwh,2026-03-01T10:00:00Z\n");
    assertEquals(0, sluice("exits", Readings.CONTRACTS, "ingest", "--source", "readings"), err);
    assertEquals(
        3, sluice("exits", Readings.CONTRACTS, "refine", "--dry-run", "--source", "readings"), err);
    assertTrue(err.contains("Would stop: check plausible_mean failed"), err);
    assertEquals(0, sluice("exits", Readings.CONTRACTS, "inspect", "--source", "readings"), err);
    assertEquals(3, sluice("exits", Readings.CONTRACTS, "refine", "--source", "readings"));
    assertTrue(err.contains("check plausible_mean failed"), err);
    assertEquals(3, sluice("exits", Readings.CONTRACTS, "nightly"), err);
    assertEquals(
        0,
        sluice("exits", Readings.CONTRACTS, "sql", "select outcome from ops.runs", "--format=csv"),
        err);
  }

  @Test
  void whoOnlyReadsWritesNothing(@TempDir Path temp) throws Exception {
    Path contracts = Readings.CONTRACTS;
    RunContext context = TestLake.open("readers", contracts);
    TestLake.land(
        context,
        "readings/a.csv",
        "meter,day,kwh,unit,read_at\nM1,2026-03-01,5,kwh,2026-03-01T10:00:00Z\n");
    assertEquals(0, sluice("readers", contracts, "ingest", "--source", "readings"), err);
    SortedMap<String, FileTime> before = objects();
    String report = temp.resolve("report.html").toString();
    assertEquals(0, sluice("readers", contracts, "sql", "select * from bronze.readings"), err);
    assertEquals(0, sluice("readers", contracts, "sql", "show tables in ops"), err);
    assertEquals(0, sluice("readers", contracts, "report", "--out", report), err);
    assertEquals(before, objects());
    assertTrue(Files.size(Path.of(report)) > 0);

    // Nor in a lake that does not exist yet.
    assertEquals(0, sluice("readers-of-none", contracts, "report", "--out", report), err);
    assertEquals(before, objects());
  }

  /**
   * Every object and folder of the store, and when it was written; deletions show in a folder's
   * time.
   */
  private static SortedMap<String, FileTime> objects() throws IOException {
    Path lake = LocalSpark.server().data().resolve("lake");
    SortedMap<String, FileTime> objects = new TreeMap<>();
    for (String name : List.of("readers", "readers-of-none")) {
      Path root = lake.resolve(name);
      if (Files.exists(root)) {
        try (Stream<Path> files = Files.walk(root)) {
          for (Path file : files.toList()) {
            objects.put(file.toString(), Files.getLastModifiedTime(file));
          }
        }
      }
    }
    return objects;
  }

  @Test
  void aPageShowsAtLeastADay() {
    assertEquals(2, sluice("exits", Readings.CONTRACTS, "report", "--days", "0"));
    assertTrue(err.contains("--days must be from 1 to 36525"), err);
  }

  @Test
  void wrongUseIsTwoAndNamesEveryFault(@TempDir Path temp) throws Exception {
    assertEquals(2, sluice("errors", Readings.CONTRACTS, "ingest"));
    assertEquals(2, sluice("errors", Readings.CONTRACTS, "ingest", "--source", "nothing"));
    assertTrue(err.contains("source nothing: no such contract; there are [readings]"), err);
    assertEquals(2, sluice("errors", Readings.CONTRACTS, "sql", "select * from gold.nothing"));
    assertTrue(err.contains("gold.nothing"), err);

    String contract = Files.readString(Readings.CONTRACTS.resolve("readings.yaml"));
    Files.writeString(
        temp.resolve("readings.yaml"),
        contract
            .replace("lower(trim(unit))", "substr(unit)")
            .replace("to_date(read_at) >= day", "year(read_at)"));
    assertEquals(2, sluice("errors", temp, "validate"));
    assertTrue(err.contains("2 errors"), err);
    assertTrue(err.contains("readings.yaml: files: unit"), err);
    assertTrue(err.contains("rule read_after_day: must be true or false"), err);
  }

  @Test
  void everyShippedContractAndMartIsSound() {
    assertEquals(0, sluice("valid", Path.of("conf/contracts"), "validate"), err);
    assertEquals(0, sluice("valid", Path.of("src/demo/real/contracts"), "validate"), err);
    assertEquals(
        0,
        sluice(
            "valid",
            Path.of("src/demo/stream/contracts"),
            "validate",
            "--set",
            "kafka.servers=127.0.0.1:9092"),
        err);
  }

  @Test
  void theVersionIsStatedOnce() {
    assertEquals(System.getProperty("sluice.version", Build.VERSION), Build.VERSION);
    // Where the build stands in a repository, with the commit.
    assertTrue(
        Build.code().matches("\\Q" + Build.VERSION + "\\E(\\+[0-9a-f]{7,}(\\.dirty)?)?"),
        Build.code());
    if (Files.isDirectory(Path.of(".git"))) {
      assertTrue(Build.code().contains("+"), Build.code());
    }
  }

  @Test
  void aDeadLineageBackendStopsNothing() {
    RunContext context =
        TestLake.open(
            "dead-backend",
            Readings.CONTRACTS,
            Map.of("lineage.transport", "http", "lineage.url", "http://127.0.0.1:9"));
    TestLake.land(
        context,
        "readings/a.csv",
        "meter,day,kwh,unit,read_at\nM1,2026-03-01,5,kwh,2026-03-01T10:00:00Z\n");
    assertEquals(1, new Ingest(context, "readings").run().rowCounts().accepted());
    context.close();
    assertEquals(1, context.lake().bronze("readings").read().count());
  }
}
