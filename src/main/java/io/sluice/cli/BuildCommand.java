package io.sluice.cli;

import io.sluice.mart.Mart;
import io.sluice.mart.MartBuild;
import io.sluice.mart.Marts;
import io.sluice.run.RunContext;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Reads options of {@code build}; runs {@link MartBuild} for each mart. */
@Command(
    name = "build",
    mixinStandardHelpOptions = true,
    description = "Silver -> a gold mart, only the periods that changed.")
final class BuildCommand implements Runnable {
  @Mixin private EnvironmentOptions environment;

  @Spec private CommandSpec spec;

  @Option(names = "--mart", required = true, description = "The mart; may be given again.")
  private List<String> marts;

  @Option(names = "--dry-run", description = "Only say which periods would be built.")
  private boolean dryRun;

  @Override
  public void run() {
    try (RunContext context = environment.open("build")) {
      for (String name : marts) {
        Mart mart = Marts.get(name, context.contracts());
        if (dryRun) {
          spec.commandLine().getOut().println(name + ": " + new MartBuild(context, mart).periods());
        } else {
          new MartBuild(context, mart).run();
        }
      }
    }
  }
}
