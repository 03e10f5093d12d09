package io.sluice.model;

import io.sluice.run.StoppedException;
import java.util.ArrayList;
import java.util.List;

/**
 * Collects what goes wrong in steps that do not depend on each other, so that each is tried.
 *
 * <p>Any exception counts, checked ones too: Spark throws some that its methods do not declare. An
 * {@link Error} ends all steps.
 */
final class Failures {
  private final List<Exception> failures = new ArrayList<>();

  /** A step that may fail. */
  @FunctionalInterface
  interface Step {
    void run() throws Exception;
  }

  /** Takes a step and keeps its failure, if it fails, for {@link #throwIfAny}. */
  void collect(Step step) {
    try {
      step.run();
    } catch (Exception e) {
      if (e instanceof InterruptedException) {
        Thread.currentThread().interrupt();
      }
      failures.add(e);
    }
  }

  /**
   * Throws the first failure with the others suppressed, if there is any; a crash goes before a
   * stop, for it decides the exit code. A checked exception comes as the cause of an {@link
   * IllegalStateException}.
   */
  void throwIfAny() {
    if (failures.isEmpty()) {
      return;
    }
    List<Exception> ordered = new ArrayList<>(failures);
    ordered.sort(
        (a, b) -> Boolean.compare(a instanceof StoppedException, b instanceof StoppedException));
    Exception first = ordered.get(0);
    RuntimeException thrown =
        first instanceof RuntimeException unchecked
            ? unchecked
            : new IllegalStateException(first.getMessage(), first);
    ordered.subList(1, ordered.size()).stream()
        .filter(other -> other != thrown)
        .forEach(thrown::addSuppressed);
    throw thrown;
  }
}
