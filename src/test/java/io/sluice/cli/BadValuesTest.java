package io.sluice.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.table.Lake;
import io.sluice.table.TableSpec;
import io.sluice.table.TableTransaction;
import io.sluice.testing.LocalSpark;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What people type that cannot be meant: each is a sentence that says what can, and exit code 2,
 * whatever the command. {@code DIR} is a folder that holds a lake and, beside it, a table.
 */
class BadValuesTest {
  @TempDir private static Path folder;

  @BeforeAll
  static void makeLake() throws IOException {
    Dataset<Row> rows = LocalSpark.withoutS3().range(3).toDF();
    Lake lake = Lake.open(LocalSpark.withoutS3(), folder.resolve("lake").toUri().toString());
    TableTransaction.begin(
            lake.silver("calls"),
            new TableSpec("Made for a test.", rows.schema().asNullable(), List.of(), List.of()))
        .append(rows)
        .publish(SaveMode.Append, "{}");
    rows.write().format("delta").save(folder.resolve("outside").toString());
    Files.writeString(folder.resolve("key"), "a key of tests, 32 bytes long or more");
    Files.createDirectories(folder.resolve("lake/silver/half"));
  }

  private static String errors(int code, String line) {
    List<String> arguments = new ArrayList<>();
    for (String argument : line.replace("DIR", folder.toString()).split(" ")) {
      arguments.add(argument.equals("EMPTY") ? "" : argument);
    }
    boolean opens = !List.of("settings").contains(arguments.get(0));
    if (opens && !line.contains("--conf") && !line.contains("--env")) {
      String key = "file:" + folder.resolve("key");
      Map.of(
              "s3.access-key",
              key,
              "s3.secret-key",
              key,
              "privacy.key",
              key,
              "lineage.transport",
              "none",
              "lake.root",
              folder.resolve("lake").toUri().toString(),
              "landing.root",
              folder.resolve("landing").toUri().toString(),
              "contracts",
              "src/test/resources/contracts/readings")
          .forEach((name, value) -> arguments.addAll(1, List.of("--set", name + "=" + value)));
    }
    StringWriter err = new StringWriter();
    int exit =
        Sluice.commandLine()
            .setErr(new PrintWriter(err))
            .setOut(new PrintWriter(new StringWriter()))
            .execute(arguments.toArray(String[]::new));
    assertEquals(code, exit, line + ": " + err);
    return err.toString();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        // Tables: none leaves its layer.
        "maintain --table ../outside | --table ../outside: no such table; there are [silver.calls",
        "maintain --table silver/../../outside | no such table; there are",
        "maintain --table silver.../../outside | no such table; there are",
        "maintain --table silver.calls/../../../outside | no such table; there are",
        "maintain --table DIR/outside | no such table; there are",
        "maintain --table file:DIR/outside | no such table; there are",
        "maintain --table ops/../silver.calls | no such table; there are",
        "maintain --table silver | no such table; there are",
        "maintain --table silver. | no such table; there are",
        "maintain --table .calls | no such table; there are",
        "maintain --table EMPTY | no such table; there are",
        "maintain --table silver.half | no such table; there are",
        "maintain --table Silver.calls | no such table; there are",
        "maintain --table silver.calls;drop | no such table; there are",
        "maintain --table silver.* | no such table; there are",
        "restore --version 0 --table silver.../../outside | no such table; name a layer and a table, as silver.calls",
        "restore --version 0 --table silver.calls/../calls | no such table; name a layer and a table",
        "restore --version 0 --table DIR/outside | no such table; name a layer and a table",
        "restore --version 0 --table outside | no such table; name a layer and a table",
        // Versions and times.
        "restore --table silver.calls | --version, --time: one of them has to be given",
        "restore --table silver.calls --version 0 --time 2026-03-01T00:00:00Z | one of them has to be given",
        "restore --table silver.calls --version 7 | silver.calls is at version 0; name an earlier one",
        "restore --table silver.calls --version -1 | name an earlier one",
        "restore --table silver.calls --version newest | must be a whole number, not 'newest'",
        "restore --table silver.calls --version 1.5 | must be a whole number, not '1.5'",
        "restore --table silver.calls --version 99999999999999999999 | must be a whole number",
        "restore --table silver.calls --time yesterday | must be a time such as 2026-03-31T09:30:00Z, not 'yesterday'",
        "restore --table silver.calls --time 2026-03-31 | must be a time such as",
        "restore --table silver.calls --time 1900-01-01T00:00:00Z | --time 1900-01-01T00:00:00Z",
        "restore --table silver.calls --time +1000000000-01-01T00:00:00Z | must be a time such as",
        // Hours, days, numbers.
        "maintain --retain 0 | --retain must be from 1 to 876600, not 0",
        "maintain --retain -5 | --retain must be from 1 to 876600, not -5",
        "maintain --retain 9223372036854775807 | --retain must be from 1 to 876600",
        "maintain --table silver.calls --retain 100 | 100 hours are less than retention.time-travel-hours needs for silver.calls: 168 hours",
        "maintain --retain week | must be a whole number, not 'week'",
        "report --days 0 | --days must be from 1 to 36525, not 0",
        "report --days 2147483648 | must be a whole number",
        "report --days many | must be a whole number, not 'many'",
        "report --out DIR | --out must be a file that can be written",
        "report --out EMPTY | --out must be a file that can be written",
        "report --out /proc/none/report.html | --out must be a file that can be written",
        "promote --model x --canary 0 | --canary must be from 1 to 99, not 0",
        "promote --model x --canary 100 | --canary must be from 1 to 99, not 100",
        "promote --model x --version one | must be a whole number, not 'one'",
        "backfill --source readings --from 2026-03-02 --to 2026-03-01 | --from 2026-03-02 is after --to 2026-03-01",
        "backfill --source readings --from 2026-02-30 --to 2026-03-01 | must be a day such as 2026-03-31, not '2026-02-30'",
        "backfill --source readings --from 0001-01-01 --to 9999-12-31 | is more than a hundred years",
        "backfill --source readings --from -0001-01-01 --to 2026-03-01 | must be a day such as",
        "backfill --source readings --from 2026-03-01 --to +12026-03-01 | must be a day such as",
        "backfill --source readings --from 2026-03-01 --to 2026-03-02 --step 0 | --step must be from 1 to 366, not 0",
        "backfill --source readings --from 2026-03-01 --to 2026-03-02 --parallel 100000 | --parallel must be from 1 to 64",
        "backfill --mart ../x --from 2026-03-01 --to 2026-03-02 | mart ../x: no such mart; there are",
        "backfill --source x --mart y --from 2026-03-01 --to 2026-03-02 | mutually exclusive",
        "backfill --source readings --from 2026-03-01 --to 2026-03-02 | silver.readings does not exist; refine it first",
        "replay --source readings --from 2026-03-02 --to 2026-03-01 | --from 2026-03-02 is after --to 2026-03-01",
        "replay --source readings --from 1.3.2026 | must be a day such as 2026-03-31, not '1.3.2026'",
        "score --model x --from 2026-03-01 | --from and --to go together",
        "score --model x --from 2026-03-02 --to 2026-03-01 | --from 2026-03-02 is after --to 2026-03-01",
        // Names.
        "ingest --source ../../outside | source ../../outside: no such contract; there are [readings]",
        "ingest --source EMPTY | no such contract; there are [readings]",
        "refine --source Readings | source Readings: no such contract; there are [readings]",
        "refine --source readings --quarantine-limit 2 | --quarantine-limit must be a share from 0 to 1, not 2.0",
        "refine --source readings --quarantine-limit NaN | --quarantine-limit must be a share from 0 to 1",
        "refine --source readings --quarantine-limit half | Invalid value for option '--quarantine-limit'",
        "nightly --quarantine-limit readings=-1 | --quarantine-limit must be a share from 0 to 1, not -1.0",
        "nightly --quarantine-limit 0.5 | --quarantine-limit",
        "nightly --quarantine-limit x=0.5 | source x: no such contract; there are [readings]",
        "inspect --source readings --rows -1 | --rows must be from 0 to 10000, not -1",
        "inspect --source ../x | no such contract; there are [readings]",
        "replay --source x | no such contract; there are [readings]",
        "stream --source x | no such contract; there are [readings]",
        "stream --source readings | source readings: does not arrive on a topic",
        "build --mart gold.spend | mart gold.spend: no such mart; there are",
        "train --model ../x | model ../x: no such model; there are",
        "retrain --model x | model x: no such model; there are",
        "rollback --model x --reason y | model x: no such model; there are",
        "promote --model x | model x: no such model; there are",
        "score --model x | model x: no such model; there are",
        // Statements and formats.
        "sql EMPTY | statement: ",
        "sql --format xml select | expected one of [TABLE, CSV, JSON]",
        "sql selec | statement: ",
        // Where a command works.
        "validate --env ../environments/local | --env ../environments/local: no such environment in conf/environments; there are [",
        "validate --env nowhere | --env nowhere: no such environment in conf/environments; there are [",
        "validate --env EMPTY | no such environment",
        "validate --conf nowhere | --conf nowhere: has no folder environments",
        "validate --conf pom.xml | --conf pom.xml: has no folder environments",
        "graph --env a/b | no such environment",
        "validate --set lake.root | --set",
        "validate --set no.such=1 | no.such: unknown setting; known are",
        "validate --set stream.interval=soon | stream.interval: must be a whole number",
        "validate --set contracts=nowhere | nowhere",
        // Options that are not there.
        "refine --source readings --dry | Possible solutions: --dry-run",
        "refine --dry-run --source | Missing required parameter for option '--source'",
        "settings all | Unmatched argument"
      })
  void badValueIsASentenceThatSaysWhatCanBeMeant(String line, String sentence) {
    String err = errors(2, line);
    assertTrue(err.contains(sentence.replace("DIR", folder.toString())), err);
    assertFalse(err.contains("\tat ") || err.contains("Exception"), err);
    assertTrue(err.lines().count() <= 2, err);
    assertTrue(err.lines().allMatch(text -> text.length() < 3000), err);
  }
}
