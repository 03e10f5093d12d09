package io.sluice.cli;

import io.sluice.pipeline.Nightly;
import io.sluice.run.RunContext;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Runs {@link Nightly}: every source and mart. */
@Command(
    name = "nightly",
    mixinStandardHelpOptions = true,
    description = "Ingests, refines and builds everything, in the contracts' order.")
final class NightlyCommand implements Runnable {
  @Mixin private EnvironmentOptions environment;

  @Override
  public void run() {
    try (RunContext context = environment.open("nightly")) {
      new Nightly(context).run();
    }
  }
}
