package io.sluice.cli;

import io.sluice.run.RunContext;
import io.sluice.settings.Settings;
import io.sluice.settings.ValidationErrors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import picocli.CommandLine.Option;

/** The options of every command that say where it works. */
final class EnvironmentOptions {
  @Option(
      names = "--env",
      paramLabel = "NAME",
      defaultValue = "${env:SLUICE_ENV:-local}",
      description = "The environment, a file of conf/environments (default: ${DEFAULT-VALUE}).")
  private String name;

  @Option(
      names = "--conf",
      paramLabel = "DIR",
      defaultValue = "${env:SLUICE_CONF:-conf}",
      description = "The folder of settings (default: ${DEFAULT-VALUE}).")
  private Path conf;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "A setting in place of the environment's; may be given again.")
  private final Map<String, String> overrides = new LinkedHashMap<>();

  /** The settings; all errors at once. */
  Settings settings() {
    requireThere();
    return Settings.read(conf.resolve("environments").resolve(name + ".yaml"), overrides);
  }

  private void requireThere() {
    Path folder = conf.resolve("environments");
    List<String> there;
    try (Stream<Path> files = Files.list(folder)) {
      there =
          files
              .map(file -> file.getFileName().toString())
              .filter(file -> file.endsWith(".yaml"))
              .map(file -> file.substring(0, file.length() - ".yaml".length()))
              .sorted()
              .toList();
    } catch (IOException e) {
      throw error("--conf " + conf, "has no folder environments; name a folder such as conf");
    }
    if (!there.contains(name)) {
      throw error("--env " + name, "no such environment in " + folder + "; there are " + there);
    }
  }

  private static ValidationErrors.ValidationException error(String place, String expected) {
    ValidationErrors errors = new ValidationErrors();
    errors.add(place, expected);
    return errors.exception();
  }

  /** Opens what a command works with. */
  RunContext open(String command) {
    return RunContext.open(settings(), command);
  }

  /** Opens what a command works with that only reads. */
  RunContext openToRead(String command) {
    return RunContext.openToRead(settings(), command);
  }
}
