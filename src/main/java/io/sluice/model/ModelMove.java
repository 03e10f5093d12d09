package io.sluice.model;

import java.time.Instant;
import java.util.Optional;

/**
 * A change of a model's champion or of the challenger beside it, as {@code models.moves} records
 * it.
 *
 * @param number from 1, by model
 */
public record ModelMove(int number, Instant at, Change change) {

  /** Why the champion or its challenger changed. */
  public enum Kind {
    /** A challenger is scored beside the champion and serves nobody. */
    CHALLENGE,
    /** The challenger serves some of the entities. */
    CANARY,
    /** A version becomes the champion. */
    PROMOTE,
    /** The champion before becomes the champion again. */
    ROLLBACK,
    /** The challenger is scored no more. */
    WITHDRAW
  }

  /**
   * Who serves after a move, and why; {@link ServingState} makes them.
   *
   * @param champion the version that serves from then on
   * @param challenger the version that is scored beside it
   * @param canaryPercent for how many of a hundred buckets of entities the challenger serves
   */
  public record Change(
      Kind kind,
      Optional<Integer> champion,
      Optional<Integer> challenger,
      int canaryPercent,
      String reason) {}
}
