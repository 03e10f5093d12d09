package io.sluice.cli;

import io.sluice.pipeline.Validate;
import io.sluice.refine.Migrate;
import io.sluice.run.RunContext;
import java.io.PrintWriter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Reads options of {@code migrate}; runs {@link Migrate}. */
@Command(
    name = "migrate",
    mixinStandardHelpOptions = true,
    description = "Brings a source's silver table to the columns of today's contract.")
final class MigrateCommand implements Runnable {
  @Mixin private EnvironmentOptions environment;

  @Spec private CommandSpec spec;

  @Option(names = "--source", required = true, description = "The source.")
  private String source;

  @Option(
      names = "--quarantine-limit",
      paramLabel = "SHARE",
      defaultValue = "0",
      description =
          "The share of silver's rows, from 0 to 1, that may leave it for quarantine; default:"
              + " ${DEFAULT-VALUE}.")
  private double quarantineLimit;

  @Option(names = "--dry-run", description = "Only say what would be changed, read and touched.")
  private boolean dryRun;

  @Override
  public void run() {
    Values.requireShare(spec, "--quarantine-limit", quarantineLimit);
    PrintWriter out = spec.commandLine().getOut();
    try (RunContext context = environment.open("migrate")) {
      Migrate migrate = Migrate.of(context, source, quarantineLimit);
      out.println(migrate.plan());
      Validate.brokenMarts(context, source)
          .forEach(mart -> out.println("Left as it is, and cannot be built until mended: " + mart));
      if (!dryRun) {
        migrate.run();
      }
    }
  }
}
