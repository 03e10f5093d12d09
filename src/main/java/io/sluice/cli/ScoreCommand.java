package io.sluice.cli;

import io.sluice.model.MlflowSync;
import io.sluice.model.Model;
import io.sluice.model.Models;
import io.sluice.model.Score;
import io.sluice.run.RunContext;
import java.time.LocalDate;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Reads options of {@code score}; runs {@link Score} for each model. */
@Command(
    name = "score",
    mixinStandardHelpOptions = true,
    description = "Feature rows not yet scored -> predictions.")
final class ScoreCommand implements Runnable {
  @Mixin private EnvironmentOptions environment;

  @Spec private CommandSpec spec;

  @Option(names = "--model", required = true, description = "The model; may be given again.")
  private List<String> models;

  @Option(names = "--from", description = "Score the days from here on again.")
  private LocalDate from;

  @Option(names = "--to", description = "The last of these days.")
  private LocalDate to;

  @Override
  public void run() {
    if ((from == null) != (to == null)) {
      throw new ParameterException(
          spec.commandLine(), "--from and --to go together: the first and last day to score again");
    }
    Values.requireRange(spec, from, to);
    try (RunContext context = environment.open("score")) {
      for (String name : models) {
        Model model = Models.get(name, context.contracts());
        Score score = new Score(context, model);
        if (from == null) {
          score.run();
        } else {
          score.again(from, to);
        }
        MlflowSync.catchUp(context, List.of(model));
      }
    }
  }
}
