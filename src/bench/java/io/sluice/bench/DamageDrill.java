package io.sluice.bench;

import io.sluice.ingest.Ingest;
import io.sluice.refine.Refine;
import io.sluice.run.RunContext;
import io.sluice.testing.Readings;
import io.sluice.testing.TestLake;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.spark.sql.delta.DeltaLog;

/** Table logs that are deleted or spoilt by someone who should not. */
final class DamageDrill {
  private final DrillLake lake;

  DamageDrill(DrillLake lake) {
    this.lake = lake;
  }

  /** Log files are deleted or spoilt: the next night is exact or loud, never silently wrong. */
  String damagedLogs() throws Exception {
    String[] contracts = {"contracts", Readings.CONTRACTS.toString()};
    try (RunContext context = lake.open("damage", contracts)) {
      for (int file = 0; file < 3; file++) {
        DrillLake.write(
            context,
            "readings/" + file + ".csv",
            DrillLake.readings(new Random(lake.seed() + file), 12));
        new Ingest(context, "readings").run();
        new Refine(context, "readings").run();
      }
    }
    Map<String, Long> expected = lake.readings("damage");
    List<String> exact = new ArrayList<>();
    List<String> loud = new ArrayList<>();
    for (String damage :
        List.of(
            "last commit of silver deleted",
            "last commit of bronze deleted",
            "last commit of quarantine deleted",
            "middle commit of files deleted",
            "last commit of files deleted",
            "last_checkpoint of silver spoilt",
            "first commit of bronze emptied",
            "last commit of silver cut in half")) {
      String root = "damage-" + damage.replace(' ', '-');
      TestLake.copy(lake.dir().resolve("data"), "damage", root);
      damage(root, damage);
      DeltaLog.clearCache();
      Map<String, Long> found;
      try (RunContext context = lake.open(root, contracts)) {
        new Ingest(context, "readings").run();
        new Refine(context, "readings").run();
        // Commands without news do not look at every table; who reads it has to be told.
        found = lake.readings(root);
      } catch (Exception e) {
        loud.add(damage);
        continue;
      }
      DrillLake.check(found.equals(expected), damage + ": not a word, and the tables are wrong");
      exact.add(damage);
    }
    return DrillLake.line(
        "log files deleted or spoilt",
        exact.size() + loud.size() + " kinds of damage",
        "silently wrong: 0; exact " + exact + ", loud " + loud);
  }

  private void damage(String root, String damage) throws IOException {
    String table =
        damage.contains("files")
            ? "ops/files"
            : Stream.of("silver", "bronze", "quarantine")
                .filter(damage::contains)
                .map(layer -> layer + "/readings")
                .findFirst()
                .orElseThrow();
    Path log = lake.dir().resolve("data/lake").resolve(root).resolve(table).resolve("_delta_log");
    List<Path> commits;
    try (Stream<Path> files = Files.list(log)) {
      commits = files.filter(file -> file.toString().endsWith(".json")).sorted().toList();
    }
    Path last = commits.get(commits.size() - 1);
    if (damage.startsWith("last commit") && damage.endsWith("deleted")) {
      Files.delete(last);
      Files.deleteIfExists(Path.of(last.toString().replace(".json", ".crc")));
    } else if (damage.startsWith("middle")) {
      Files.delete(commits.get(commits.size() / 2));
    } else if (damage.startsWith("last_checkpoint")) {
      Files.writeString(log.resolve("_last_checkpoint"), "{\"version\": 7, \"si");
    } else if (damage.startsWith("first")) {
      Files.writeString(commits.get(0), "");
    } else {
      String text = Files.readString(last);
      Files.writeString(last, text.substring(0, text.length() / 2));
    }
  }
}
