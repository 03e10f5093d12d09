package io.sluice.quality;

/** How a check of a batch ended. */
public enum CheckOutcome {
  PASSED,
  FAILED
}
