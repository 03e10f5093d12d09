package io.sluice.transactions;

/**
 * Is raised by the payment that is one too many for a window.
 *
 * @param most how many payments are fine
 */
record CountLimit(long most) implements AlertRule {
  @Override
  public String name() {
    return "count";
  }

  @Override
  public boolean isRaisedBy(long cents, Held window) {
    return window.count() == most + 1;
  }
}
