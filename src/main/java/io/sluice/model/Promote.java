package io.sluice.model;

import io.sluice.lineage.LineageRecorder;
import io.sluice.quality.Check;
import io.sluice.quality.CheckOutcome;
import io.sluice.quality.CheckResult;
import io.sluice.run.RowCounts;
import io.sluice.run.Run;
import io.sluice.run.RunContext;
import io.sluice.run.RunRecorder;
import io.sluice.run.RunResult;
import io.sluice.settings.ValidationErrors;
import java.time.Clock;
import java.util.List;
import java.util.Optional;

/**
 * Reads a model's versions and moves: makes a version that passed its gate the champion, or lets it
 * serve some of the entities (a canary), or gives back to the champion before; writes the move.
 *
 * <p>The champion that is replaced is scored beside the new one, so that it can be seen which was
 * better. Cost: two small tables read, one row written; no data is scored anew.
 */
public final class Promote {
  private final RunContext context;
  private final Model model;
  private final ModelRegistry registry;

  public Promote(RunContext context, Model model) {
    this.context = context;
    this.model = model;
    this.registry = new ModelRegistry(context.spark(), context.lake(), Clock.systemUTC());
  }

  /** Makes a version the champion; without a number, the newest. */
  public RunResult promote(Optional<Integer> number) {
    return context.run(
        "promote",
        model.name(),
        (run, recorder) -> {
          ServingState state = registry.state(model.name());
          ModelVersion version = passed(run, recorder, number);
          if (state.champion().equals(Optional.of(version.version()))) {
            return RunResult.NOTHING_NEW;
          }
          return move(run, state, state.promotionOf(version.version()));
        });
  }

  /** Lets a version serve some of a hundred buckets of entities beside the champion. */
  public RunResult canary(Optional<Integer> number, int percent) {
    return context.run(
        "promote",
        model.name(),
        (run, recorder) -> {
          ServingState state = registry.state(model.name());
          if (state.champion().isEmpty()) {
            throw error("has no champion yet; promote a version without --canary first");
          }
          ModelVersion version = passed(run, recorder, number);
          if (state.champion().equals(Optional.of(version.version()))) {
            throw error("version " + version.version() + " is the champion already");
          }
          return move(run, state, state.canaryOf(version.version(), percent));
        });
  }

  /** Gives back to the champion before; the one that goes is not scored any more. */
  public RunResult rollback(String reason) {
    return context.run(
        "rollback",
        model.name(),
        (run, recorder) -> {
          ServingState state = registry.state(model.name());
          if (state.canary().isPresent()) {
            return move(run, state, state.withdrawal(reason));
          }
          if (state.predecessors().isEmpty()) {
            throw error("has no earlier champion to roll back to");
          }
          return move(run, state, state.rollback(reason));
        });
  }

  private RunResult move(Run run, ServingState from, ModelMove.Change change) {
    registry.move(run, model.name(), from, change);
    return new RunResult(RowCounts.EMPTY, registry.movesTable().version());
  }

  /** The version asked for, unless the gate keeps it back: that stops the run. */
  private ModelVersion passed(Run run, LineageRecorder recorder, Optional<Integer> number) {
    List<ModelVersion> versions = registry.versions(model.name());
    if (versions.isEmpty()) {
      throw error("has no version yet; train it first");
    }
    int wanted = number.orElse(versions.size());
    if (wanted < 1 || wanted > versions.size()) {
      throw error("has versions 1 to " + versions.size() + ", not " + wanted);
    }
    ModelVersion version = versions.get(wanted - 1);
    RunRecorder.requirePassed(
        context,
        run,
        recorder,
        "models." + model.name(),
        List.of(
            new CheckResult(
                "gate",
                Check.Severity.ERROR,
                "version " + wanted + " is better than what it would replace",
                version.passed() ? CheckOutcome.PASSED : CheckOutcome.FAILED,
                version.merit(),
                version.passed() ? "" : String.join("; ", version.reasons()))),
        "The champion goes on serving; version " + wanted + " stays its challenger.");
    return version;
  }

  private RuntimeException error(String why) {
    ValidationErrors errors = new ValidationErrors();
    errors.add("model " + model.name(), why);
    return errors.exception();
  }
}
