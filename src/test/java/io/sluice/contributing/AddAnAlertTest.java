package io.sluice.contributing;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.sluice.transactions.AlertRule;
import io.sluice.transactions.SpendingWindow;
import io.sluice.transactions.SpendingWindows;
import io.sluice.transactions.SpendingWindows.Payment;
import io.sluice.transactions.SpendingWindows.Raised;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** An alert over windows of spending is one class, and a line in the list of windows. */
class AddAnAlertTest {
  private static final long MINUTE = 60_000_000;

  /** Someone tries a card: three payments, and all of them together under a euro. */
  private record CardIsTried() implements AlertRule {
    @Override
    public String name() {
      return "card_is_tried";
    }

    @Override
    public boolean isRaisedBy(long cents, Held window) {
      return window.count() == 3 && window.cents() < 100;
    }
  }

  @Test
  void aRuleOfOnesOwnRaisesItsAlertInAWindowOfOnesOwn() {
    SpendingWindows windows =
        new SpendingWindows(
            List.of(new SpendingWindow("ten_minutes", 10, List.of(new CardIsTried()))));
    List<Raised> raised = new ArrayList<>();
    long[] minutes = {9, 12, 18, 18};
    for (int i = 0; i < minutes.length; i++) {
      windows.add(
          new Payment("transactions/0", i, "T-" + i, "U", minutes[i] * MINUTE, 10), raised::add);
    }
    // Only the window that begins with the ninth minute holds the first three.
    assertEquals(
        List.of(new Raised("ten_minutes", 9 * MINUTE, "card_is_tried", 3, 30, byThird(minutes))),
        raised.stream().filter(one -> one.by().position() == 2).toList());
  }

  private static Payment byThird(long[] minutes) {
    return new Payment("transactions/0", 2, "T-2", "U", minutes[2] * MINUTE, 10);
  }
}
