package io.sluice.contributing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sluice.ingest.Ingest;
import io.sluice.refine.Refine;
import io.sluice.run.RunContext;
import io.sluice.run.StoppedException;
import io.sluice.testing.NeedsServers;
import io.sluice.testing.Readings;
import io.sluice.testing.TestLake;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A source is one contract file and its data: no Java. */
@NeedsServers
class AddASourceTest {
  private static List<String> rows(RunContext context, String sql) {
    List<String> lines = new ArrayList<>();
    for (Row row : context.spark().sql(sql).collectAsList()) {
      lines.add(row.mkString("|"));
    }
    return lines;
  }

  private static String table(RunContext context, String layer, String name) {
    return "delta.`" + context.lake().table(layer, name).path() + "`";
  }

  @Test
  void oneContractBringsSilverQuarantineCheckResultsAndLineage(@TempDir Path temp)
      throws Exception {
    Path events = temp.resolve("events.jsonl");
    RunContext context =
        TestLake.open(
            "add-a-source",
            Readings.CONTRACTS,
            Map.of("lineage.transport", "file", "lineage.file", events.toString()));
    TestLake.land(
        context,
        "readings/a.csv",
        Readings.HEADER
            + "M1,2026-03-01,10.5, KWH ,2026-03-01T10:00:00Z\n"
            + "M1,2026-03-01,11.5,kwh,2026-03-01T12:00:00Z\n"
            + "M1,2026-03-01,11.5,kwh,2026-03-01T12:00:00Z\n"
            + "M2,2026-03-01,-1,kwh,2026-03-01T10:00:00Z\n"
            + "X9,2026-03-01,oops,furlong,2026-02-01T10:00:00Z\n"
            + "M3,2026-03-01,1\n"
            + "M4,2026-03-02,0.0005,kwh,2026-03-02T10:00:00Z\n");

    assertEquals(7, new Ingest(context, "readings").run().rowCounts().accepted());
    assertEquals(
        "7 read = 1 accepted + 4 quarantined + 1 duplicate + 1 superseded",
        new Refine(context, "readings").run().rowCounts().toString());

    assertEquals(
        List.of("M1|2026-03-01|11.500|kwh|readings/a.csv|3"),
        rows(
            context,
            "select meter, day, kwh, unit, _file, _position from "
                + table(context, "silver", "readings")));
    assertEquals(
        List.of(
            "5|kwh/range",
            "6|/read_after_day,kwh/type,meter/pattern,unit/enum",
            "7|/record",
            "8|kwh/type"),
        rows(
            context,
            "select position, array_join(array_sort(transform(reasons, r -> concat(r.field, '/',"
                + " r.rule))), ',') from "
                + table(context, "quarantine", "readings")
                + " order by position"));
    assertEquals(
        List.of(
            "every_row_accounted_for|passed",
            "one_row_a_key|passed",
            "plausible_mean|passed",
            "quarantine_limit|passed",
            "units_given|passed"),
        rows(
            context,
            "select check, outcome from "
                + table(context, "ops", "check_results")
                + " order by check"));
    context.close();
    holdsLineage(events);
  }

  private static void holdsLineage(Path events) throws Exception {
    Set<String> outputs = new HashSet<>();
    for (String line : Files.readAllLines(events)) {
      JsonNode event = new ObjectMapper().readTree(line);
      if (!event.path("eventType").asText().equals("COMPLETE")) {
        continue;
      }
      for (JsonNode output : event.path("outputs")) {
        outputs.add(output.path("name").asText());
        assertTrue(event.path("inputs").size() > 0, line);
        JsonNode columns = output.path("facets").path("columnLineage").path("fields");
        if (output.path("name").asText().startsWith("add-a-source/silver")) {
          for (JsonNode field : output.path("facets").path("schema").path("fields")) {
            String name = field.path("name").asText();
            assertTrue(columns.path(name).path("inputFields").size() > 0, name);
          }
          assertEquals(
              5,
              event
                  .path("inputs")
                  .get(0)
                  .path("inputFacets")
                  .path("dataQualityAssertions")
                  .path("assertions")
                  .size());
        }
      }
    }
    assertEquals(
        Set.of(
            "add-a-source/bronze/readings",
            "add-a-source/silver/readings",
            "add-a-source/quarantine/readings"),
        outputs);
  }

  @Test
  void aFailedCheckLeavesSilverUnchangedAndSaysWhatToDo() {
    RunContext context = TestLake.open("stopped", Readings.CONTRACTS);
    TestLake.land(
        context, "readings/a.csv", Readings.HEADER + "M1,2026-03-01,10,kwh,2026-03-01T10:00:00Z\n");
    new Ingest(context, "readings").run();
    new Refine(context, "readings").run();
    long before = context.lake().silver("readings").version();
    TestLake.land(
        context,
        "readings/b.csv",
        Readings.HEADER + "M1,2026-03-02,5000,kwh,2026-03-02T10:00:00Z\n");
    new Ingest(context, "readings").run();
    StoppedException stopped =
        assertThrows(StoppedException.class, () -> new Refine(context, "readings").run());

    assertTrue(stopped.getMessage().contains("silver.readings is unchanged"), stopped.getMessage());
    assertTrue(stopped.getMessage().contains("plausible_mean"), stopped.getMessage());
    assertTrue(stopped.getMessage().contains("5000.0"), stopped.getMessage());
    assertTrue(stopped.getMessage().contains("Mean \"kwh\" < 1000"), stopped.getMessage());
    assertTrue(stopped.getMessage().contains("run refine again"), stopped.getMessage());
    assertEquals(before, context.lake().silver("readings").version());
    assertEquals(
        List.of("failed|5000.0"),
        rows(
            context,
            "select outcome, value from "
                + table(context, "ops", "check_results")
                + " where check = 'plausible_mean' and outcome = 'failed'"));
    assertEquals(
        List.of("stopped"),
        rows(
            context,
            "select outcome from "
                + table(context, "ops", "runs")
                + " where command = 'refine' order by started_at desc limit 1"));

    TestLake.land(
        context,
        "readings/c.csv",
        Readings.HEADER
            + "M2,2026-03-02,5,kwh,2026-03-02T10:00:00Z\n".repeat(1)
            + "M3,2026-03-02,5,kwh,2026-03-02T10:00:00Z\nM4,2026-03-02,5,kwh,2026-03-02T10:00:00Z\n"
            + "M5,2026-03-02,5,kwh,2026-03-02T10:00:00Z\nM6,2026-03-02,5,kwh,2026-03-02T10:00:00Z\n");
    new Ingest(context, "readings").run();
    assertEquals(
        "6 read = 6 accepted + 0 quarantined + 0 duplicate + 0 superseded",
        new Refine(context, "readings").run().rowCounts().toString());
  }
}
