package io.sluice.bench;

import io.sluice.run.RunContext;
import io.sluice.table.Checkpoint;
import io.sluice.table.LakeTable;
import io.sluice.table.TableSpec;
import io.sluice.table.TableTransaction;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.delta.DeltaLog;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/** Several drivers, each a JVM of its own, commit to one table as fast as they can. */
final class RaceDrill {
  private static final TableSpec RACED =
      new TableSpec("A race.", new StructType().add("n", DataTypes.LongType), List.of(), List.of());

  private final DrillLake lake;

  RaceDrill(DrillLake lake) {
    this.lake = lake;
  }

  /** Drivers in JVMs of their own commit to one table as fast as they can. */
  String race(int drivers, int commits) throws Exception {
    Claims claims =
        claims("race", drivers, commits, "io.sluice.table.store.ConditionalPutLogStore");
    DrillLake.check(claims.twice == 0, claims.twice + " versions were won twice");
    DrillLake.check(claims.lost == 0, claims.lost + " commits are missing from the table");
    return DrillLake.line(
        "several drivers commit to one table",
        drivers + " JVMs x " + commits + " commits",
        "versions with two winners: 0, commits lost: 0");
  }

  /** The control: the same race on Delta's own store for one driver has to go wrong. */
  String raceWithoutCondition(int drivers, int commits) throws Exception {
    Claims claims = claims("control", drivers, commits, "io.delta.storage.S3SingleDriverLogStore");
    DrillLake.check(
        claims.twice + claims.lost > 0,
        "the control lost nothing: this race would not find an error in a log store");
    return DrillLake.line(
        "control: the same with S3SingleDriverLogStore",
        drivers + " JVMs x " + commits + " commits",
        "versions with two winners: " + claims.twice + ", commits lost: " + claims.lost);
  }

  private record Claims(int twice, int lost) {}

  private Claims claims(String name, int drivers, int commits, String store) throws Exception {
    String root = "chaos-" + name;
    try (RunContext context = lake.open(root)) {
      context.lake().create(raced(context), RACED);
    }
    List<Process> processes = new ArrayList<>();
    for (int driver = 0; driver < drivers; driver++) {
      processes.add(
          lake.start("commit", root, String.valueOf(driver), String.valueOf(commits), store));
    }
    Map<Long, Integer> winners = new TreeMap<>();
    int twice = 0;
    for (Process process : processes) {
      for (String line : DrillLake.read(process)) {
        if (line.startsWith("won ")
            && winners.merge(Long.valueOf(line.substring(4)), 1, Integer::sum) == 2) {
          twice++;
        }
      }
    }
    DeltaLog.clearCache();
    try (RunContext context = lake.open(root)) {
      LakeTable table = raced(context);
      long found = table.version();
      return new Claims(twice, (int) (drivers * (long) commits - found));
    }
  }

  private static LakeTable raced(RunContext context) {
    return context.lake().ops("race");
  }

  /** A driver of the race: commits, and prints the version that each commit won. */
  static void commit(String[] arguments) {
    Map<String, String> served = OwnJvm.settings(arguments[1]);
    try (RunContext context =
        DrillLake.open(served, arguments[2], "spark.delta.logStore.s3a.impl", arguments[5])) {
      String driver = "driver-" + arguments[3];
      int commits = Integer.parseInt(arguments[4]);
      for (int i = 0; i < commits; i++) {
        long version =
            TableTransaction.begin(raced(context), RACED)
                .checkpoint(new Checkpoint(driver), i)
                .publish(SaveMode.Append, "{}");
        System.out.println("won " + version);
      }
    }
  }
}
