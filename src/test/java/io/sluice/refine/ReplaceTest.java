package io.sluice.refine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.ingest.Ingest;
import io.sluice.run.RowCounts;
import io.sluice.run.RunContext;
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
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A source that arrives in deliveries, each the whole truth of what it holds rows of. */
class ReplaceTest {
  private static final String PROPERTIES =
      """
      - {property: changes, value: %1$s}
      - {property: quarantineLimit, value: 1}
      - property: arrivals
        value:
          - {name: files, format: csv, location: %2$s/, options: {delivery: %3$s}}
      """;

  private static final String LINES =
      """
      - {name: day, logicalType: date, required: true, partitioned: true, partitionKeyPosition: 1}
      - {name: month, logicalType: string, required: true}
      - {name: cost, logicalType: number, physicalType: "DECIMAL(10,2)", required: true}
      """;

  private static final String REGISTER =
      """
      - {name: id, logicalType: string, required: true, primaryKey: true, primaryKeyPosition: 1}
      - {name: name, logicalType: string, required: true}
      """;

  private static final String BY_MONTH = "{kind: replace, scope: [month]}";
  private static final Instant START = Instant.parse("2026-03-01T00:00:00Z");

  @TempDir private Path folder;
  private Path contracts;
  private RunContext context;

  @BeforeEach
  void open() throws IOException {
    contracts = Files.createDirectories(folder.resolve("contracts"));
  }

  private void bills(String delivery) throws IOException {
    write("bills", LINES, BY_MONTH, delivery);
  }

  private void register() throws IOException {
    write("register", REGISTER, "replace", "{of: file}");
  }

  private void write(String id, String fields, String changes, String delivery) throws IOException {
    Files.writeString(
        contracts.resolve(id + ".yaml"),
        SmallContract.text(id, fields, PROPERTIES.formatted(changes, id, delivery)));
    context = LocalLake.open(folder, contracts, Map.of());
  }

  /** Lands a file so many seconds after the start. */
  private void land(String path, long second, String content) {
    try {
      Path file = folder.resolve("landing").resolve(path);
      Files.createDirectories(file.getParent());
      Files.write(file, content.getBytes(StandardCharsets.UTF_8));
      Files.setLastModifiedTime(file, FileTime.from(START.plusSeconds(second)));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private RowCounts run(String source) {
    new Ingest(context, source).run();
    return new Refine(context, source).run().rowCounts();
  }

  private List<String> rows(String source, String... columns) {
    return Lines.of(context.lake().silver(source).read().selectExpr(columns));
  }

  private List<String> bills() {
    return rows("bills", "day", "month", "cost");
  }

  private static RowCounts counts(long read, long accepted, long superseded, long removed) {
    return new RowCounts(read, accepted, 0, 0, superseded, 0, 0, removed);
  }

  @Test
  void aMonthDeliveredAgainIsAMonthOnce() throws IOException {
    bills("{of: file}");
    land("bills/1.csv", 1, "day,month,cost\n2026-03-01,03,1.00\n2026-03-01,03,1.00\n");
    assertEquals(counts(2, 2, 0, 0), run("bills"));
    // Equal lines are lines of their own.
    assertEquals(List.of("2026-03-01|03|1.00", "2026-03-01|03|1.00"), bills());

    land("bills/2.csv", 2, "day,month,cost\n2026-03-02,03,3.00\n2026-04-01,04,9.00\n");
    assertEquals(counts(2, 2, 0, 2), run("bills"));
    assertEquals(List.of("2026-03-02|03|3.00", "2026-04-01|04|9.00"), bills());

    // Of three deliveries that are refined together only one counts, and April stays.
    land("bills/3.csv", 3, "day,month,cost\n2026-03-02,03,4.00\n");
    land("bills/5.csv", 5, "day,month,cost\n2026-03-03,03,6.00\n");
    land("bills/4.csv", 4, "day,month,cost\n2026-03-02,03,5.00\n");
    assertEquals(counts(3, 1, 2, 1), run("bills"));
    assertEquals(List.of("2026-03-03|03|6.00", "2026-04-01|04|9.00"), bills());
    assertEquals(List.of("bills/2.csv", "bills/5.csv"), rows("bills", "_delivery"));
  }

  @Test
  void anOlderDeliveryThatComesLaterChangesNothing() throws IOException {
    bills("{of: file}");
    land("bills/new.csv", 9, "day,month,cost\n2026-03-01,03,1.00\n");
    run("bills");
    land("bills/old.csv", 3, "day,month,cost\n2026-03-02,03,7.00\n2026-02-01,02,2.00\n");
    assertEquals(counts(2, 1, 1, 0), run("bills"));
    assertEquals(List.of("2026-02-01|02|2.00", "2026-03-01|03|1.00"), bills());
  }

  @Test
  void aFolderIsOneDeliveryOnceItsManifestIsComplete() throws IOException {
    bills("{of: folder, manifest: '*-Manifest.json', parts: reportKeys}");
    land("bills/03/a/1.csv", 1, "day,month,cost\n2026-03-01,03,1.00\n");
    land("bills/03/x-Manifest.json", 2, "{\"reportKeys\": [\"b/03/a/1.csv\", \"b/03/a/2.csv\"]}");
    assertEquals(RowCounts.EMPTY, run("bills"));
    land("bills/03/a/2.csv", 3, "day,month,cost\n2026-03-02,03,2.00\n");
    assertEquals(counts(2, 2, 0, 0), run("bills"));
    assertEquals(
        List.of("bills/03/x-Manifest.json|2026-03-01 00:00:03.0"),
        rows("bills", "_delivery", "_arrived_at").stream().distinct().toList());

    // The next one names an old part again: it is whole nevertheless.
    land("bills/03/a/3.csv", 8, "day,month,cost\n2026-03-03,03,3.00\n");
    land("bills/03/x-Manifest.json", 9, "{\"reportKeys\": [\"b/03/a/1.csv\", \"b/03/a/3.csv\"]}");
    assertEquals(counts(2, 2, 0, 2), run("bills"));
    assertEquals(List.of("2026-03-01|03|1.00", "2026-03-03|03|3.00"), bills());
    assertEquals(RowCounts.EMPTY, run("bills"));
  }

  @Test
  void aDeliveryWithABrokenPartReplacesNothing() throws IOException {
    bills("{of: folder, marker: _SUCCESS}");
    land("bills/a/1.csv", 1, "day,month,cost\n2026-03-01,03,1.00\n");
    land("bills/a/_SUCCESS", 1, "");
    run("bills");
    land("bills/b/1.csv", 2, "day,month,cost\n2026-03-01,03,2.00\n");
    land("bills/b/2.csv", 2, "neither\nhere\n");
    land("bills/b/_SUCCESS", 2, "");
    land("bills/b/3.csv.gz", 2, "not gzip");
    assertEquals(RowCounts.EMPTY, run("bills"));
    assertEquals(List.of("2026-03-01|03|1.00"), bills());
    assertTrue(
        Lines.of(
                context
                    .lake()
                    .ops("files")
                    .read()
                    .where("file = 'bills/b/1.csv'")
                    .select("outcome", "problem"))
            .get(0)
            .startsWith("quarantined|its delivery bills/b is not whole: bills/b/"));

    // Mended, the folder is delivered anew.
    land("bills/b/2.csv", 4, "day,month,cost\n2026-03-02,03,3.00\n");
    land("bills/b/3.csv.gz", 4, "day,month,cost\n2026-03-03,03,4.00\n");
    Files.delete(folder.resolve("landing/bills/b/3.csv.gz"));
    land("bills/b/_SUCCESS", 5, "");
    assertEquals(counts(2, 2, 0, 1), run("bills"));
    assertEquals(List.of("2026-03-01|03|2.00", "2026-03-02|03|3.00"), bills());
  }

  @Test
  void aRegisterIsWhatItsNewestFileSays() throws IOException {
    register();
    land("register/r.csv", 1, "id,name\nA,one\nB,two\n");
    assertEquals(counts(2, 2, 0, 0), run("register"));
    land("register/r.csv", 2, "id,name\nB,two\nB,again\nC,three\n");
    assertEquals(new RowCounts(3, 2, 0, 1, 0, 0, 1, 2), run("register"));
    assertEquals(List.of("B|two", "C|three"), rows("register", "id", "name"));
    // It says again what it said at first.
    land("register/r.csv", 3, "id,name\nA,one\nB,two\n");
    assertEquals(counts(2, 2, 0, 2), run("register"));
    assertEquals(List.of("A|one", "B|two"), rows("register", "id", "name"));
    // A file without a record is no truth.
    land("register/r.csv", 4, "id,name\n");
    assertEquals(RowCounts.EMPTY, run("register"));
    assertEquals(List.of("A|one", "B|two"), rows("register", "id", "name"));
  }

  private void numbers() throws IOException {
    write(
        "register",
        REGISTER.replace("name: name, logicalType: string", "name: name, logicalType: integer"),
        "replace",
        "{of: file}");
  }

  @Test
  void aBrokenRecordDoesNotSayThatItsKeyIsGone() throws IOException {
    numbers();
    land("register/1.csv", 1, "id,name\nA,1\nB,2\nC,3\n");
    run("register");
    land("register/2.csv", 2, "id,name\nA,one\nB,4\nB,four\n");
    assertEquals(new RowCounts(3, 1, 2, 0, 0, 0, 0, 2), run("register"));
    assertEquals(List.of("A|1", "B|4"), rows("register", "id", "name"));
    // It is whole again, or gone.
    land("register/3.csv", 3, "id,name\nB,4\n");
    assertEquals(counts(1, 1, 0, 2), run("register"));
    assertEquals(List.of("B|4"), rows("register", "id", "name"));
  }

  @Test
  void ofSeveralDeliveriesInOneBatchABrokenRecordLeavesWhatTheOneBeforeSaid() throws IOException {
    numbers();
    land("register/1.csv", 1, "id,name\nA,1\nB,2\nC,3\nD,4\nE,5\n");
    land("register/2.csv", 2, "id,name\nA,11\nB,x\nC,13\nD,14\n");
    land("register/3.csv", 3, "id,name\nA,x\nB,y\nD,24\nE,x\n");
    // A stays as the second said it, B as the first did; C and E were gone before.
    assertEquals(new RowCounts(13, 3, 4, 0, 6, 0, 0, 0), run("register"));
    assertEquals(List.of("A|11", "B|2", "D|24"), rows("register", "id", "name"));
    land("register/4.csv", 4, "id,name\nA,x\nB,y\nD,z\nF,6\n");
    land("register/5.csv", 5, "id,name\nA,x\nD,z\nF,7\n");
    assertEquals(new RowCounts(7, 1, 5, 0, 1, 0, 0, 1), run("register"));
    assertEquals(List.of("A|11", "D|24", "F|7"), rows("register", "id", "name"));
  }

  @Test
  void whereBatchesAreCutIsOfNoAccount() throws IOException {
    Random random = new Random(1);
    for (String name : List.of("alone", "some", "together")) {
      folder = Files.createDirectories(folder.resolve(name));
      open();
      numbers();
      random.setSeed(7);
      Map<String, String> truth = new TreeMap<>();
      RowCounts all = RowCounts.EMPTY;
      for (int i = 1; i <= 6; i++) {
        StringBuilder content = new StringBuilder("id,name\nZ," + i + "\n");
        truth.put("Z", "" + i);
        for (String id : List.of("A", "B", "C", "D", "E", "F", "G", "H")) {
          int kind = random.nextInt(3);
          if (kind == 0) {
            truth.remove(id);
          } else if (kind == 1) {
            truth.put(id, "" + i);
            content.append(id).append(',').append(i).append('\n');
          } else {
            content.append(id).append(",x\n");
          }
        }
        land("register/" + i + ".csv", i, content.toString());
        if (name.equals("alone") || name.equals("some") && i % 3 == 2) {
          all = all.plus(run("register"));
        }
      }
      all = all.plus(run("register"));
      List<String> expected =
          truth.entrySet().stream().map(e -> e.getKey() + "|" + e.getValue()).toList();
      assertEquals(expected, rows("register", "id", "name"), name);
      assertTrue(all.balances());
      assertEquals(expected.size(), all.accepted() - all.removed(), name);
    }
  }

  @Test
  void aRowThatIsValidAfterAllComesBackIntoItsDelivery() throws IOException {
    bills("{of: file}");
    land("bills/1.csv", 1, "day,month,cost\n2026-03-01,03,1.00\n2026-03-01,03,one\n");
    land("bills/2.csv", 2, "day,month,cost\n2026-03-01,04,1.00\n2026-03-01,04,two\n");
    land("bills/3.csv", 3, "day,month,cost\n2026-03-02,04,5.00\n");
    run("bills");
    write(
        "bills",
        LINES.replace(
            "{name: cost,",
            "{name: cost, transformLogic: \"decode(cost, 'one', '1', 'two', '2', cost)\","),
        BY_MONTH,
        "{of: file}");
    RowCounts replayed =
        new Replay(context, "bills", Replay.Selection.of(null, null, null)).run().rowCounts();
    assertEquals(counts(2, 1, 1, 0), replayed);
    List<String> replayedRows =
        List.of("2026-03-01|03|1.00", "2026-03-01|03|1.00", "2026-03-02|04|5.00");
    assertEquals(replayedRows, bills());
    assertEquals(
        List.of("accepted", "superseded"),
        Lines.of(context.lake().quarantine("bills").read().select("outcome")));

    new Backfill(
            context,
            "bills",
            new Backfill.Range(
                LocalDate.parse("2026-03-01"), LocalDate.parse("2026-03-02"), null, 1, 1))
        .run();
    assertEquals(replayedRows, bills());
  }

  @Test
  void theOrderOfArrivalIsOfNoAccount() throws IOException {
    for (long seed = 1; seed <= 1; seed++) {
      folder = Files.createDirectories(folder.resolve("seed" + seed));
      open();
      bills("{of: file}");
      Random random = new Random(seed);
      Map<String, List<String>> truth = new TreeMap<>();
      List<Runnable> landings = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        StringBuilder content = new StringBuilder("day,month,cost\n");
        Map<String, List<String>> months = new TreeMap<>();
        for (int line = random.nextInt(6); line >= 0; line--) {
          String month = "0" + (1 + random.nextInt(3));
          String row =
              "2026-03-0%d,%s,%d.00".formatted(1 + random.nextInt(3), month, random.nextInt(3));
          content.append(row).append('\n');
          months.computeIfAbsent(month, first -> new ArrayList<>()).add(row.replace(',', '|'));
        }
        truth.putAll(months);
        // Of two at one time the greater name is kept.
        String path = "bills/" + i + ".csv";
        int second = i / 2;
        landings.add(() -> land(path, second, content.toString()));
      }
      Collections.shuffle(landings, random);
      RowCounts all = RowCounts.EMPTY;
      for (Runnable landing : landings) {
        landing.run();
        if (random.nextInt(3) == 0) {
          all = all.plus(run("bills"));
        }
      }
      all = all.plus(run("bills"));
      List<String> expected = truth.values().stream().flatMap(List::stream).sorted().toList();
      assertEquals(expected, bills(), "seed " + seed);
      assertTrue(all.balances());
      assertEquals(expected.size(), all.accepted() - all.removed(), "seed " + seed);
    }
  }
}
