package io.sluice.model;

import io.sluice.run.RunContext;
import io.sluice.run.StoppedException;
import io.sluice.settings.ValidationErrors;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Trains each model whose tables have changed, promotes what its gate lets pass, and scores what is
 * new: the models' part of a night.
 *
 * <p>A model that is held up holds up no other. A version that does not pass its gate is no
 * failure: it stays a challenger. Examples that may not be learned from stop that model's training,
 * its champion goes on scoring, and the run fails at its end, as it does after a crash. A model
 * without enough history to have a champion yet is passed over.
 */
public final class Retrain {
  private static final Logger LOG = LoggerFactory.getLogger("sluice");

  private final RunContext context;
  private final ModelRegistry registry;

  public Retrain(RunContext context) {
    this.context = context;
    this.registry = new ModelRegistry(context.spark(), context.lake(), Clock.systemUTC());
  }

  /**
   * Goes through the models; the failure of one, of whatever kind, does not keep the next from its
   * turn.
   *
   * @throws StoppedException if examples of a model that has a champion were refused, after all
   *     models have been scored
   */
  public void run(List<Model> models) {
    Failures failures = new Failures();
    for (Model model : models) {
      failures.collect(() -> retrainIfPossible(model));
      failures.collect(() -> scoreIfServed(model));
    }
    MlflowSync.catchUp(context, models);
    failures.throwIfAny();
  }

  /** Passes over a model that has nothing to learn from yet. */
  private void retrainIfPossible(Model model) {
    try {
      retrain(model);
    } catch (StoppedException e) {
      if (registry.state(model.name()).champion().isPresent()) {
        throw e;
      }
      LOG.warn("train {}: {}", model.name(), e.getMessage());
    } catch (ValidationErrors.ValidationException e) {
      LOG.warn("train {}: {}", model.name(), e.getMessage());
    }
  }

  private void scoreIfServed(Model model) {
    if (registry.state(model.name()).champion().isPresent()) {
      new Score(context, model).run();
    }
  }

  private void retrain(Model model) {
    new Train(context, model).run();
    List<ModelVersion> versions = registry.versions(model.name());
    ServingState state = registry.state(model.name());
    // A version that was rolled back, or that serves a canary, is nobody's to promote but a
    // person's.
    boolean waits =
        state.challenger().equals(Optional.of(versions.size()))
            && state.canary().isEmpty()
            && !state.predecessors().contains(versions.size());
    if (waits && versions.get(versions.size() - 1).passed()) {
      new Promote(context, model).promote(Optional.empty());
    }
  }
}
