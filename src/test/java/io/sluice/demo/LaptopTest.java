package io.sluice.demo;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** The product's commands and the demo's on a laptop, and {@code --demo}. */
class LaptopTest {
  private final List<Path> served = new ArrayList<>();

  private String[] served(String... arguments) {
    return Laptop.served(
        dir -> {
          served.add(dir);
          return Map.of("s3.endpoint", "http://there");
        },
        arguments);
  }

  @Test
  void demoIsReplacedBySettingsBehindTheCommand() {
    assertArrayEquals(
        new String[] {"sql", "--set", "s3.endpoint=http://there", "select 1"},
        served("sql", "--demo", "target/demo", "select 1"));
    assertEquals(List.of(Path.of("target/demo")), served);
  }

  @Test
  void theUsersOwnSettingsComeLaterAndWin() {
    String[] all = served("sql", "--set", "s3.endpoint=mine", "select 1", "--demo", "d");
    assertArrayEquals(
        new String[] {
          "sql", "--set", "s3.endpoint=http://there", "--set", "s3.endpoint=mine", "select 1"
        },
        all);
  }

  @Test
  void withoutADemoNothingIsServed() {
    for (String[] arguments :
        List.of(
            new String[] {"sql", "select 1"},
            new String[] {},
            // Its folder is missing: the command line says so.
            new String[] {"sql", "--demo"},
            // This command serves by itself.
            new String[] {"serve", "--demo", "target/demo"})) {
      assertArrayEquals(arguments, served(arguments));
    }
    assertEquals(List.of(), served);
  }

  @ParameterizedTest
  @ValueSource(strings = {"demo", "demo-real", "serve", "generate"})
  void theDemosCommandsAnswerForHelp(String name) {
    StringWriter out = new StringWriter();
    CommandLine line = Laptop.commandLine().setOut(new PrintWriter(out));
    assertEquals(0, line.execute(name, "--help"));
    assertTrue(out.toString().contains("sluice " + name), out.toString());
  }

  @Test
  void everyCommandHasAPageAndEveryPageACommand() throws Exception {
    List<String> commands =
        Laptop.commandLine().getSubcommands().keySet().stream().sorted().toList();
    try (Stream<Path> pages = Files.list(Path.of("docs/commands"))) {
      assertEquals(
          commands,
          pages.map(page -> page.getFileName().toString().replace(".md", "")).sorted().toList());
    }
  }
}
