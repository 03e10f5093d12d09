package io.sluice.transactions;

/**
 * Is raised by the payment that carries a window's sum over a limit.
 *
 * @param most the sum that is fine, in cents
 */
record AmountLimit(long most) implements AlertRule {
  @Override
  public String name() {
    return "amount";
  }

  @Override
  public boolean isRaisedBy(long cents, Held window) {
    return window.cents() > most && window.cents() - cents <= most;
  }
}
