package io.sluice.demo.transactions;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Makes card transactions as they arrive on a topic's partitions, with poison, duplicates, late
 * ones and ones from the future among them, and keeps the truth about them.
 *
 * <p>Deterministic: the same seed, beginning and number of partitions make the same events. A
 * user's events stay in one partition. Memory holds the totals of every window and the last events
 * of each partition.
 */
public final class TransactionGenerator {
  private static final int RECENT = 50;

  /**
   * An event.
   *
   * @param value null for a tombstone
   */
  public record Event(int partition, byte[] key, byte[] value) {}

  /** What the lake must hold once every event made so far is handled. */
  public static final class StreamTruth {
    public long events;
    public long accepted;
    public long quarantined;
    public long duplicates;

    /** Accepted, and too late to count in a window. */
    public long late;

    /** {@code alert|user|window_start}. */
    public final SortedSet<String> alerts = new TreeSet<>();
  }

  private final Random random;
  private final int users;
  private final Instant begin;
  private final long micros;
  private final long[] clocks;
  private final Map<String, Long> userClocks = new HashMap<>();
  private final List<List<Event>> recent = new ArrayList<>();
  private final StreamTruth truth = new StreamTruth();
  private final Map<String, long[]> windows = new HashMap<>();
  private long number;

  /**
   * @param begin the time of the first event; must lie in the past of whoever reads them
   * @param users how many there are; a few of them pay far more often than others
   */
  public TransactionGenerator(long seed, Instant begin, int partitions, int users) {
    this(seed, begin, partitions, users, 1_000_000);
  }

  /**
   * The same at another pace.
   *
   * @param micros between two events of a partition, on average
   */
  public TransactionGenerator(long seed, Instant begin, int partitions, int users, long micros) {
    this.micros = micros;
    this.random = new Random(seed);
    this.begin = begin.truncatedTo(ChronoUnit.SECONDS);
    this.users = users;
    this.clocks = new long[partitions];
    for (int i = 0; i < partitions; i++) {
      recent.add(new ArrayList<>());
    }
  }

  public StreamTruth truth() {
    return truth;
  }

  /** The next event. */
  public Event next() {
    truth.events++;
    // Cubed, so that the first users come often.
    double skew = random.nextDouble();
    String user = String.format(Locale.ROOT, "U-%05d", (int) (users * skew * skew * skew));
    int partition = Math.floorMod(user.hashCode(), clocks.length);
    int kind = random.nextInt(100);
    if (kind == 0) {
      truth.quarantined++;
      return new Event(partition, bytes(user), poison(user));
    }
    List<Event> last = recent.get(partition);
    if (kind == 1 && !last.isEmpty()) {
      truth.duplicates++;
      return last.get(random.nextInt(last.size()));
    }
    // Since the beginning; each partition has its own clock, in microseconds.
    long clock = clocks[partition] / 1000;
    long ahead = clocks[partition] + random.nextInt(2000) * micros / 1000;
    long at = ahead / 1000;
    // Late by the user's own clock, and not by so much that it is late by its partition's.
    long own = userClocks.getOrDefault(user, Long.MIN_VALUE);
    boolean late = kind == 2 && own > 400_000 && own > clock - 3_000_000;
    if (late) {
      at = own - 120_001 - random.nextInt(60_000);
    } else if (kind < 10) {
      // A little late, which is still in time.
      at = Math.max(0, clock - random.nextInt(100_000));
    } else {
      clocks[partition] = ahead;
    }
    userClocks.merge(user, at, Math::max);
    BigDecimal amount = amount();
    if (late) {
      truth.late++;
    } else {
      spend(user, at, amount);
    }
    truth.accepted++;
    Event event =
        new Event(partition, bytes(user), value(user, begin.plusMillis(at), amount.toString()));
    if (last.size() == RECENT) {
      last.remove(0);
    }
    last.add(event);
    return event;
  }

  /** A payment of 49.99 by a user, half a second after the user's last: many of them are fraud. */
  public Event quick(String user) {
    truth.events++;
    truth.accepted++;
    int partition = Math.floorMod(user.hashCode(), clocks.length);
    long at = Math.max(userClocks.getOrDefault(user, 0L), clocks[partition] / 1000) + 500;
    userClocks.put(user, at);
    BigDecimal amount = new BigDecimal("49.99");
    spend(user, at, amount);
    return new Event(partition, bytes(user), value(user, begin.plusMillis(at), amount.toString()));
  }

  private BigDecimal amount() {
    return BigDecimal.valueOf(
        random.nextInt(20) == 0 ? 30_000 + random.nextInt(90_000) : 100 + random.nextInt(15_000),
        2);
  }

  private byte[] value(String user, Instant at, String amount) {
    return bytes(
        String.format(
            Locale.ROOT,
            "{\"transaction_id\":\"T-%d\",\"event_time\":\"%s\",\"user_id\":\"%s\",\"amount\":%s,"
                + "\"merchant\":\"M-%d\"}",
            number++,
            at,
            user,
            amount,
            random.nextInt(1000)));
  }

  private byte[] poison(String user) {
    switch (random.nextInt(7)) {
      case 0:
        return null;
      case 1:
        return bytes("{\"transaction_id\":");
      case 2:
        return bytes("{\"transaction_id\":\"T-1\",\"x\":" + "[".repeat(2000));
      case 3:
        return new byte[] {'{', '"', (byte) 0xC3, '"', ':', '1', '}'};
      case 4:
        byte[] huge = new byte[12_000];
        Arrays.fill(huge, (byte) ' ');
        return huge;
      case 5:
        return value(user, begin, "-1");
      default:
        return value(user, begin.plus(3650, ChronoUnit.DAYS), "1");
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** Counts an event in the minute and the five-minute windows it belongs to. */
  private void spend(String user, long at, BigDecimal amount) {
    long minute = begin.plusMillis(at).truncatedTo(ChronoUnit.MINUTES).getEpochSecond();
    add("spending_minute", user, minute, amount, 5, 100_000);
    for (int back = 0; back < 5; back++) {
      add("spending_five_minutes", user, minute - back * 60L, amount, 15, 300_000);
    }
  }

  private void add(
      String alert, String user, long start, BigDecimal amount, long most, long mostCents) {
    String key = alert + "|" + user + "|" + Instant.ofEpochSecond(start);
    long[] totals = windows.computeIfAbsent(key, k -> new long[2]);
    totals[0]++;
    totals[1] += amount.unscaledValue().longValueExact();
    if (totals[0] > most || totals[1] > mostCents) {
      truth.alerts.add(key);
    }
  }
}
