package io.sluice;

import io.sluice.contract.Contract;
import io.sluice.mart.Mart;
import io.sluice.ops.StoppedException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Ingests and refines every source and builds every mart, each after what it reads, in one session.
 *
 * <p>What a scheduler does with a task for each, for a laptop or a scheduler without tasks. A
 * source that a check stops holds up only what reads it; the rest goes on, and the run ends as
 * stopped.
 */
final class Nightly {
  private final Workplace place;

  Nightly(Workplace place) {
    this.place = place;
  }

  /**
   * @throws StoppedException if a check stopped a source or mart, after all that does not read it
   *     has been done
   */
  void run() {
    Set<String> heldUp = new HashSet<>();
    List<StoppedException> stops = new ArrayList<>();
    for (Contract contract : place.contracts().inOrder()) {
      if (contract.references().stream().anyMatch(heldUp::contains)) {
        heldUp.add(contract.id());
        continue;
      }
      try {
        new Ingest(place, contract.id()).run();
        new Refine(place, contract.id()).run();
      } catch (StoppedException e) {
        stops.add(e);
        heldUp.add(contract.id());
      }
    }
    for (Mart mart : Marts.of(place.contracts())) {
      boolean ready =
          mart.reads().stream()
              .noneMatch(
                  source -> heldUp.contains(source) || !place.lake().silver(source).exists());
      if (ready) {
        try {
          new Build(place, mart).run();
        } catch (StoppedException e) {
          stops.add(e);
        }
      }
    }
    if (!stops.isEmpty()) {
      StoppedException first = stops.get(0);
      stops.subList(1, stops.size()).forEach(first::addSuppressed);
      throw first;
    }
  }
}
