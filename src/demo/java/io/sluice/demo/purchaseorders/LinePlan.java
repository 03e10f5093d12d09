package io.sluice.demo.purchaseorders;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Decides in which versions the lines of one day's orders arrive, and when. */
final class LinePlan {
  private static final long DAY_SECONDS = 86_400;

  /** A version and the day on which it arrives. */
  record Arrival(long day, LineVersion version) {}

  private final long today;
  private final SplittableRandom random;
  private final List<Arrival> arrivals = new ArrayList<>();

  /**
   * @param today days since 1970
   */
  LinePlan(long today, SplittableRandom random) {
    this.today = today;
    this.random = random;
  }

  /**
   * Gives the versions of a line in the order they are sent, each with its day; {@code
   * cancelledAfter} is 0 if its order stands.
   */
  List<Arrival> plan(OrderLine line, long first, long cancelledAfter) {
    arrivals.clear();
    long updatedAt = line.order.createdAt + random.nextInt(300);
    double u = random.nextDouble();
    String status =
        u < 0.5 ? "created" : u < 0.85 ? "approved" : u < 0.95 ? "received" : "invoiced";
    var version = judged(line.quantity, line.price, status, updatedAt);
    arrivals.add(new Arrival(first, version));
    if (cancelledAfter == 0 && random.nextDouble() < PurchaseOrderGenerator.CANCELLED_LINE_SHARE) {
      cancelledAfter = 1 + random.nextInt(PurchaseOrderGenerator.LAST_CORRECTION);
    }
    double fate = random.nextDouble();
    if (cancelledAfter > 0) {
      arrivals.add(
          new Arrival(
              today + cancelledAfter,
              judged(
                  version.quantity(),
                  version.price(),
                  "cancelled",
                  workingTime(today + cancelledAfter))));
    } else if (fate < PurchaseOrderGenerator.CORRECTED_SHARE) {
      long on = today + 1 + random.nextInt(PurchaseOrderGenerator.LAST_CORRECTION);
      arrivals.add(new Arrival(on, corrected(version, workingTime(on))));
    } else if (fate
        < PurchaseOrderGenerator.CORRECTED_SHARE + PurchaseOrderGenerator.SAME_DAY_SHARE) {
      // Orders are placed ten minutes before midnight at the latest.
      arrivals.add(new Arrival(first, corrected(version, updatedAt + 1 + random.nextInt(300))));
    } else if (fate
        < PurchaseOrderGenerator.CORRECTED_SHARE
            + PurchaseOrderGenerator.SAME_DAY_SHARE
            + PurchaseOrderGenerator.OUT_OF_ORDER_SHARE) {
      planOutOfOrder(version);
    } else if (version.defect() != null
        && random.nextDouble() < PurchaseOrderGenerator.REPAIRED_SHARE) {
      long on = today + 1 + random.nextInt(3);
      arrivals.add(
          new Arrival(on, judged(version.quantity(), version.price(), status, workingTime(on))));
    }
    if (random.nextDouble() < PurchaseOrderGenerator.REDELIVERED_SHARE) {
      var repeated = arrivals.get(random.nextInt(arrivals.size()));
      long on = repeated.day + random.nextInt(4);
      arrivals.add(
          new Arrival(
              Math.max(repeated.day, Math.min(on, today + PurchaseOrderGenerator.LAST_CORRECTION)),
              repeated.version));
    }
    return List.copyOf(arrivals);
  }

  /** Lets an older version arrive on the day of a newer one or after it. */
  private void planOutOfOrder(LineVersion version) {
    long newerOn = today + 1 + random.nextInt(PurchaseOrderGenerator.LAST_CORRECTION - 1);
    long olderOn =
        newerOn
            + random.nextInt((int) (today + PurchaseOrderGenerator.LAST_CORRECTION - newerOn) + 1);
    if (random.nextBoolean()) {
      arrivals.clear();
      arrivals.add(new Arrival(newerOn, corrected(version, workingTime(newerOn))));
      arrivals.add(new Arrival(olderOn, version));
    } else {
      var older = corrected(version, version.updatedAt() + 1 + random.nextInt(300));
      arrivals.add(new Arrival(newerOn, corrected(older, workingTime(newerOn))));
      arrivals.add(new Arrival(olderOn, older));
    }
  }

  private LineVersion corrected(LineVersion version, long updatedAt) {
    double u = random.nextDouble();
    long quantity = version.quantity();
    long price = version.price();
    String status = version.status();
    if (u < 0.35) {
      quantity = Math.max(250, Math.round(quantity * (0.5 + random.nextDouble()) / 250) * 250);
    } else if (u < 0.6) {
      price = Catalogue.clamped(Math.round(price * (0.9 + 0.2 * random.nextDouble())));
    } else {
      status =
          switch (status) {
            case "created" -> "approved";
            case "approved" -> "received";
            default -> "invoiced";
          };
    }
    return judged(quantity, price, status, updatedAt);
  }

  private LineVersion judged(long quantity, long price, String status, long updatedAt) {
    return new LineVersion(
        quantity, price, status, updatedAt, LineDefect.draw(random), random.nextInt(1 << 20));
  }

  private long workingTime(long day) {
    return day * DAY_SECONDS + 6 * 3_600 + random.nextInt(12 * 3_600);
  }
}
