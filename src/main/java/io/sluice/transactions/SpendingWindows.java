package io.sluice.transactions;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Finds users who pay too often or too much within a window of time: takes payments one by one, and
 * gives the alerts that they raise.
 *
 * <p>A window is a user's minute, or five minutes that begin with a minute (so each payment counts
 * in five of them): {@link SpendingWindow#ALL}. Which payment raises an alert, its {@link
 * AlertRule}s say.
 *
 * <p>A payment is late if its time lies more than two minutes before the greatest time of those
 * that stand before it in its Kafka partition. So whether it is late depends on the partition alone
 * and not on how it is cut into batches: the batches of a stream, and one batch over everything,
 * raise the same alerts. Those at or before an offset that has been counted are passed over.
 *
 * <p>Memory: a count and an amount for each user and minute of about the last seven.
 */
public final class SpendingWindows {
  /** How far behind its partition's greatest time a payment may be, in microseconds. */
  static final long DELAY_MICROS = 120_000_000;

  private static final long MINUTE = 60_000_000;

  /** How many minutes {@link #standing} looks back over. */
  private static final int STANDING = 5;

  /** A row of silver that came by a topic; times in microseconds, the amount in cents. */
  public record Payment(
      String file, long position, String transaction, String user, long time, long cents) {}

  /**
   * An alert, by a payment.
   *
   * @param start of the window
   * @param rule the name of the rule that says so
   * @param count of the window's payments up to this one
   */
  public record Raised(
      String window, long start, String rule, long count, long cents, Payment by) {}

  /** A user's payments of a minute. */
  public record Total(String user, long minute, long count, long cents) {}

  /** How far a partition has been counted. */
  public record Mark(long offset, long clock) {}

  /** What became of a payment. */
  public enum Outcome {
    COUNTED,
    LATE,
    /** It has been counted before. */
    KNOWN
  }

  /** Where a user stands with a payment, itself included. */
  public record Standing(long countMinute, long centsMinute, long countFive, long centsFive) {}

  private final List<SpendingWindow> kinds;
  private final int longest;
  private final Map<String, TreeMap<Long, long[]>> users = new HashMap<>();
  private final Map<String, Mark> marks = new HashMap<>();

  /** Raises the alerts of {@link SpendingWindow#ALL}. */
  public SpendingWindows() {
    this(SpendingWindow.ALL);
  }

  /** Raises the alerts of some kinds of windows. */
  public SpendingWindows(List<SpendingWindow> kinds) {
    this.kinds = List.copyOf(kinds);
    this.longest = kinds.stream().mapToInt(SpendingWindow::minutes).reduce(STANDING, Math::max);
  }

  /** Takes up totals and marks that were kept. */
  public void restore(List<Total> totals, Map<String, Mark> kept) {
    for (Total total : totals) {
      users
          .computeIfAbsent(total.user, user -> new TreeMap<>())
          .put(total.minute, new long[] {total.count, total.cents});
    }
    marks.putAll(kept);
  }

  /** Counts a payment; those of a partition in the order of their positions. */
  public Outcome add(Payment payment, Consumer<Raised> alerts) {
    Mark mark = marks.getOrDefault(payment.file, new Mark(-1, Long.MIN_VALUE));
    if (payment.position <= mark.offset) {
      return Outcome.KNOWN;
    }
    marks.put(payment.file, new Mark(payment.position, Math.max(mark.clock, payment.time)));
    if (mark.clock != Long.MIN_VALUE && payment.time < mark.clock - DELAY_MICROS) {
      return Outcome.LATE;
    }
    TreeMap<Long, long[]> minutes = users.computeIfAbsent(payment.user, user -> new TreeMap<>());
    long minute = Math.floorDiv(payment.time, MINUTE) * MINUTE;
    long[] own = minutes.computeIfAbsent(minute, at -> new long[2]);
    own[0]++;
    own[1] += payment.cents;
    for (SpendingWindow kind : kinds) {
      for (int back = 0; back < kind.minutes(); back++) {
        long start = minute - back * MINUTE;
        long count = 0;
        long cents = 0;
        for (long[] one : minutes.subMap(start, start + kind.minutes() * MINUTE).values()) {
          count += one[0];
          cents += one[1];
        }
        AlertRule.Held held = new AlertRule.Held(count, cents);
        for (AlertRule rule : kind.rules()) {
          if (rule.isRaisedBy(payment.cents, held)) {
            alerts.accept(new Raised(kind.name(), start, rule.name(), count, cents, payment));
          }
        }
      }
    }
    return Outcome.COUNTED;
  }

  /** Where its user stands after a payment was counted. */
  public Standing standing(Payment payment) {
    long minute = Math.floorDiv(payment.time, MINUTE) * MINUTE;
    TreeMap<Long, long[]> minutes = users.get(payment.user);
    long[] own = minutes.get(minute);
    long count = 0;
    long cents = 0;
    for (long[] one : minutes.subMap(minute - (STANDING - 1) * MINUTE, minute + MINUTE).values()) {
      count += one[0];
      cents += one[1];
    }
    return new Standing(own[0], own[1], count, cents);
  }

  /** How far each partition has been counted. */
  public Map<String, Mark> marks() {
    return Map.copyOf(marks);
  }

  /** What payments to come may still add to; the rest is forgotten. */
  public List<Total> totals() {
    long slowest = marks.values().stream().mapToLong(Mark::clock).min().orElse(Long.MIN_VALUE);
    List<Total> totals = new ArrayList<>();
    for (Iterator<Map.Entry<String, TreeMap<Long, long[]>>> all = users.entrySet().iterator();
        all.hasNext(); ) {
      Map.Entry<String, TreeMap<Long, long[]>> user = all.next();
      if (slowest != Long.MIN_VALUE) {
        // A payment that is not late reaches back as far as the longest window does.
        user.getValue().headMap(slowest - DELAY_MICROS - longest * MINUTE).clear();
      }
      if (user.getValue().isEmpty()) {
        all.remove();
      }
      user.getValue()
          .forEach(
              (minute, total) -> totals.add(new Total(user.getKey(), minute, total[0], total[1])));
    }
    return totals;
  }
}
