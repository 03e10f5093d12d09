package io.sluice.cli;

import io.sluice.model.MlflowSync;
import io.sluice.model.Model;
import io.sluice.model.Models;
import io.sluice.model.Promote;
import io.sluice.run.RunContext;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Reads options of {@code promote}; moves the champion, or a canary, by {@link Promote}. */
@Command(
    name = "promote",
    description = "Makes a version that passed its gate the champion, or a canary.")
final class PromoteCommand implements Runnable {
  @Mixin private EnvironmentOptions environment;

  // Not mixinStandardHelpOptions, whose --version would hide this command's own.
  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help message.")
  private boolean help;

  @Spec private CommandSpec spec;

  @Option(names = "--model", required = true, description = "The model.")
  private String model;

  @Option(names = "--version", description = "The version; default: the newest.")
  private Integer version;

  @Option(
      names = "--canary",
      paramLabel = "PERCENT",
      description = "Only let it serve so many of a hundred buckets of entities.")
  private Integer canary;

  @Override
  public void run() {
    if (canary != null) {
      Values.requireWithin(spec, "--canary", canary, 1, 99);
    }
    try (RunContext context = environment.open("promote")) {
      Model moved = Models.get(model, context.contracts());
      Promote promote = new Promote(context, moved);
      if (canary == null) {
        promote.promote(Optional.ofNullable(version));
      } else {
        promote.canary(Optional.ofNullable(version), canary);
      }
      MlflowSync.catchUp(context, List.of(moved));
    }
  }
}
