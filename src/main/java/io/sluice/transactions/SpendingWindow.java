package io.sluice.transactions;

import java.util.List;

/**
 * A kind of window and the rules that judge each user's windows of that kind; one begins with every
 * minute.
 *
 * @param name what the column {@code window} of {@code gold.spending_alerts} says
 * @param minutes how long it is
 */
public record SpendingWindow(String name, int minutes, List<AlertRule> rules) {
  /** What the stream raises alerts by: 5 payments or 1,000 EUR a minute, 15 or 3,000 in five. */
  static final List<SpendingWindow> ALL =
      List.of(
          new SpendingWindow("minute", 1, List.of(new CountLimit(5), new AmountLimit(100_000))),
          new SpendingWindow(
              "five_minutes", 5, List.of(new CountLimit(15), new AmountLimit(300_000))));

  public SpendingWindow {
    if (minutes < 1) {
      throw new IllegalArgumentException(name + ": a window is a minute or longer");
    }
    rules = List.copyOf(rules);
  }
}
