package io.sluice.cli;

import io.sluice.refine.Replay;
import io.sluice.run.RunContext;
import java.time.LocalDate;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Reads options of {@code replay}; runs {@link Replay}. */
@Command(
    name = "replay",
    mixinStandardHelpOptions = true,
    description = "Quarantined rows, judged again by today's contract -> silver.")
final class ReplayCommand implements Runnable {
  @Mixin private EnvironmentOptions environment;

  @Spec private CommandSpec spec;

  @Option(names = "--source", required = true, description = "The source.")
  private String source;

  @Option(names = "--reason", description = "Only rows that broke this, as quantity/range.")
  private String reason;

  @Option(names = "--from", description = "Only rows that arrived on this day or later.")
  private LocalDate from;

  @Option(names = "--to", description = "Only rows that arrived on this day or earlier.")
  private LocalDate to;

  @Option(names = "--dry-run", description = "Judge the rows and say so, publish nothing.")
  private boolean dryRun;

  @Override
  public void run() {
    Values.requireRange(spec, from, to);
    try (RunContext context = environment.open("replay")) {
      Replay replay = new Replay(context, source, Replay.Selection.of(reason, from, to));
      if (dryRun) {
        spec.commandLine().getOut().println(source + ": " + replay.rehearse());
      } else {
        replay.run();
      }
    }
  }
}
