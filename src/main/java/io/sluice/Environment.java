package io.sluice;

import io.sluice.settings.Settings;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Option;

/** The options of every program that say where it works. */
final class Environment {
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
  private Map<String, String> overrides = new LinkedHashMap<>();

  /** The settings; all faults at once. */
  Settings settings() {
    return Settings.read(conf.resolve("environments").resolve(name + ".yaml"), overrides);
  }

  /** Opens what a program works with. */
  Workplace open(String program) {
    return Workplace.open(settings(), program);
  }
}
