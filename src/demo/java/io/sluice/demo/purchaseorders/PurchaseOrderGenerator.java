package io.sluice.demo.purchaseorders;

import io.sluice.demo.Landing;
import io.sluice.demo.SourceGenerator;
import io.sluice.demo.Truth;
import io.sluice.demo.purchaseorders.LinePlan.Arrival;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * Writes the files of purchase orders, {@code purchase_orders/<arrival day>/part-N.csv} or {@code
 * .csv.gz}, of the vendor register, {@code vendors/<day>.csv}, and of the fraud desk's decisions,
 * {@code fraud_outcomes/<day>.jsonl}, and knows what the lake must hold for them.
 *
 * <p>A file is RFC 4180 text in UTF-8 with a header; a record is an order line in one version. Of
 * the lines, these shares arrive in more than one version, at most {@value #LAST_CORRECTION} days
 * after the order:
 *
 * <ul>
 *   <li>{@value #CORRECTED_SHARE} are corrected once (quantity, price or status) on a later day;
 *   <li>{@value #SAME_DAY_SHARE} are corrected on the day itself, both versions arriving in one
 *       batch;
 *   <li>{@value #OUT_OF_ORDER_SHARE} arrive out of order: the older version on the day of the newer
 *       or after it;
 *   <li>{@value #REDELIVERED_SHARE} are delivered again unchanged, on the same or a later day;
 *   <li>{@value #CANCELLED_ORDER_SHARE} of the orders are cancelled as a whole, {@value
 *       #CANCELLED_LINE_SHARE} of the lines by themselves;
 *   <li>{@value #STRAGGLING_SHARE} of the orders arrive first a day or two late.
 * </ul>
 *
 * <p>Of the records, these shares are defective, each breaking exactly one rule: {@value
 * #RAGGED_SHARE} have too few or too many fields ({@code /record}), {@value #BAD_NUMBER_SHARE} have
 * a quantity that is no number, {@value #NEGATIVE_SHARE} a negative one, {@value
 * #UNKNOWN_CURRENCY_SHARE} an unknown currency, {@value #UNKNOWN_VENDOR_SHARE} an unknown vendor,
 * {@value #NO_CUSTOMER_SHARE} no customer, {@value #WRONG_AMOUNT_SHARE} an amount that does not add
 * up ({@code /amount_adds_up}: a rule of the row has no field). {@value #REPAIRED_SHARE} of the
 * lines whose first record is defective are sent again, repaired.
 *
 * <p>Every {@value #UNREADABLE_EVERY} days a compressed file breaks off in the middle; it arrives
 * whole, as another file, the day after. Every {@value #EMPTY_EVERY} days a file holds its header
 * only. From the {@value #DRIFT_DAY}rd day on the files have a column {@code priority} between
 * {@code status} and {@code created_at}. About 1.2 % of the orders bear the label {@code fraud};
 * {@link Purchasing} says what makes them so; an order bears its label whether or not its lines
 * reach silver. The label {@code fraud_in_truth} says what is fraud indeed, and {@code
 * order_fraud_at_best} what no detector can exceed.
 *
 * <p>The vendors of a day's orders are in the register of the same day at the latest, so vendors
 * are to be processed first. Memory: one compressed file, the lines under way of the last days, and
 * sums by day; not the rows.
 */
public final class PurchaseOrderGenerator implements SourceGenerator {

  static final double CORRECTED_SHARE = 0.04;
  static final double SAME_DAY_SHARE = 0.005;
  static final double OUT_OF_ORDER_SHARE = 0.006;
  static final double REDELIVERED_SHARE = 0.006;
  static final double CANCELLED_ORDER_SHARE = 0.012;
  static final double CANCELLED_LINE_SHARE = 0.004;
  static final double STRAGGLING_SHARE = 0.005;
  static final int LAST_CORRECTION = 5;

  static final double RAGGED_SHARE = 0.002;
  static final double BAD_NUMBER_SHARE = 0.002;
  static final double NEGATIVE_SHARE = 0.0015;
  static final double UNKNOWN_CURRENCY_SHARE = 0.0015;
  static final double UNKNOWN_VENDOR_SHARE = 0.0015;
  static final double NO_CUSTOMER_SHARE = 0.0015;
  static final double WRONG_AMOUNT_SHARE = 0.002;
  static final double REPAIRED_SHARE = 0.3;

  static final int UNREADABLE_EVERY = 4;
  static final int EMPTY_EVERY = 5;
  static final int DRIFT_DAY = 3;

  private static final int LEAST_PARTS = 3;
  private static final int RECORDS_PER_PART = 150_000;

  /** The part that breaks off: a compressed one, as all odd ones are. */
  private static final int UNREADABLE_PART = 1;

  /** A record under way. */
  private record Delivery(OrderLine line, LineVersion version) {}

  private final long seed;
  private final LocalDate firstDay;
  private final int ordersPerDay;
  private final VendorRoster vendors;
  private final Purchasing purchasing;
  private final FraudDesk desk;
  private final BestGuess bestGuess = new BestGuess();
  private final SilverLedger ledger = new SilverLedger();
  private final Truth counted = new Truth();
  private final Map<Long, List<Delivery>> underWay = new TreeMap<>();
  private LocalDate nextDay;

  /** What the part that broke off yesterday was meant to hold, and under which header. */
  private List<Delivery> lost = List.of();

  private List<OrderFile.Column> lostHeader = OrderFile.WITHOUT_PRIORITY;

  /**
   * Makes nothing yet.
   *
   * @param ordersPerDay the mean; a Sunday has 0.3 times as many, a busy Tuesday 1.5 times. An
   *     order has about 2.5 lines
   */
  public PurchaseOrderGenerator(long seed, LocalDate firstDay, int ordersPerDay) {
    if (ordersPerDay < 1) {
      throw new IllegalArgumentException("ordersPerDay must be at least 1, not " + ordersPerDay);
    }
    this.seed = seed;
    this.firstDay = firstDay;
    this.ordersPerDay = ordersPerDay;
    this.vendors = new VendorRoster(seed, firstDay);
    this.purchasing = new Purchasing(seed, vendors);
    this.desk = new FraudDesk(seed);
    this.nextDay = firstDay;
  }

  @Override
  public void arrive(LocalDate day, Landing landing) throws IOException {
    if (!day.equals(nextDay)) {
      throw new IllegalArgumentException(
          "days are made in order: " + nextDay + " comes next, not " + day);
    }
    vendors.arrive(day, landing);
    var batch = new Batch(day, landing);
    try {
      purchasing.orders(day, batch.orders, batch::place);
      batch.finish();
      desk.arrive(day, landing);
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    ledger.closeDay();
    nextDay = day.plusDays(1);
  }

  @Override
  public Map<String, Truth> truth() {
    var orders = new Truth();
    orders.records = counted.records;
    orders.files = counted.files;
    orders.unreadableFiles.putAll(counted.unreadableFiles);
    orders.quarantined.putAll(counted.quarantined);
    counted.labels.forEach((label, values) -> orders.labels.put(label, new TreeMap<>(values)));
    orders.labels.put(
        "order_fraud_at_best",
        new TreeMap<>(
            Map.of(
                "recall at false-positive rate 0.02",
                    String.format(Locale.ROOT, "%.4f", bestGuess.recall(0.02)),
                "recall of confirmed at false-positive rate 0.02",
                    String.format(Locale.ROOT, "%.4f", bestGuess.recallOfLabels(0.02)),
                "PR-AUC of confirmed",
                    String.format(Locale.ROOT, "%.4f", bestGuess.precisionOfLabels()))));
    ledger.addTo(orders);
    var truth = new TreeMap<String, Truth>();
    truth.put("purchase_orders", orders);
    truth.put("vendors", vendors.truth());
    truth.put("fraud_outcomes", desk.truth());
    return truth;
  }

  /** What arrives on one day. */
  private final class Batch {
    private final long today;
    private final Landing landing;
    private final String folder;
    private final List<OrderFile.Column> header;
    private final SplittableRandom random;
    private final SplittableRandom seen;
    private final LinePlan plan;
    private final int orders;
    private final int parts;
    private final List<Delivery> due;

    /** Deliveries of today's lines that follow the first one on the same day. */
    private final List<Delivery> again = new ArrayList<>();

    private final List<Delivery> breaking = new ArrayList<>();
    private int placed;
    private int dueWritten;
    private int part = -1;
    private OrderFile file;

    Batch(LocalDate day, Landing landing) {
      this.today = day.toEpochDay();
      this.landing = landing;
      this.folder = "purchase_orders/" + day + "/";
      this.header = age() + 1 < DRIFT_DAY ? OrderFile.WITHOUT_PRIORITY : OrderFile.WITH_PRIORITY;
      this.random = Purchasing.random(seed, "arrivals", today);
      this.plan = new LinePlan(today, random);
      this.seen = Purchasing.random(seed, "reviews", today);
      this.orders = purchasing.ordersOn(day, ordersPerDay);
      List<Delivery> fallingDue = underWay.remove(today);
      this.due = fallingDue == null ? List.of() : fallingDue;
      this.parts = LEAST_PARTS + (int) ((orders * 2.5 + due.size()) / RECORDS_PER_PART);
    }

    private long age() {
      return today - firstDay.toEpochDay();
    }

    private boolean breaksOff() {
      return part == UNREADABLE_PART && age() % UNREADABLE_EVERY == 1;
    }

    /**
     * Writes the new order's lines and, spread evenly between the new orders, what falls due of
     * earlier ones.
     */
    void place(Order order) {
      int place = Math.min(placed, orders - 1);
      while (part < (long) place * parts / orders) {
        openNext(header, part % 2 == 0 ? ".csv.gz" : ".csv");
      }
      while (dueWritten < (long) due.size() * (place + 1) / orders) {
        write(due.get(dueWritten++));
      }
      placed++;
      desk.see(order, seen);
      bestGuess.add(order.logRatio, order.fraud, order.labelled);
      if (order.fraud) {
        counted.addLabel("fraud_in_truth", order.id, "true");
      }
      if (order.labelled) {
        counted.addLabel("fraud", order.id, "true");
      }
      boolean cancelled = random.nextDouble() < CANCELLED_ORDER_SHARE;
      long cancelledOn = 1 + random.nextInt(LAST_CORRECTION);
      long first = random.nextDouble() < STRAGGLING_SHARE ? today + 1 + random.nextInt(2) : today;
      for (OrderLine line : order.lines) {
        dispatch(line, plan.plan(line, first, cancelled ? cancelledOn : 0));
      }
    }

    /** Writes what is left of the day and the files that come beside its parts. */
    void finish() {
      while (part < parts - 1) {
        openNext(header, part % 2 == 0 ? ".csv.gz" : ".csv");
      }
      while (dueWritten < due.size()) {
        write(due.get(dueWritten++));
      }
      again.forEach(this::write);
      if (!lost.isEmpty()) {
        openNext(lostHeader, ".csv.gz");
        lost.forEach(this::write);
      }
      if (age() % EMPTY_EVERY == 3) {
        openNext(header, ".csv");
      }
      close();
      lost = breaking;
      lostHeader = header;
    }

    private void dispatch(OrderLine line, List<Arrival> arrivals) {
      line.deliveries = arrivals.size();
      for (int i = 0; i < arrivals.size(); i++) {
        var arrival = arrivals.get(i);
        var delivery = new Delivery(line, arrival.version());
        if (arrival.day() > today) {
          underWay.computeIfAbsent(arrival.day(), d -> new ArrayList<>()).add(delivery);
        } else if (i == 0) {
          write(delivery);
        } else {
          again.add(delivery);
        }
      }
    }

    /** Writes the record and books it, unless its file is going to break off. */
    private void write(Delivery delivery) {
      file.write(delivery.line, delivery.version);
      if (breaksOff()) {
        breaking.add(delivery);
        return;
      }
      counted.records++;
      var defect = delivery.version.defect();
      if (defect == null) {
        ledger.take(delivery.line, delivery.version);
      } else {
        counted.addQuarantined(defect.reason);
      }
    }

    private void openNext(List<OrderFile.Column> columns, String suffix) {
      close();
      part++;
      String path = folder + "part-" + part + suffix;
      if (breaksOff()) {
        counted.unreadableFiles.put(path, "truncated gzip");
        file = OrderFile.breakingOff(path, landing, columns);
      } else {
        counted.files++;
        file = OrderFile.whole(path, landing, columns);
      }
    }

    private void close() {
      if (file != null) {
        file.close();
      }
    }
  }
}
