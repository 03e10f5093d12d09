package io.sluice.cli;

import io.sluice.pipeline.Validate;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Runs {@link Validate}: settings, contracts and marts, before any data moves. */
@Command(
    name = "validate",
    mixinStandardHelpOptions = true,
    description = "Checks every contract, mart and setting, before any data moves.")
final class ValidateCommand implements Runnable {
  @Mixin private EnvironmentOptions environment;

  @Spec private CommandSpec spec;

  @Override
  public void run() {
    spec.commandLine().getOut().println(Validate.run(environment.settings()));
  }
}
