package io.sluice.cli;

import io.sluice.model.MlflowSync;
import io.sluice.model.Model;
import io.sluice.model.Models;
import io.sluice.model.Train;
import io.sluice.run.RunContext;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Reads options of {@code train}; runs {@link Train} for each model. */
@Command(
    name = "train",
    mixinStandardHelpOptions = true,
    description = "Feature tables and outcomes -> a new version of a model, and its card.")
final class TrainCommand implements Runnable {
  @Mixin private EnvironmentOptions environment;

  @Option(names = "--model", required = true, description = "The model; may be given again.")
  private List<String> models;

  @Override
  public void run() {
    try (RunContext context = environment.open("train")) {
      for (String name : models) {
        Model model = Models.get(name, context.contracts());
        new Train(context, model).run();
        MlflowSync.catchUp(context, List.of(model));
      }
    }
  }
}
