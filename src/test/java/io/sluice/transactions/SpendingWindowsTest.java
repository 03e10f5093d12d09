package io.sluice.transactions;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.transactions.SpendingWindows.Mark;
import io.sluice.transactions.SpendingWindows.Outcome;
import io.sluice.transactions.SpendingWindows.Payment;
import io.sluice.transactions.SpendingWindows.Raised;
import io.sluice.transactions.SpendingWindows.Standing;
import io.sluice.transactions.SpendingWindows.Total;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Windows, limits, lateness and what is kept of them, payment by payment. */
class SpendingWindowsTest {
  private static final long SECOND = 1_000_000;
  private static final long MINUTE = 60 * SECOND;

  private final SpendingWindows windows = new SpendingWindows();
  private final List<Raised> raised = new ArrayList<>();

  private static Payment payment(long position, String user, long time, long cents) {
    return new Payment("topic/0", position, "T-" + position, user, time, cents);
  }

  private List<String> names() {
    return raised.stream().map(one -> one.window() + " " + one.rule() + " " + one.start()).toList();
  }

  @Test
  void theSixthPaymentOfAMinuteRaisesItsAlertOnce() {
    for (int i = 0; i < 8; i++) {
      windows.add(payment(i, "U", i * SECOND, 100), raised::add);
    }
    assertEquals(List.of("minute count 0"), names());
    assertEquals(6, raised.get(0).count());
    assertEquals(600, raised.get(0).cents());
    assertEquals("T-5", raised.get(0).by().transaction());
  }

  @Test
  void theCentOverALimitRaisesAndTheLimitItselfDoesNot() {
    windows.add(payment(0, "U", 0, 100_000), raised::add);
    assertEquals(List.of(), names());
    windows.add(payment(1, "U", 1, 0), raised::add);
    assertEquals(List.of(), names());
    windows.add(payment(2, "U", 2, 1), raised::add);
    assertEquals(List.of("minute amount 0"), names());
    windows.add(payment(3, "U", 3, 50_000), raised::add);
    assertEquals(1, raised.size());
  }

  @Test
  void fiveMinutesBeginWithEachMinute() {
    // A minute's limit apart, so that only windows of five minutes that hold four of them raise.
    for (int i = 0; i < 4; i++) {
      windows.add(payment(i, "U", i * MINUTE, 90_000), raised::add);
    }
    assertEquals(List.of("five_minutes amount 0", "five_minutes amount " + -MINUTE), names());
  }

  @Test
  void eachUserHasWindowsOfTheirOwn() {
    for (int i = 0; i < 10; i++) {
      windows.add(payment(i, "U" + i % 2, i, 100), raised::add);
    }
    assertEquals(List.of(), names());
  }

  @Test
  void whoIsTooFarBehindThePartitionsClockIsLate() {
    long now = 10 * MINUTE;
    assertEquals(Outcome.COUNTED, windows.add(payment(0, "U", now, 1), raised::add));
    assertEquals(
        Outcome.COUNTED,
        windows.add(payment(1, "U", now - SpendingWindows.DELAY_MICROS, 1), raised::add));
    assertEquals(
        Outcome.LATE,
        windows.add(payment(2, "U", now - SpendingWindows.DELAY_MICROS - 1, 1), raised::add));
    assertEquals(Outcome.KNOWN, windows.add(payment(2, "U", now, 1), raised::add));
    // Another partition has a clock of its own.
    assertEquals(
        Outcome.COUNTED, windows.add(new Payment("topic/1", 0, "T", "U", 0, 1), raised::add));
    assertEquals(Map.of("topic/0", new Mark(2, now), "topic/1", new Mark(0, 0)), windows.marks());
  }

  @Test
  void aUserStandsWhereTheLastFiveMinutesHaveBroughtThem() {
    windows.add(payment(0, "U", 0, 1), raised::add);
    windows.add(payment(1, "U", MINUTE, 10), raised::add);
    windows.add(payment(2, "U", 5 * MINUTE, 100), raised::add);
    Payment last = payment(3, "U", 5 * MINUTE + SECOND, 1000);
    windows.add(last, raised::add);
    assertEquals(new Standing(2, 1100, 3, 1110), windows.standing(last));
  }

  @Test
  void whatIsClosedIsForgotten() {
    windows.add(payment(0, "A", 0, 1), raised::add);
    windows.add(payment(1, "B", 7 * MINUTE, 2), raised::add);
    assertEquals(2, windows.totals().size());
    windows.add(payment(2, "B", 8 * MINUTE, 3), raised::add);
    assertEquals(
        List.of(new Total("B", 7 * MINUTE, 1, 2), new Total("B", 8 * MINUTE, 1, 3)),
        windows.totals());
  }

  @Test
  void takenUpAgainInTheMiddleTheyRaiseTheSame() {
    Random random = new Random(3);
    List<Payment> all = new ArrayList<>();
    for (int i = 0; i < 2000; i++) {
      long time = i * SECOND + (random.nextInt(20) == 0 ? -3 * MINUTE : 0);
      all.add(payment(i, "U" + random.nextInt(8), time, random.nextInt(60_000)));
    }
    all.forEach(one -> windows.add(one, raised::add));
    assertTrue(raised.size() > 100, "only " + raised.size() + " alerts");

    List<Raised> inParts = new ArrayList<>();
    SpendingWindows part = new SpendingWindows();
    for (int i = 0; i < all.size(); i++) {
      if (i % 300 == 150) {
        SpendingWindows next = new SpendingWindows();
        next.restore(part.totals(), part.marks());
        part = next;
        // What has been counted comes again.
        part.add(all.get(i - 1), inParts::add);
      }
      part.add(all.get(i), inParts::add);
    }
    assertEquals(raised, inParts);
  }

  @Test
  void limitsAreRaisedByTheOneThatPassesThem() {
    AlertRule count = new CountLimit(2);
    assertEquals("count", count.name());
    assertFalse(count.isRaisedBy(1, new AlertRule.Held(2, 2)));
    assertTrue(count.isRaisedBy(1, new AlertRule.Held(3, 3)));
    assertFalse(count.isRaisedBy(1, new AlertRule.Held(4, 4)));
    AlertRule amount = new AmountLimit(100);
    assertEquals("amount", amount.name());
    assertFalse(amount.isRaisedBy(100, new AlertRule.Held(1, 100)));
    assertTrue(amount.isRaisedBy(1, new AlertRule.Held(2, 101)));
    assertFalse(amount.isRaisedBy(1, new AlertRule.Held(3, 102)));
  }

  @Test
  void aWindowIsAMinuteOrLonger() {
    assertThrows(IllegalArgumentException.class, () -> new SpendingWindow("none", 0, List.of()));
  }
}
