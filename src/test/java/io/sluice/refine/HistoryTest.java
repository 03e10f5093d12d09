package io.sluice.refine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.sluice.ingest.Ingest;
import io.sluice.run.RunContext;
import io.sluice.table.LakeTable;
import io.sluice.testing.Lines;
import io.sluice.testing.LocalLake;
import io.sluice.testing.SmallContract;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every version that a row has had stands beside silver, with the time in which it held. */
class HistoryTest {
  private static final String CONTRACT =
      SmallContract.text(
          "people",
          """
          - {name: id, logicalType: string, required: true, primaryKey: true, primaryKeyPosition: 1}
          - {name: desk, logicalType: integer, required: true}
          - {name: at, logicalType: timestamp, required: %1$s}
          - {name: born, logicalType: date, required: %2$s, primaryKey: %2$s, primaryKeyPosition: 2, partitioned: %2$s, partitionKeyPosition: 1, transformLogic: "'1990-01-01'"}
          """,
          """
          - {property: quarantineLimit, value: 1}
          - {property: history, value: %3$s}
          %4$s
          - property: arrivals
            value:
              - {name: files, format: csv, location: people/}
          """);

  private static final String NEWEST = "- {property: orderingColumn, value: at}\n";
  private static final String CDC =
      NEWEST + "  - {property: changes, value: {kind: cdc, operation: op}}\n";
  private static final String REPLACE = "- {property: changes, value: replace}\n";
  private static final Instant START = Instant.parse("2026-03-01T00:00:00Z");

  @TempDir private Path folder;
  private RunContext context;
  private int landed;

  @BeforeEach
  void open() {
    landed = 0;
  }

  private void people(String properties) throws IOException {
    people(properties, "true", false);
  }

  private void people(String properties, String history, boolean byDay) throws IOException {
    Path contracts = Files.createDirectories(folder.resolve("contracts"));
    String isTimed = properties.equals(REPLACE) ? "false" : "true";
    Files.writeString(
        contracts.resolve("people.yaml"), CONTRACT.formatted(isTimed, byDay, history, properties));
    context = LocalLake.open(folder, contracts, Map.of());
  }

  private void land(long second, String... lines) throws IOException {
    Path file = folder.resolve("landing/people/" + landed++ + ".csv");
    Files.createDirectories(file.getParent());
    Files.write(
        file,
        ("id,desk,at,op\n" + String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8));
    Files.setLastModifiedTime(file, FileTime.from(START.plusSeconds(second)));
  }

  private void run() {
    new Ingest(context, "people").run();
    new Refine(context, "people").run();
  }

  private LakeTable table() {
    return context.lake().silver("people_history");
  }

  /** Each version as {@code id desk from-to}, in seconds after the start, and what it is now. */
  private List<String> history() {
    String second = "cast(%s as bigint) - " + START.getEpochSecond();
    return Lines.of(
        table()
            .read()
            .selectExpr(
                "concat_ws(' ', id, coalesce(desk, 'gone'), concat("
                    + second.formatted("valid_from")
                    + ", '-', coalesce("
                    + second.formatted("valid_to")
                    + ", '')), if(is_current, 'now', null))"));
  }

  private static String line(String id, int desk, long second, String op) {
    return id + "," + desk + "," + START.plusSeconds(second) + "," + op;
  }

  @Test
  void versionsHoldFromTheirTimeToTheNext() throws IOException {
    people(NEWEST);
    land(1, line("A", 1, 10, ""), line("B", 1, 10, ""));
    run();
    assertEquals(List.of("A 1 10- now", "B 1 10- now"), history());
    // One is newer, one comes late, one is known already, and two come at once.
    land(2, line("A", 3, 30, ""), line("A", 9, 10, ""), line("B", 0, 5, ""), line("C", 1, 7, ""));
    land(3, line("C", 2, 8, ""));
    run();
    assertEquals(
        List.of("A 1 10-30", "A 3 30- now", "B 0 5-10", "B 1 10- now", "C 1 7-8", "C 2 8- now"),
        history());
    land(4, line("A", 2, 20, ""));
    run();
    assertEquals(
        List.of("A 1 10-20", "A 2 20-30", "A 3 30- now"),
        history().stream().filter(one -> one.startsWith("A")).toList());
    assertEquals(
        List.of("A|2", "B|1", "C|2"),
        Lines.of(
            table()
                .read()
                .where(
                    "valid_from <= timestamp'2026-03-01 00:00:25' and (valid_to is null or valid_to"
                        + " > timestamp'2026-03-01 00:00:25')")
                .select("id", "desk")));
  }

  @Test
  void aDeletionEndsAVersion() throws IOException {
    people(CDC);
    land(1, line("A", 1, 10, "c"), line("B", 1, 10, "c"), line("C", 1, 50, "d"));
    run();
    land(2, line("A", 1, 30, "d"), line("A", 4, 40, "c"), line("B", 2, 20, "d"));
    land(3, line("C", 1, 20, "c"));
    run();
    List<String> expected =
        List.of(
            "A 1 10-30",
            "A 1 30-30",
            "A 4 40- now",
            "B 1 10-20",
            "B 2 20-20",
            "C 1 20-50",
            "C 1 50-50");
    assertEquals(expected, history());
    // What comes between a version and its end, and what is made up for, changes nothing else.
    land(4, line("B", 7, 15, "u"));
    run();
    assertEquals(
        List.of("B 1 10-15", "B 2 20-20", "B 7 15-20"),
        history().stream().filter(one -> one.startsWith("B")).toList());
  }

  @Test
  void whatADeliveryLacksHasEnded() throws IOException {
    people(REPLACE);
    land(10, "A,1,,", "B,1,,");
    land(20, "A,1,,", "C,1,,");
    run();
    assertEquals(List.of("A 1 10- now", "B 1 10-20", "B gone 20-20", "C 1 20- now"), history());
    land(30, "A,2,,", "B,1,,", "C,1,,");
    run();
    List<String> expected =
        List.of(
            "A 1 10-30", "A 2 30- now", "B 1 10-20", "B 1 30- now", "B gone 20-20", "C 1 20- now");
    assertEquals(expected, history());
    // An old delivery that comes late is told in its place.
    land(25, "A,5,,", "C,1,,", "D,1,,");
    run();
    assertEquals(
        List.of(
            "A 1 10-25",
            "A 2 30- now",
            "A 5 25-30",
            "B 1 10-20",
            "B 1 30- now",
            "B gone 20-20",
            "C 1 20- now",
            "D 1 25-30",
            "D gone 30-30"),
        history());
  }

  @Test
  void aHistoryThatIsAskedForLaterBeginsAtTheBeginning() throws IOException {
    people(NEWEST, "false", true);
    land(1, line("A", 1, 10, ""), line("A", 2, 20, ""));
    run();
    assertEquals(false, table().exists());
    people(NEWEST, "true", true);
    run();
    assertEquals(List.of("A 1 10-20", "A 2 20- now"), history());
    // A row that is replayed, and one by another contract.
    land(2, line("A", 0, 15, "").replace(",0,", ",zero,"));
    run();
    assertEquals(2, history().size());
    Path contract = folder.resolve("contracts/people.yaml");
    Files.writeString(
        contract,
        Files.readString(contract)
            .replace(
                "name: desk,",
                "name: desk, transformLogic: \"if(desk = 'zero', '0', concat('1', desk))\","));
    context = LocalLake.open(folder, folder.resolve("contracts"), Map.of());
    new Replay(context, "people", Replay.Selection.of(null, null, null)).run();
    assertEquals(List.of("A 0 15-20", "A 1 10-15", "A 2 20- now"), history());
    LocalDate day = LocalDate.parse("1990-01-01");
    new Backfill(context, "people", new Backfill.Range(day, day, null, 1, 1)).run();
    assertEquals(List.of("A 0 15-20", "A 11 10-15", "A 12 20- now"), history());
  }

  @Test
  void theOrderOfArrivalIsOfNoAccount() throws IOException {
    people(CDC);
    Random random = new Random(7);
    SortedMap<String, TreeMap<Long, String>> truth = new TreeMap<>();
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      String id = String.valueOf((char) ('A' + random.nextInt(4)));
      long at = i + 1;
      String op = random.nextInt(4) == 0 ? "d" : "u";
      truth.computeIfAbsent(id, first -> new TreeMap<>()).put(at, random.nextInt(9) + " " + op);
      String[] version = truth.get(id).get(at).split(" ");
      lines.add(line(id, Integer.parseInt(version[0]), at, version[1]));
    }
    lines.addAll(lines.subList(0, 5));
    Collections.shuffle(lines, random);
    for (int from = 0, second = 1; from < lines.size(); second++) {
      int to = Math.min(lines.size(), from + 1 + random.nextInt(20));
      land(second, lines.subList(from, to).toArray(String[]::new));
      run();
      from = to;
    }
    TreeSet<String> expected = new TreeSet<>();
    truth.forEach(
        (id, versions) ->
            versions.forEach(
                (at, version) -> {
                  boolean isGone = version.endsWith("d");
                  Long next = isGone ? at : versions.higherKey(at);
                  expected.add(
                      id
                          + " "
                          + version.charAt(0)
                          + " "
                          + at
                          + "-"
                          + (next == null ? "" : next)
                          + (next == null ? " now" : ""));
                }));
    assertEquals(List.copyOf(expected), history());
    assertEquals(
        expected.stream()
            .filter(one -> one.endsWith("now"))
            .map(one -> one.substring(0, 3))
            .toList(),
        Lines.of(context.lake().silver("people").read().selectExpr("concat_ws(' ', id, desk)")));
  }
}
