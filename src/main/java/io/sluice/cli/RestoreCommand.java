package io.sluice.cli;

import io.sluice.pipeline.Restore;
import io.sluice.run.RunContext;
import java.time.Instant;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Reads options of {@code restore}; runs {@link Restore}. */
@Command(
    name = "restore",
    description = "Brings a table back to an earlier version, and its commands with it.")
final class RestoreCommand implements Runnable {
  @Mixin private EnvironmentOptions environment;

  // Not mixinStandardHelpOptions, whose --version would hide this command's own.
  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help message.")
  private boolean help;

  @Spec private CommandSpec spec;

  @Option(names = "--table", required = true, description = "Layer and table, as silver.calls.")
  private String table;

  @Option(names = "--version", description = "The version to come back to.")
  private Long version;

  @Option(names = "--time", description = "A time to come back to, as 2026-11-01T09:30:00Z.")
  private Instant time;

  @Option(names = "--dry-run", description = "Only say what would change.")
  private boolean dryRun;

  @Override
  public void run() {
    try (RunContext context = environment.open("restore")) {
      Restore restore = new Restore(context, table, version, time);
      spec.commandLine().getOut().println(restore.plan());
      if (!dryRun) {
        restore.run();
      }
    }
  }
}
