package io.sluice.demo;

import io.sluice.cli.Sluice;
import io.sluice.demo.stream.DemoStreamCommand;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import picocli.CommandLine;

/**
 * Sluice on a laptop: every command of the product, those of the demo, and {@code --demo DIR},
 * which serves the lake of a demo while a command runs on it.
 */
public final class Laptop {
  private static final String DEMO = "--demo";

  private Laptop() {}

  public static void main(String[] arguments) {
    System.exit(run(arguments));
  }

  static int run(String... arguments) {
    return commandLine().execute(served(dir -> DemoLake.serve(dir, 0), arguments));
  }

  static CommandLine commandLine() {
    CommandLine line = Sluice.commandLine();
    line.getCommandSpec()
        .usageMessage()
        .footer(
            "",
            "With "
                + DEMO
                + " DIR a command works on the lake of a demo, served by an S3 server"
                + " of its own.");
    for (Object command :
        List.of(
            new DemoCommand(),
            new DemoRealCommand(),
            new DemoStreamCommand(),
            new ServeCommand(),
            new GenerateCommand())) {
      CommandLine one = new CommandLine(command).setCaseInsensitiveEnumValuesAllowed(true);
      one.setExecutionExceptionHandler(line.getExecutionExceptionHandler());
      line.addSubcommand(one);
    }
    return line;
  }

  /**
   * The arguments with {@code --demo DIR} replaced by the settings that lead to its server.
   *
   * @param server starts the server of a demo's folder and gives these settings
   */
  static String[] served(Function<Path, Map<String, String>> server, String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    int at = all.indexOf(DEMO);
    if (at < 0 || at + 1 == all.size() || all.get(0).equals("serve")) {
      return arguments;
    }
    Path dir = Path.of(all.remove(at + 1));
    all.remove(at);
    // Options stand behind the command and before its parameters; the user's own come later and
    // win.
    List<String> settings = new ArrayList<>();
    server.apply(dir).forEach((key, value) -> settings.addAll(List.of("--set", key + "=" + value)));
    all.addAll(Math.min(1, all.size()), settings);
    return all.toArray(String[]::new);
  }
}
