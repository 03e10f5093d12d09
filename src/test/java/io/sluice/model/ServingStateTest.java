package io.sluice.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.sluice.model.ModelMove.Change;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ServingStateTest {
  private final List<ModelMove> moves = new ArrayList<>();

  private ServingState state() {
    return ServingState.after(moves);
  }

  private void move(Change change) {
    moves.add(new ModelMove(moves.size() + 1, Instant.EPOCH, change));
  }

  @Test
  void nobodyServesBeforeTheFirstMove() {
    assertEquals(new ServingState(0, Optional.empty(), Optional.empty(), 0, List.of(), 0), state());
    assertEquals(Optional.empty(), state().canary());
    assertThrows(IndexOutOfBoundsException.class, () -> state().rollback("none"));
  }

  @Test
  void aChallengerServesNobodyUntilItIsACanaryOrTheChampion() {
    move(state().challengedBy(1, "the gate lets it be promoted"));
    assertEquals(Optional.empty(), state().champion());
    assertEquals(Optional.of(1), state().challenger());
    move(state().promotionOf(1));
    assertEquals(Optional.of(1), state().champion());
    assertEquals(Optional.empty(), state().challenger());
    move(state().challengedBy(2, "not better"));
    assertEquals(Optional.empty(), state().canary());
    move(state().canaryOf(2, 30));
    assertEquals(Optional.of(2), state().canary());
    assertEquals(Optional.of(1), state().champion());
    move(state().withdrawal("worse"));
    assertEquals(new ServingState(5, Optional.of(1), Optional.empty(), 0, List.of(), 2), state());
  }

  @Test
  void aRollbackGoesBackOneChampionAtATime() {
    move(state().promotionOf(1));
    move(state().promotionOf(2));
    assertEquals(Optional.of(1), state().challenger(), "the champion before is scored beside it");
    move(state().promotionOf(3));
    assertEquals(List.of(2, 1), state().predecessors());
    move(state().rollback("complaints"));
    assertEquals(Optional.of(2), state().champion());
    assertEquals(List.of(1), state().predecessors());
    move(state().rollback("complaints"));
    assertEquals(Optional.of(1), state().champion());
    assertEquals(List.of(), state().predecessors());
    assertEquals(3, state().newest());
  }
}
