package io.sluice.cli;

import io.sluice.model.Models;
import io.sluice.model.Retrain;
import io.sluice.run.RunContext;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Reads options of {@code retrain}; runs {@link Retrain} for all models or some. */
@Command(
    name = "retrain",
    mixinStandardHelpOptions = true,
    description = "Trains, promotes what passed its gate, and scores, model by model.")
final class RetrainCommand implements Runnable {
  @Mixin private EnvironmentOptions environment;

  @Option(names = "--model", description = "The model; may be given again; default: all.")
  private List<String> models;

  @Override
  public void run() {
    try (RunContext context = environment.open("retrain")) {
      new Retrain(context)
          .run(
              models == null
                  ? Models.of(context.contracts())
                  : models.stream().map(name -> Models.get(name, context.contracts())).toList());
    }
  }
}
