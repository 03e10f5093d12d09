package io.sluice.cli;

import io.sluice.refine.Inspection;
import io.sluice.run.RunContext;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Reads options of {@code inspect}; prints what {@link Inspection} tells. */
@Command(
    name = "inspect",
    mixinStandardHelpOptions = true,
    description = "Shows what a source's new rows hold, such as those of a batch that was stopped.")
final class InspectCommand implements Runnable {
  @Mixin private EnvironmentOptions environment;

  @Spec private CommandSpec spec;

  @Option(names = "--source", required = true, description = "The source.")
  private String source;

  @Option(
      names = "--rows",
      defaultValue = "10",
      description = "How many broken rows are shown; default: ${DEFAULT-VALUE}.")
  private int rows;

  @Option(names = "--reason", description = "Only rows that broke this, as quantity/range.")
  private String reason;

  @Option(
      names = "--open",
      description = "Show records that are stored encrypted; ops.runs keeps that they were opened.")
  private boolean open;

  @Override
  public void run() {
    Values.requireWithin(spec, "--rows", rows, 0, 10_000);
    try (RunContext context = environment.open("inspect")) {
      new Inspection(context, source, rows, reason)
          .lines(open ? Inspection.Records.OPENED : Inspection.Records.CLOSED)
          .forEach(spec.commandLine().getOut()::println);
    }
  }
}
