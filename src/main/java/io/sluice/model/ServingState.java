package io.sluice.model;

import io.sluice.model.ModelMove.Change;
import io.sluice.model.ModelMove.Kind;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * Which versions of a model are at work, and what can follow; {@link ModelRegistry#move} records
 * what does.
 *
 * @param move the number of the last move, 0 if there was none
 * @param canaryPercent for how many of a hundred buckets of entities the challenger serves
 * @param predecessors earlier champions that one can roll back to, the newest first
 * @param newest the greatest version that any move has named, 0 if none
 */
public record ServingState(
    int move,
    Optional<Integer> champion,
    Optional<Integer> challenger,
    int canaryPercent,
    List<Integer> predecessors,
    int newest) {

  /** Follows moves from the first, which must be the oldest. */
  static ServingState after(List<ModelMove> moves) {
    Deque<Integer> champions = new ArrayDeque<>();
    ServingState state = new ServingState(0, Optional.empty(), Optional.empty(), 0, List.of(), 0);
    for (ModelMove move : moves) {
      Change change = move.change();
      switch (change.kind()) {
        case PROMOTE -> champions.push(change.champion().orElseThrow());
        case ROLLBACK -> champions.pop();
        default -> {}
      }
      int named = Math.max(change.champion().orElse(0), change.challenger().orElse(0));
      state =
          new ServingState(
              move.number(),
              change.champion(),
              change.challenger(),
              change.canaryPercent(),
              champions.stream().skip(1).toList(),
              Math.max(state.newest, named));
    }
    return state;
  }

  /** The challenger, if it serves some entities. */
  public Optional<Integer> canary() {
    return challenger.filter(version -> canaryPercent > 0);
  }

  /** A version is scored beside the champion and serves nobody. */
  Change challengedBy(int version, String reason) {
    return new Change(Kind.CHALLENGE, champion, Optional.of(version), 0, reason);
  }

  /** A version serves some of a hundred buckets of entities beside the champion. */
  Change canaryOf(int version, int percent) {
    return new Change(
        Kind.CANARY,
        champion,
        Optional.of(version),
        percent,
        "serves " + percent + " of a hundred buckets");
  }

  /** A version becomes the champion; the champion before is scored beside it. */
  Change promotionOf(int version) {
    return new Change(Kind.PROMOTE, Optional.of(version), champion, 0, "promoted");
  }

  /**
   * The champion before serves again; the one that goes is not scored any more.
   *
   * @throws IndexOutOfBoundsException if there was no champion before
   */
  Change rollback(String reason) {
    return new Change(Kind.ROLLBACK, Optional.of(predecessors.get(0)), Optional.empty(), 0, reason);
  }

  /** The challenger is not scored any more, and its canary is over. */
  Change withdrawal(String reason) {
    return new Change(Kind.WITHDRAW, champion, Optional.empty(), 0, reason);
  }
}
