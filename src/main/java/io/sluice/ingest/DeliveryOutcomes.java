package io.sluice.ingest;

import io.sluice.ingest.FileOutcome.State;
import java.util.HashMap;
import java.util.Map;

/** Judges files that belong together: a delivery of which a part cannot be read is no delivery. */
final class DeliveryOutcomes {
  private DeliveryOutcomes() {}

  /**
   * Lets the whole files of a delivery share the fate of one that could not be read: they are tried
   * again with it, or are quarantined with it.
   *
   * @param outcomes of all files of each delivery; those that share a fate are replaced
   */
  static void mark(Map<LandedFile, FileOutcome> outcomes) {
    Map<String, FileOutcome> failed = new HashMap<>();
    outcomes.forEach(
        (file, outcome) -> {
          if (file.delivery() != null && !outcome.isIngested()) {
            // What is tried again decides: the quarantined part may be mended meanwhile.
            failed.merge(
                file.unit(),
                outcome,
                (first, second) -> first.state() == State.UNREADABLE ? first : second);
          }
        });
    outcomes.replaceAll(
        (file, outcome) -> {
          FileOutcome cause = failed.get(file.unit());
          return cause == null || !outcome.isIngested()
              ? outcome
              : outcome.failed(
                  cause.state(),
                  "its delivery "
                      + file.delivery()
                      + " is not whole: "
                      + cause.path()
                      + ": "
                      + cause.problem());
        });
  }
}
