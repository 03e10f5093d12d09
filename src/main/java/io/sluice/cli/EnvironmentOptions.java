package io.sluice.cli;

import io.sluice.run.RunContext;
import io.sluice.settings.Settings;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
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
    return Settings.read(conf.resolve("environments").resolve(name + ".yaml"), overrides);
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
