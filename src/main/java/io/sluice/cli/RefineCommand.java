package io.sluice.cli;

import io.sluice.contract.Contract;
import io.sluice.refine.QuarantineGate;
import io.sluice.refine.Refine;
import io.sluice.refine.WaitingRows;
import io.sluice.run.RunContext;
import io.sluice.settings.Printable;
import io.sluice.stream.DeadLetters;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * Reads options of {@code refine}; runs {@link Refine} for each source, sends its dead letters, and
 * looks after rows that wait for other sources. A rehearsal ends with 3 if a run would be stopped.
 */
@Command(
    name = "refine",
    mixinStandardHelpOptions = true,
    description = "New bronze rows of a source -> silver, and quarantine.")
final class RefineCommand implements Callable<Integer> {
  @Mixin private EnvironmentOptions environment;

  @Spec private CommandSpec spec;

  @Option(names = "--source", required = true, description = "The source; may be given again.")
  private List<String> sources;

  @Option(
      names = "--quarantine-limit",
      paramLabel = "SHARE",
      description =
          "The share of the new rows that may be quarantined in this run, from 0 to 1, in place of"
              + " the contract's.")
  private Double limit;

  @Option(names = "--dry-run", description = "Judge the new rows and say so, publish nothing.")
  private boolean dryRun;

  @Override
  public Integer call() {
    if (limit != null) {
      Values.requireShare(spec, "--quarantine-limit", limit);
    }
    int exitCode = 0;
    try (RunContext context = environment.open("refine")) {
      for (String source : sources) {
        Contract contract = context.contracts().get(source);
        Refine refine =
            new Refine(
                context,
                source,
                limit == null ? QuarantineGate.of(contract) : QuarantineGate.of(contract, limit));
        if (dryRun) {
          Refine.Rehearsal rehearsal = refine.rehearse();
          spec.commandLine().getOut().println(source + ": " + rehearsal.sentence());
          if (rehearsal.stop().isPresent()) {
            spec.commandLine()
                .getErr()
                .println("Would stop: " + Printable.of(rehearsal.stop().get()));
            exitCode = Sluice.STOPPED;
          }
        } else {
          refine.run();
          DeadLetters.send(context, contract);
          new WaitingRows(context, source).run();
        }
      }
    }
    return exitCode;
  }
}
