package io.sluice.demo.purchaseorders;

import io.sluice.demo.Landing;
import io.sluice.demo.Truth;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * Writes what the fraud desk decided on a day to {@code fraud_outcomes/<day>.jsonl}, one JSON
 * object a line.
 *
 * <p>An order that somebody calls fraud is confirmed 1 to {@value #LONGEST_DELAY} days after it was
 * placed. Of all others {@value #REVIEWED_SHARE} are looked into and cleared within three days,
 * rightly or not. {@value #REPEATED_SHARE} of the records are written twice, and each file of
 * {@value #FEWEST_WITH_DEFECT} records or more holds one whose outcome is none.
 */
public final class FraudDesk {
  static final int LONGEST_DELAY = 13;
  static final double REVIEWED_SHARE = 0.05;
  static final double REPEATED_SHARE = 0.03;
  static final int FEWEST_WITH_DEFECT = 4;

  private record Decision(Order order, String outcome) {}

  private final long seed;
  private final Map<Long, List<Decision>> due = new TreeMap<>();
  private final Truth counted = new Truth();

  public FraudDesk(long seed) {
    this.seed = seed;
  }

  /** Decides when, if ever, the desk comes to an order placed today. */
  public void see(Order order, SplittableRandom random) {
    if (order.labelled) {
      int delay = 1 + random.nextInt(7) + random.nextInt(7);
      later(order, "confirmed", delay);
    } else if (random.nextDouble() < REVIEWED_SHARE) {
      later(order, "cleared", random.nextInt(4));
    }
  }

  private void later(Order order, String outcome, int delay) {
    due.computeIfAbsent(order.day + delay, day -> new ArrayList<>())
        .add(new Decision(order, outcome));
  }

  public void arrive(LocalDate date, Landing landing) throws IOException {
    long day = date.toEpochDay();
    List<Decision> decisions = due.containsKey(day) ? due.remove(day) : List.of();
    var random = Purchasing.random(seed, "decisions", day);
    try (var out =
        new BufferedWriter(
            new OutputStreamWriter(
                landing.create("fraud_outcomes/" + date + ".jsonl"), StandardCharsets.UTF_8))) {
      for (Decision decision : decisions) {
        // Never before the order itself; orders are placed ten minutes before midnight at the
        // latest.
        long at =
            Math.max(
                day * 86_400 + 8 * 3_600 + random.nextInt(9 * 3_600),
                decision.order.createdAt + 1 + random.nextInt(590));
        String record = record(decision.order, decision.outcome, at);
        out.write(record);
        counted.records++;
        counted.addRow(date.toString());
        if (random.nextDouble() < REPEATED_SHARE) {
          out.write(record);
          counted.records++;
          counted.duplicates++;
        }
      }
      if (decisions.size() >= FEWEST_WITH_DEFECT) {
        out.write(record(decisions.get(0).order, "pending", day * 86_400 + 86_399));
        counted.records++;
        counted.addQuarantined("outcome/enum");
      }
    }
    counted.files++;
  }

  private static String record(Order order, String outcome, long at) {
    return String.format(
        Locale.ROOT,
        "{\"order_id\":\"%s\",\"order_date\":\"%s\",\"buyer_id\":\"%s\",\"vendor_id\":\"%s\",\"outcome\":\"%s\",\"decided_at\":\"%s\"}\n",
        order.id,
        LocalDate.ofEpochDay(order.day),
        order.buyer,
        order.vendor.id,
        outcome,
        Instant.ofEpochSecond(at));
  }

  Truth truth() {
    var truth = new Truth();
    truth.records = counted.records;
    truth.files = counted.files;
    truth.duplicates = counted.duplicates;
    truth.rows.putAll(counted.rows);
    truth.quarantined.putAll(counted.quarantined);
    return truth;
  }
}
