package io.sluice.transactions;

/**
 * Says which payment of a user's window raises an alert: a pure function of that payment and of
 * what the window holds with it.
 *
 * <p>At most one payment of a window may raise it, since each alert is told once: the one that
 * carries the window over a limit, not those behind it. Payments of a window are judged in the
 * order in which their Kafka partition holds them.
 */
public interface AlertRule {
  /** What the column {@code rule} of {@code gold.spending_alerts} says. */
  String name();

  /**
   * Whether a payment raises the alert.
   *
   * @param cents its amount, which is never negative
   * @param window what the window holds, this payment included
   */
  boolean isRaisedBy(long cents, Held window);

  /** What a window holds: how many payments, and their amounts in cents. */
  record Held(long count, long cents) {}
}
