package io.sluice.model;

import io.sluice.run.RunContext;
import io.sluice.run.StoppedException;
import io.sluice.settings.ValidationErrors;
import java.time.Clock;
import java.util.ArrayList;
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
   * @throws StoppedException if examples of a model that has a champion were refused, after all
   *     models have been scored
   */
  public void run(List<Model> models) {
    List<RuntimeException> failures = new ArrayList<>();
    for (Model model : models) {
      try {
        retrain(model);
      } catch (StoppedException e) {
        if (registry.state(model.name()).champion().isPresent()) {
          failures.add(e);
        } else {
          LOG.warn("train {}: {}", model.name(), e.getMessage());
        }
      } catch (ValidationErrors.ValidationException e) {
        LOG.warn("train {}: {}", model.name(), e.getMessage());
      } catch (RuntimeException e) {
        failures.add(e);
      }
      try {
        if (registry.state(model.name()).champion().isPresent()) {
          new Score(context, model).run();
        }
      } catch (RuntimeException e) {
        failures.add(e);
      }
    }
    MlflowSync.show(context, models);
    // A crash weighs more than a stop: it decides the exit code.
    failures.sort(
        (a, b) -> Boolean.compare(a instanceof StoppedException, b instanceof StoppedException));
    if (!failures.isEmpty()) {
      RuntimeException first = failures.get(0);
      failures.subList(1, failures.size()).forEach(first::addSuppressed);
      throw first;
    }
  }

  private void retrain(Model model) {
    new Train(context, model).run();
    List<ModelRegistry.Version> versions = registry.versions(model.name());
    ModelRegistry.State state = registry.state(model.name());
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
