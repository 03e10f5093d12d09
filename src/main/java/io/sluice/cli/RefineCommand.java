package io.sluice.cli;

import io.sluice.refine.Refine;
import io.sluice.run.RunContext;
import io.sluice.stream.DeadLetters;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * Reads options of {@code refine}; runs {@link Refine} for each source, then sends its dead
 * letters.
 */
@Command(
    name = "refine",
    mixinStandardHelpOptions = true,
    description = "New bronze rows of a source -> silver, and quarantine.")
final class RefineCommand implements Runnable {
  @Mixin private EnvironmentOptions environment;

  @Spec private CommandSpec spec;

  @Option(names = "--source", required = true, description = "The source; may be given again.")
  private List<String> sources;

  @Option(names = "--dry-run", description = "Judge the new rows and say so, publish nothing.")
  private boolean dryRun;

  @Override
  public void run() {
    try (RunContext context = environment.open("refine")) {
      for (String source : sources) {
        Refine refine = new Refine(context, source);
        if (dryRun) {
          spec.commandLine().getOut().println(source + ": " + refine.rehearse());
        } else {
          refine.run();
          DeadLetters.send(context, context.contracts().get(source));
        }
      }
    }
  }
}
