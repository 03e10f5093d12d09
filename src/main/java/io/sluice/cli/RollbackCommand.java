package io.sluice.cli;

import io.sluice.model.MlflowSync;
import io.sluice.model.Model;
import io.sluice.model.Models;
import io.sluice.model.Promote;
import io.sluice.run.RunContext;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Reads options of {@code rollback}; takes a champion or canary back by {@link Promote}. */
@Command(
    name = "rollback",
    mixinStandardHelpOptions = true,
    description = "Gives back to a model's champion before, or takes a canary out.")
final class RollbackCommand implements Runnable {
  @Mixin private EnvironmentOptions environment;

  @Option(names = "--model", required = true, description = "The model.")
  private String model;

  @Option(names = "--reason", required = true, description = "Why, for the record.")
  private String reason;

  @Override
  public void run() {
    try (RunContext context = environment.open("rollback")) {
      Model moved = Models.get(model, context.contracts());
      new Promote(context, moved).rollback(reason);
      MlflowSync.catchUp(context, List.of(moved));
    }
  }
}
