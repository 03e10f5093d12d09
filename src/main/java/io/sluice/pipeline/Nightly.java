package io.sluice.pipeline;

import io.sluice.contract.Contract;
import io.sluice.ingest.Ingest;
import io.sluice.mart.Mart;
import io.sluice.mart.MartBuild;
import io.sluice.mart.Marts;
import io.sluice.refine.QuarantineGate;
import io.sluice.refine.Refine;
import io.sluice.refine.WaitingRows;
import io.sluice.run.RunContext;
import io.sluice.run.StoppedException;
import io.sluice.stream.DeadLetters;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Ingests and refines every source and builds every mart, each after what it reads, side by side in
 * one session.
 *
 * <p>What a scheduler does with a task for each, for a laptop or a scheduler without tasks. A
 * source that a check stops or that crashes holds up only what reads it; the rest goes on, and the
 * run fails at its end.
 */
public final class Nightly {
  private final RunContext context;
  private final Map<String, QuarantineGate> gates = new HashMap<>();

  public Nightly(RunContext context) {
    this(context, Map.of());
  }

  /**
   * @param limits of some sources, by name, the share of new rows that may be quarantined in this
   *     run, in place of the contract's
   */
  public Nightly(RunContext context, Map<String, Double> limits) {
    this.context = context;
    context
        .contracts()
        .inOrder()
        .forEach(contract -> gates.put(contract.id(), QuarantineGate.of(contract)));
    limits.forEach(
        (source, share) ->
            gates.put(source, QuarantineGate.of(context.contracts().get(source), share)));
  }

  /**
   * @throws StoppedException if a check stopped a source or mart, after all that does not read it
   *     has been done
   */
  public void run() {
    // Steps wait for S3 more than they compute, so a few more than there are cores.
    int width = 1 + context.spark().sparkContext().defaultParallelism();
    ExecutorService pool = Executors.newFixedThreadPool(Math.min(width, 8));
    try {
      Map<String, CompletableFuture<Void>> steps = new LinkedHashMap<>();
      for (Contract contract : context.contracts().inOrder()) {
        steps.put(
            contract.id(), after(contract.parents(), steps, () -> refine(contract.id()), pool));
      }
      for (Mart mart : Marts.of(context.contracts())) {
        steps.put(
            "mart " + mart.name(),
            after(
                context.contracts().sources(mart.reads()),
                steps,
                () -> new MartBuild(context, mart).run(),
                pool));
      }
      finish(steps);
    } finally {
      pool.shutdown();
    }
  }

  private static CompletableFuture<Void> after(
      List<String> sources,
      Map<String, CompletableFuture<Void>> steps,
      Runnable work,
      ExecutorService pool) {
    CompletableFuture<?>[] awaited =
        sources.stream().map(steps::get).toArray(CompletableFuture[]::new);
    return CompletableFuture.allOf(awaited).thenRunAsync(work, pool);
  }

  private void refine(String source) {
    new Ingest(context, source).run();
    new Refine(context, source, gates.get(source)).run();
    DeadLetters.send(context, context.contracts().get(source));
    new WaitingRows(context, source).run();
  }

  /**
   * Waits for every step; of those that failed by themselves, throws one with the others beside it.
   */
  private static void finish(Map<String, CompletableFuture<Void>> steps) {
    // A step that waits for a failed one fails with the same cause.
    Set<Throwable> causes = Collections.newSetFromMap(new IdentityHashMap<>());
    for (CompletableFuture<Void> step : steps.values()) {
      try {
        step.join();
      } catch (CompletionException e) {
        causes.add(e.getCause());
      }
    }
    List<RuntimeException> failures = new ArrayList<>();
    for (Throwable cause : causes) {
      // Spark throws checked exceptions that its methods do not declare.
      failures.add(
          cause instanceof RuntimeException failure
              ? failure
              : new IllegalStateException(cause.toString(), cause));
    }
    // A crash weighs more than a stop: it decides the exit code.
    failures.sort(
        (a, b) -> Boolean.compare(a instanceof StoppedException, b instanceof StoppedException));
    if (!failures.isEmpty()) {
      RuntimeException first = failures.get(0);
      failures.subList(1, failures.size()).forEach(first::addSuppressed);
      throw first;
    }
  }
}
