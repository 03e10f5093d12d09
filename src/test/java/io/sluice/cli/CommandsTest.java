package io.sluice.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.query.LakeQuery;
import io.sluice.settings.Key;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** What the command line takes and refuses, before anything is opened. */
class CommandsTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private CommandLine commandLine() {
    return Sluice.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
  }

  static Set<String> names() {
    return Sluice.commandLine().getSubcommands().keySet();
  }

  @ParameterizedTest
  @MethodSource("names")
  void helpAnswersAndNamesEveryOption(String name) {
    assertEquals(0, commandLine().execute(name, "--help"), err.toString());
    String usage = out.toString();
    assertTrue(usage.contains("sluice " + name), usage);
    Sluice.commandLine()
        .getSubcommands()
        .get(name)
        .getCommandSpec()
        .options()
        .forEach(option -> assertTrue(usage.contains(option.longestName()), usage));
  }

  @ParameterizedTest
  @MethodSource("names")
  void anUnknownOptionIsWrongUse(String name) {
    assertEquals(2, commandLine().execute(name, "--no-such-option"));
    assertTrue(
        err.toString().contains("Unknown option: '--no-such-option'")
            || err.toString().contains("Missing required"),
        err.toString());
    assertTrue(
        err.toString().contains("See: sluice " + name + " --help")
            || err.toString().contains("Possible solutions: "),
        err.toString());
  }

  @Test
  void everyCommandHasItsClassAndItsName() throws Exception {
    try (Stream<Path> files = Files.list(Path.of("src/main/java/io/sluice/cli"))) {
      assertEquals(
          files
              .map(file -> file.getFileName().toString())
              .filter(file -> file.endsWith("Command.java"))
              .map(file -> file.replace("Command.java", "").toLowerCase(java.util.Locale.ROOT))
              .sorted()
              .toList(),
          names().stream().sorted().toList());
    }
  }

  private static LocalDate day(int day) {
    return LocalDate.of(2026, 3, day);
  }

  /** Command lines, and what becomes of each option that they give. */
  static Stream<Arguments> given() {
    return Stream.of(
        Arguments.of(
            "ingest --source orders --source calls --dry-run",
            Map.of("--source", List.of("orders", "calls"), "--dry-run", true)),
        Arguments.of(
            "refine --source orders --quarantine-limit 0.5",
            Map.of("--source", List.of("orders"), "--quarantine-limit", 0.5)),
        Arguments.of(
            "nightly --quarantine-limit orders=0.5 --quarantine-limit calls=1",
            Map.of("--quarantine-limit", Map.of("orders", 0.5, "calls", 1.0))),
        Arguments.of(
            "inspect --source orders --rows 3 --reason quantity/range --open",
            Map.of(
                "--source", "orders", "--rows", 3, "--reason", "quantity/range", "--open", true)),
        Arguments.of(
            "build --mart spend_daily --dry-run",
            Map.of("--mart", List.of("spend_daily"), "--dry-run", true)),
        Arguments.of("train --model fraud", Map.of("--model", List.of("fraud"))),
        Arguments.of(
            "score --model fraud --from 2026-03-01 --to 2026-03-02",
            Map.of("--model", List.of("fraud"), "--from", day(1), "--to", day(2))),
        Arguments.of(
            "promote --model fraud --version 3 --canary 10",
            Map.of("--model", "fraud", "--version", 3, "--canary", 10)),
        Arguments.of(
            "rollback --model fraud --reason drift",
            Map.of("--model", "fraud", "--reason", "drift")),
        Arguments.of("retrain --model a --model b", Map.of("--model", List.of("a", "b"))),
        Arguments.of(
            "nightly --env dev --set lake.root=s3a://x --set s3.region=eu",
            Map.of("--env", "dev", "--set", Map.of("lake.root", "s3a://x", "s3.region", "eu"))),
        Arguments.of(
            "backfill --mart spend_daily --from 2026-03-01 --to 2026-03-09 --arrived-from 2026-02-01"
                + " --step 7 --parallel 2 --dry-run",
            Map.of(
                "--mart",
                "spend_daily",
                "--from",
                day(1),
                "--to",
                day(9),
                "--arrived-from",
                LocalDate.of(2026, 2, 1),
                "--step",
                7,
                "--parallel",
                2,
                "--dry-run",
                true)),
        Arguments.of(
            "replay --source orders --reason quantity/range --from 2026-03-01 --to 2026-03-02",
            Map.of(
                "--source",
                "orders",
                "--reason",
                "quantity/range",
                "--from",
                day(1),
                "--to",
                day(2))),
        Arguments.of(
            "restore --table silver.calls --version 4 --dry-run",
            Map.of("--table", "silver.calls", "--version", 4L, "--dry-run", true)),
        Arguments.of(
            "restore --table silver.calls --time 2026-11-01T09:30:00Z",
            Map.of("--table", "silver.calls", "--time", Instant.parse("2026-11-01T09:30:00Z"))),
        Arguments.of(
            "maintain --table silver.calls --retain 200",
            Map.of("--table", List.of("silver.calls"), "--retain", 200L)),
        Arguments.of(
            "stream --source transactions --until-caught-up",
            Map.of("--source", List.of("transactions"), "--until-caught-up", true)),
        Arguments.of("validate --conf other", Map.of("--conf", Path.of("other"))),
        Arguments.of("validate --against main", Map.of("--against", "main")),
        Arguments.of(
            "migrate --source orders --quarantine-limit 0.1 --dry-run",
            Map.of("--source", "orders", "--quarantine-limit", 0.1, "--dry-run", true)),
        Arguments.of("report --out a.html", Map.of("--out", Path.of("a.html"))),
        Arguments.of("sql --format JSON select", Map.of("--format", LakeQuery.Format.JSON)),
        Arguments.of("graph --env dev", Map.of("--env", "dev")));
  }

  @ParameterizedTest
  @MethodSource("given")
  void optionsAreParsed(String line, Map<String, Object> expected) {
    Map<String, Object> found = new TreeMap<>();
    Sluice.commandLine()
        .parseArgs(line.split(" "))
        .subcommand()
        .matchedOptions()
        .forEach(option -> found.put(option.longestName(), option.getValue()));
    assertEquals(new TreeMap<>(expected), found);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "no-such-command",
        "ingest",
        "refine",
        "build",
        "train",
        "score",
        "score --model fraud --from 2026-03-01",
        "promote",
        "promote --model fraud --canary 100",
        "promote --model fraud --version first",
        "rollback --model fraud",
        "backfill --source orders --from 2026-03-01",
        "backfill --from 2026-03-01 --to 2026-03-02",
        "backfill --source a --mart b --from 2026-03-01 --to 2026-03-02",
        "migrate",
        "migrate --source orders --quarantine-limit 2",
        "replay",
        "replay --source orders --from 1.3.2026",
        "restore",
        "sql",
        "sql --format xml select"
      })
  void whatCannotBeMeantIsWrongUse(String line) {
    assertEquals(
        2, commandLine().execute(line.isEmpty() ? new String[0] : line.split(" ")), out.toString());
    assertFalse(err.toString().isBlank());
  }

  @Test
  void environmentsOptionsLeadToSettings() {
    EnvironmentOptions environment = new EnvironmentOptions();
    new CommandLine(environment)
        .parseArgs(
            ("--set s3.access-key= --set s3.secret-key= --set privacy.key="
                    + " --set lake.root=s3a://mine --conf conf --env local")
                .split(" "));
    assertEquals("local", environment.settings().environment());
    assertEquals("s3a://mine", environment.settings().get(Key.LAKE));
  }

  @Test
  void settingsPrintsEveryKey() {
    assertEquals(0, commandLine().execute("settings"));
    Key.all().forEach(key -> assertTrue(out.toString().contains(key.name()), key.name()));
  }
}
