package io.sluice.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class GatePolicyTest {

  @Test
  void eachWithMethodChangesItsOwnValueAndNoOther() {
    assertEquals(
        new GatePolicy(1, 2, 3, 4, 0.5, 6, 7, 8),
        GatePolicy.defaults()
            .withLearnDays(1)
            .withValidationDays(2)
            .withHoldoutDays(3)
            .withFewestPositives(4)
            .withFalsePositiveRate(0.5)
            .withCostOfMiss(6)
            .withMargin(7)
            .withSegmentTolerance(8));
    assertEquals(
        GatePolicy.defaults(),
        GatePolicy.defaults().withMargin(1).withMargin(GatePolicy.defaults().margin()));
  }

  @Test
  void whatCannotBeLearnedByIsRefused() {
    GatePolicy policy = GatePolicy.defaults();
    assertThrows(IllegalArgumentException.class, () -> policy.withLearnDays(0));
    assertThrows(IllegalArgumentException.class, () -> policy.withValidationDays(0));
    assertThrows(IllegalArgumentException.class, () -> policy.withHoldoutDays(-1));
    assertThrows(IllegalArgumentException.class, () -> policy.withFalsePositiveRate(1));
    assertThrows(IllegalArgumentException.class, () -> policy.withFalsePositiveRate(Double.NaN));
  }
}
