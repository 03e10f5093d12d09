package io.sluice.cli;

import io.sluice.pipeline.CompareContracts;
import io.sluice.pipeline.Validate;
import java.io.PrintWriter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * Runs {@link Validate}: settings, contracts and marts, before any data moves; or {@link
 * CompareContracts}: contracts and their earlier forms.
 */
@Command(
    name = "validate",
    mixinStandardHelpOptions = true,
    description = "Checks every contract, mart and setting, before any data moves.")
final class ValidateCommand implements Runnable {
  @Mixin private EnvironmentOptions environment;

  @Spec private CommandSpec spec;

  @Option(
      names = "--against",
      paramLabel = "EARLIER",
      description =
          "Only compare the contracts with their earlier forms: a revision of git, a folder or a"
              + " file.")
  private String against;

  @Override
  public void run() {
    PrintWriter out = spec.commandLine().getOut();
    if (against == null) {
      out.println(Validate.run(environment.settings()));
      return;
    }
    CompareContracts comparison = CompareContracts.of(environment.settings(), against);
    out.println(comparison.text());
    comparison.errors().throwIfAny();
  }
}
