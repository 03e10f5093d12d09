package io.sluice.cli;

import io.sluice.mart.MartBuild;
import io.sluice.mart.Marts;
import io.sluice.refine.Backfill;
import io.sluice.run.RunContext;
import java.io.PrintWriter;
import java.time.LocalDate;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * Reads options of {@code backfill}; runs {@link Backfill} of a source or {@link
 * MartBuild#backfill} of a mart.
 */
@Command(
    name = "backfill",
    mixinStandardHelpOptions = true,
    description = "Makes a range of days anew beside the live table, compares, and swaps it in.")
final class BackfillCommand implements Runnable {
  @Mixin private EnvironmentOptions environment;

  @Spec private CommandSpec spec;

  @ArgGroup(multiplicity = "1")
  private Subject subject;

  @Option(names = "--from", required = true, description = "The first day.")
  private LocalDate from;

  @Option(names = "--to", required = true, description = "The last day.")
  private LocalDate to;

  @Option(
      names = "--arrived-from",
      description = "Bronze rows that arrived before are not read (default: all are).")
  private LocalDate arrivedFrom;

  @Option(
      names = "--step",
      defaultValue = "31",
      description = "Days that are built at once; default: ${DEFAULT-VALUE}.")
  private int step;

  @Option(
      names = "--parallel",
      defaultValue = "1",
      description = "Steps that are built side by side; default: ${DEFAULT-VALUE}.")
  private int parallel;

  @Option(names = "--dry-run", description = "Only say what would be read and touched.")
  private boolean dryRun;

  /** What a backfill makes anew. */
  private static final class Subject {
    @Option(names = "--source", required = true, description = "The source whose silver it is.")
    private String source;

    @Option(names = "--mart", required = true, description = "The mart.")
    private String mart;
  }

  @Override
  public void run() {
    Values.requireRange(spec, from, to);
    Values.requireWithin(spec, "--step", step, 1, 366);
    Values.requireWithin(spec, "--parallel", parallel, 1, 64);
    Backfill.Range range = new Backfill.Range(from, to, arrivedFrom, step, parallel);
    PrintWriter out = spec.commandLine().getOut();
    try (RunContext context = environment.open("backfill")) {
      if (subject.mart != null) {
        MartBuild build = new MartBuild(context, Marts.get(subject.mart, context.contracts()));
        out.println("gold." + subject.mart + ": periods " + build.periods(from, to));
        if (!dryRun) {
          build.backfill(from, to);
        }
      } else {
        Backfill backfill = new Backfill(context, subject.source, range);
        out.println(backfill.plan());
        if (!dryRun) {
          backfill.run();
        }
      }
    }
  }
}
