package io.sluice.cli;

import io.sluice.pipeline.Nightly;
import io.sluice.run.RunContext;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Reads options of {@code nightly}; runs {@link Nightly}: every source and mart. */
@Command(
    name = "nightly",
    mixinStandardHelpOptions = true,
    description = "Ingests, refines and builds everything, in the contracts' order.")
final class NightlyCommand implements Runnable {
  @Mixin private EnvironmentOptions environment;

  @Spec private CommandSpec spec;

  @Option(
      names = "--quarantine-limit",
      paramLabel = "SOURCE=SHARE",
      description =
          "The share of a source's new rows that may be quarantined in this run, in place of the"
              + " contract's; may be given again.")
  private final Map<String, Double> limits = new LinkedHashMap<>();

  @Override
  public void run() {
    limits.values().forEach(share -> Values.requireShare(spec, "--quarantine-limit", share));
    try (RunContext context = environment.open("nightly")) {
      new Nightly(context, limits).run();
    }
  }
}
