package io.sluice.cli;

import io.sluice.pipeline.PipelineGraph;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Prints {@link PipelineGraph} as JSON. */
@Command(
    name = "graph",
    mixinStandardHelpOptions = true,
    description =
        "Prints sources, marts and models, with what each reads, as JSON: for schedulers.")
final class GraphCommand implements Runnable {
  @Mixin private EnvironmentOptions environment;

  @Spec private CommandSpec spec;

  @Override
  public void run() {
    spec.commandLine().getOut().println(PipelineGraph.json(environment.settings()));
  }
}
