package io.sluice.contributing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.run.RunContext;
import io.sluice.testing.NeedsServers;
import io.sluice.testing.Readings;
import io.sluice.testing.TestLake;
import io.sluice.testing.Typed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands and messages of {@code docs/troubleshooting.md} are those that a user meets. */
@NeedsServers
class TroubleshootingTest {
  private static final Path PAGE = Path.of("docs/troubleshooting.md");

  @TempDir private Path contracts;
  private String err = "";

  @Test
  void stopIsTheOneOfThePageAndItsCommandsLeadOut() throws IOException {
    Files.writeString(
        contracts.resolve("readings.yaml"),
        Files.readString(Readings.CONTRACTS.resolve("readings.yaml"))
            .replace("quarantineLimit, value: 0.6", "quarantineLimit, value: 0.2"));
    RunContext context = TestLake.open("troubles", contracts);
    StringBuilder csv = new StringBuilder(Readings.HEADER);
    for (int i = 0; i < 100; i++) {
      csv.append('M').append(i).append(",2026-03-01,").append(i < 30 ? -1 : 5).append(',');
      csv.append(i < 5 ? "x" : "kwh").append(",2026-03-01T10:00:00Z\n");
    }
    TestLake.land(context, "readings/a.csv", csv.toString());
    TestLake.land(context, "readings/b.csv.gz", new byte[] {0x1f, (byte) 0x8b, 8, 0});
    assertEquals(0, sluice("sluice ingest --source readings"), err);
    String page = plain(Files.readString(PAGE));

    assertEquals(3, sluice("sluice refine --source readings"), err);
    assertTrue(
        page.contains(plain(stop()).replace("/troubles", "")), stop() + "\nis not on the page");
    for (String command : commands("sluice sql \"select file")) {
      assertEquals(0, sluice(command), command + ": " + err);
    }
    assertEquals(0, sluice("sluice inspect --source readings --reason unit/enum"), err);
    assertEquals(3, sluice("sluice refine --source readings --dry-run"), err);
    assertEquals(2, sluice("sluice maintain --table silver/../gold.spend"), err);
    assertEquals(2, sluice("sluice replay --source readings --from 1.3.2026"), err);
    assertEquals(0, sluice("sluice refine --source readings --quarantine-limit 0.5"), err);
    for (String command :
        List.of(
            "sluice inspect --source readings",
            "sluice refine --source readings --dry-run",
            "sluice refine --source readings --quarantine-limit 0.5")) {
      assertTrue(page.contains(command), command + " is not on the page");
    }
  }

  /** The commands of the page's blocks that begin in one way. */
  private static List<String> commands(String begin) throws IOException {
    List<String> commands =
        Files.readAllLines(PAGE).stream()
            .filter(line -> line.startsWith("$ " + begin))
            .map(line -> line.substring(2))
            .toList();
    assertEquals(2, commands.size());
    return commands;
  }

  private String stop() {
    return err.lines().filter(line -> line.startsWith("Stopped: ")).findFirst().orElse(err);
  }

  private static String plain(String text) {
    return text.replaceAll("\\s+", " ");
  }

  private int sluice(String command) {
    List<String> all = new ArrayList<>();
    Matcher word = Pattern.compile("\"([^\"]*)\"|(\\S+)").matcher(command);
    while (word.find()) {
      all.add(word.group(1) == null ? word.group(2) : word.group(1));
    }
    all.remove(0);
    Typed typed = Typed.run("troubles", contracts, all);
    err = typed.err();
    return typed.code();
  }
}
