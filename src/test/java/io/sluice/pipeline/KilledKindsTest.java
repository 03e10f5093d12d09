package io.sluice.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.bench.CrashingS3A;
import io.sluice.ingest.Ingest;
import io.sluice.refine.Refine;
import io.sluice.run.RunContext;
import io.sluice.table.LakeTable;
import io.sluice.testing.Lines;
import io.sluice.testing.LocalSpark;
import io.sluice.testing.NeedsServers;
import io.sluice.testing.SmallContract;
import io.sluice.testing.TestLake;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.apache.spark.sql.delta.DeltaLog;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A driver killed before any of its writes leaves whole deliveries, changes of a database and the
 * histories of both as an undisturbed run does, once it is started again.
 */
@NeedsServers
class KilledKindsTest {
  private static final List<String> SOURCES = List.of("register", "people");
  private static final String FIELDS =
      """
      - {name: id, logicalType: string, required: true, primaryKey: true, primaryKeyPosition: 1}
      - {name: number, logicalType: integer, required: true}
      """;
  private static final String REGISTER =
      """
      - {property: changes, value: replace}
      - {property: history, value: true}
      - {property: quarantineLimit, value: 1}
      - {property: arrivals, value: [{name: files, format: csv, location: register/}]}
      """;
  private static final String PEOPLE =
      """
      - {property: changes, value: {kind: cdc, operation: op}}
      - {property: orderingColumn, value: at}
      - {property: history, value: true}
      - {property: quarantineLimit, value: 1}
      - {property: arrivals, value: [{name: files, format: csv, location: people/}]}
      """;
  private static final String AT =
      "- {name: at, logicalType: timestamp, required: true, transformLogic: timestamp_seconds(bigint(at))}\n";

  /** Of each table what does not tell one run from another. */
  private static final Map<String, String> TABLES =
      Map.of(
          "bronze.register", "file, position",
          "silver.register", "id, number, _delivery",
          "silver.register_history", "id, number, is_current, _deleted, _last",
          "quarantine.register", "file, position",
          "bronze.people", "file, position",
          "silver.people", "id, number, at",
          "silver.people_history", "id, number, valid_from, valid_to, is_current, _deleted",
          "silver.people_deleted", "id",
          "quarantine.people", "file, position",
          "ops.files", "file, records");

  @TempDir private Path contracts;

  @BeforeEach
  void write() throws Exception {
    Files.writeString(
        contracts.resolve("register.yaml"), SmallContract.text("register", FIELDS, REGISTER));
    Files.writeString(
        contracts.resolve("people.yaml"), SmallContract.text("people", FIELDS + AT, PEOPLE));
  }

  @AfterEach
  void live() {
    CrashingS3A.live();
  }

  private static void night(RunContext context) {
    for (String source : SOURCES) {
      new Ingest(context, source).run();
      new Refine(context, source).run();
    }
  }

  private static void landSecond(RunContext context) {
    // B is gone, C broken and so not known to be gone, D new.
    TestLake.land(context, "register/2.csv", "id,number\nA,2\nC,x\nD,4\n");
    // A is changed, B deleted, C changed before it was first told of, D deleted and back.
    TestLake.land(
        context,
        "people/2.csv",
        "op,id,number,at\nu,A,2,20\nd,B,,20\nu,C,0,5\nd,D,,20\ni,D,5,30\nu,E,x,20\n");
  }

  private static Map<String, List<String>> tables(RunContext context, Predicate<String> wanted) {
    // A new driver knows nothing of the old one's.
    DeltaLog.clearCache();
    Map<String, List<String>> tables = new TreeMap<>();
    TABLES.forEach(
        (name, columns) -> {
          LakeTable table = context.lake().named(name);
          if (wanted.test(name) && table.exists()) {
            tables.put(name, Lines.of(table.read().selectExpr(columns.split(", "))));
          }
        });
    return tables;
  }

  private static Map<String, List<String>> tables(RunContext context) {
    return tables(context, name -> true);
  }

  @Test
  void whereverItIsKilled() throws Exception {
    RunContext base = TestLake.open("killed-kinds", contracts);
    TestLake.land(base, "register/1.csv", "id,number\nA,1\nB,2\nC,3\n");
    TestLake.land(
        base, "people/1.csv", "op,id,number,at\ni,A,1,10\ni,B,2,10\ni,C,3,10\ni,D,4,10\n");
    night(base);
    Map<String, List<String>> old = tables(base);
    RunContext calm = copy("killed-kinds-calm");
    landSecond(calm);
    night(calm);
    Map<String, List<String>> expected = tables(calm);
    assertEquals(
        List.of("A|2", "C|3", "D|4"),
        Lines.of(calm.lake().silver("register").read().select("id", "number")));
    assertEquals(
        List.of("A|2", "C|3", "D|5"),
        Lines.of(calm.lake().silver("people").read().select("id", "number")));
    int deaths = 0;
    // Every thirteenth write: a prime, so that the moments fall on all kinds of writes.
    for (int writes = 1; writes < 140; writes += 13) {
      RunContext context = copy("killed-kinds-" + writes);
      landSecond(context);
      boolean died = dies(context, writes);
      String when = "after " + writes + " writes";
      tables(context, name -> name.startsWith("silver"))
          .forEach(
              (name, rows) ->
                  assertTrue(
                      rows.equals(old.get(name)) || rows.equals(expected.get(name)),
                      name + " is neither as before nor as after " + when + ": " + rows));
      night(context);
      assertEquals(expected, tables(context), when);
      if (!died) {
        break;
      }
      deaths++;
    }
    assertTrue(deaths >= 4, "only " + deaths + " deaths: the run has more writes than that");
  }

  private RunContext copy(String name) throws Exception {
    TestLake.copy(LocalSpark.server().data(), "killed-kinds", name);
    return TestLake.open(name, contracts);
  }

  /** Runs the night with so many writes left; whether it died of it. */
  private static boolean dies(RunContext context, int writes) {
    CrashingS3A.dieAfter(writes, context.lake().root());
    try {
      night(context);
      return false;
    } catch (Exception e) {
      // Spark throws checked exceptions that its methods do not declare.
      return true;
    } finally {
      CrashingS3A.live();
    }
  }
}
