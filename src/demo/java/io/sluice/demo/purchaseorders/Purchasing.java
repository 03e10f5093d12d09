package io.sluice.demo.purchaseorders;

import io.sluice.demo.purchaseorders.VendorRoster.Vendor;
import java.time.DayOfWeek;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/**
 * Draws the orders that buyers place on a day, honest and fraudulent.
 *
 * <p>Vendors, customers, buyers and items are chosen with weights near 1/rank; amounts and lines
 * per order are skewed to the right; weekends are quiet and the end of a month is busy.
 *
 * <p>{@value #FRAUD_SHARE} of the orders are fraud. A case shows some of six behaviours, drawn one
 * by one: another bank account than the vendor's, a total just under an approval limit, an order
 * split into several such, a vendor admitted a short while ago, an hour at which nobody works,
 * prices raised. Honest orders show each of them too, in sum more often than fraud does, and about
 * one case in ten shows none. Of the fraud, {@value #UNDETECTED_SHARE} is never found out and bears
 * no label; {@value #FALSE_ALARM_SHARE} of the honest orders bear one.
 */
public final class Purchasing {

  static final double FRAUD_SHARE = 0.012;
  static final double UNDETECTED_SHARE = 0.12;
  static final double FALSE_ALARM_SHARE = 0.0012;

  static final List<String> DEPARTMENTS =
      List.of(
          "engineering",
          "facilities",
          "finance",
          "hr",
          "it",
          "logistics",
          "marketing",
          "production");
  public static final List<String> CURRENCIES = List.of("CHF", "EUR", "GBP", "PLN", "SEK", "USD");

  /** The share of fraud cases that are split into two to four orders. */
  static final double SPLIT_SHARE = 0.2;

  static final double NEW_VENDOR_SHARE = 0.25;
  static final double COLLUDING_SHARE = 0.35;

  /** The share of honest orders after which the same buyer orders again from the vendor. */
  static final double REORDER_SHARE = 0.03;

  private static final int CUSTOMERS = 15_000;
  static final int BUYERS_PER_DEPARTMENT = 40;
  private static final int MOST_LINES = 60;

  /** Accounts that serve many vendors: of banks that buy claims, and of thieves. */
  private static final int SHARED_ACCOUNTS = 30;

  private static final long[] APPROVAL_LIMITS = {1_000, 5_000, 25_000, 100_000};

  /** Monday to Sunday; the mean is 1. */
  private static final double[] WEEK = {1.25, 1.35, 1.30, 1.25, 1.10, 0.45, 0.30};

  /** By vendor category, in the order of VendorRoster.CATEGORIES. */
  private static final int[] DEPARTMENT_OF = {4, 5, 6, 1, 7, 2, 4, 3};

  private static final List<String> REGIONS = List.of("AMER", "APAC", "EMEA");

  /** When a region's working day begins, in seconds of the UTC day. */
  private static final int[] OPENING = {13 * 3_600, 1_800, 7 * 3_600};

  private static final int LAST_SECOND = 86_399 - 600;

  private final long seed;
  private final VendorRoster vendors;
  private final Catalogue catalogue;
  private final List<String> sharedAccounts = new ArrayList<>();
  private long lastOrder;

  public Purchasing(long seed, VendorRoster vendors) {
    this.seed = seed;
    this.vendors = vendors;
    var random = random(seed, "catalogue", 0);
    this.catalogue = new Catalogue(random);
    for (int n = 0; n < SHARED_ACCOUNTS; n++) {
      sharedAccounts.add(
          "GB"
              + (10 + random.nextInt(90))
              + (100_000_000_000_000_000L + random.nextLong(900_000_000_000_000_000L)));
    }
  }

  /**
   * A source of randomness of its own for each purpose and day, so that one use never shifts
   * another.
   */
  public static SplittableRandom random(long seed, String purpose, long day) {
    return new SplittableRandom((seed * 31 + purpose.hashCode()) * 1_000_003 + day);
  }

  /**
   * How many orders are placed on {@code day} when a mean day has {@code mean}: by weekday, time of
   * month and chance.
   */
  public int ordersOn(LocalDate day, int mean) {
    var random = random(seed, "volume", day.toEpochDay());
    DayOfWeek weekday = day.getDayOfWeek();
    double season = WEEK[weekday.getValue() - 1] * (day.getDayOfMonth() >= 26 ? 1.15 : 0.97);
    return (int)
        Math.max(1, Math.round(mean * season * StrictMath.exp(0.06 * random.nextGaussian())));
  }

  /**
   * Gives {@code count} orders, or a few more when the last belongs to a case of several, one after
   * the other.
   */
  public void orders(LocalDate date, int count, Consumer<Order> buyer) {
    long day = date.toEpochDay();
    var random = random(seed, "orders", day);
    List<Vendor> newVendors = vendors.newOn(day);
    long end = lastOrder + count;
    // A split case has three orders in the mean.
    double caseShare = FRAUD_SHARE / (1 + 2 * SPLIT_SHARE);
    while (lastOrder < end) {
      if (random.nextDouble() < caseShare) {
        fraud(day, newVendors, buyer, random);
      } else {
        honest(day, newVendors, buyer, random);
      }
    }
  }

  private void honest(
      long day, List<Vendor> newVendors, Consumer<Order> buyer, SplittableRandom random) {
    var draft = draft(day, vendors.usable().get(zipf(vendors.usable().size(), random)), random);
    // Buyers forget an item and order again from the same vendor, which looks like an order split
    // on purpose.
    int orders = random.nextDouble() < REORDER_SHARE ? 2 : 1;
    var placed = new ArrayList<Order>(orders);
    var shown = new ArrayList<Set<Behaviour>>(orders);
    for (int n = 0; n < orders; n++) {
      shown.add(Behaviour.ofHonesty(random));
      var order = order(draft, shown.get(n), random);
      order.labelled = random.nextDouble() < FALSE_ALARM_SHARE;
      placed.add(order);
    }
    handOver(placed, shown, newVendors, buyer);
  }

  private void fraud(
      long day, List<Vendor> newVendors, Consumer<Order> buyer, SplittableRandom random) {
    var usable = vendors.usable();
    Vendor vendor =
        !newVendors.isEmpty() && random.nextDouble() < NEW_VENDOR_SHARE
            ? newVendors.get(random.nextInt(newVendors.size()))
            : usable.get(zipf(usable.size(), random));
    var draft = draft(day, vendor, random);
    if (random.nextDouble() < COLLUDING_SHARE) {
      draft = colluding(draft, random);
    }
    var behaviours = Behaviour.ofFraud(random);
    int orders = 1;
    if (random.nextDouble() < SPLIT_SHARE) {
      orders = 2 + random.nextInt(3);
      behaviours.add(Behaviour.UNDER_LIMIT);
    }
    var placed = new ArrayList<Order>(orders);
    for (int n = 0; n < orders; n++) {
      var order = order(draft, behaviours, random);
      order.fraud = true;
      order.labelled = random.nextDouble() >= UNDETECTED_SHARE;
      placed.add(order);
    }
    handOver(placed, Collections.nCopies(orders, behaviours), newVendors, buyer);
  }

  /** Gives the orders of a case to the buyer, with how suspicious the case is. */
  private void handOver(
      List<Order> orders,
      List<Set<Behaviour>> shown,
      List<Vendor> newVendors,
      Consumer<Order> buyer) {
    double ratio = LikelihoodRatio.log(orders, shown, vendors.usable(), newVendors);
    for (Order order : orders) {
      order.logRatio = ratio;
      buyer.accept(order);
    }
  }

  private static OrderDraft draft(long day, Vendor vendor, SplittableRandom random) {
    int department =
        random.nextDouble() < 0.8
            ? DEPARTMENT_OF[vendor.category]
            : random.nextInt(DEPARTMENTS.size());
    int buyer = department * BUYERS_PER_DEPARTMENT + zipf(BUYERS_PER_DEPARTMENT, random);
    int place = placeOf(buyer);
    return new OrderDraft(
        day,
        vendor,
        padded("C-", zipf(CUSTOMERS, random), 6),
        department,
        buyer,
        place,
        random.nextDouble() < 0.015 ? null : REGIONS.get(place),
        random.nextDouble() < 0.93 ? currencyOf(vendor.country) : random.nextBoolean() ? 1 : 5);
  }

  static int placeOf(int buyer) {
    return buyer % 7 < 4 ? 2 : buyer % 7 < 6 ? 0 : 1;
  }

  /**
   * The same order, placed by one of the few buyers of the department that work with fraudsters.
   */
  private static OrderDraft colluding(OrderDraft draft, SplittableRandom random) {
    int buyer = draft.department() * BUYERS_PER_DEPARTMENT + 7 + 11 * random.nextInt(3);
    return draft.placedBy(buyer);
  }

  private Order order(OrderDraft draft, Set<Behaviour> behaviours, SplittableRandom random) {
    var vendor = draft.vendor();
    String account;
    if (behaviours.contains(Behaviour.OTHER_ACCOUNT)) {
      // The same account for a week: who sells claims does so for a while, and a thief uses an
      // account
      // until someone notices.
      account =
          sharedAccounts.get(
              (int) Math.floorMod(vendor.number * 31L + draft.day() / 7, (long) SHARED_ACCOUNTS));
    } else {
      account = random.nextDouble() < 0.03 ? null : vendor.account(random);
    }
    int second =
        behaviours.contains(Behaviour.OFF_HOURS)
            ? idleSecond(draft.place(), random)
            : workingSecond(draft.place(), random);
    var order =
        new Order(
            padded("PO-", ++lastOrder, 10),
            draft,
            account,
            priority(random),
            taxPermilleOf(vendor.country),
            draft.day() * 86_400 + Math.min(second % 86_400, LAST_SECOND));
    double priceLevel = vendor.priceLevel;
    if (behaviours.contains(Behaviour.RAISED_PRICES)) {
      priceLevel *= 1.1 + 0.5 * random.nextDouble();
    }
    int lines = linesPerOrder(random);
    for (int n = 1; n <= lines; n++) {
      order.lines.add(catalogue.line(order, n, priceLevel, random));
    }
    if (behaviours.contains(Behaviour.UNDER_LIMIT)) {
      fitUnderLimit(order.lines, 0.90 + 0.098 * random.nextDouble());
    }
    return order;
  }

  /**
   * Changes quantities, then prices a little, so that the total is {@code share} of the next
   * approval limit.
   */
  private static void fitUnderLimit(List<OrderLine> lines, double share) {
    double total = total(lines);
    double limit = APPROVAL_LIMITS[APPROVAL_LIMITS.length - 1];
    for (int n = APPROVAL_LIMITS.length - 1; n >= 0 && APPROVAL_LIMITS[n] > total; n--) {
      limit = APPROVAL_LIMITS[n];
    }
    double more = limit * share / total;
    for (OrderLine line : lines) {
      line.quantity = Math.max(1, Math.round(line.quantity * more / 1_000)) * 1_000;
    }
    double rest = limit * share / total(lines);
    for (OrderLine line : lines) {
      line.price = Catalogue.clamped(Math.round(line.price * rest / 100) * 100);
    }
  }

  /** In whole units of the currency; good for comparing only. */
  private static double total(List<OrderLine> lines) {
    double total = 0;
    for (OrderLine line : lines) {
      total += line.quantity * line.price / 1e7;
    }
    return total;
  }

  /** Mostly one, seldom dozens: a Pareto tail of index 1.43. */
  private static int linesPerOrder(SplittableRandom random) {
    return (int) Math.min(MOST_LINES, StrictMath.pow(1 - random.nextDouble(), -0.7));
  }

  /** Most orders are placed in the middle of the nine hours of work. */
  private static int workingSecond(int place, SplittableRandom random) {
    return OPENING[place] + (int) (4.5 * 3_600 * (random.nextDouble() + random.nextDouble()));
  }

  private static int idleSecond(int place, SplittableRandom random) {
    return OPENING[place] + 9 * 3_600 + random.nextInt(13 * 3_600);
  }

  private static String priority(SplittableRandom random) {
    double u = random.nextDouble();
    return u < 0.1 ? null : u < 0.2 ? "low" : u < 0.85 ? "normal" : u < 0.97 ? "high" : "urgent";
  }

  /**
   * A rank from 0 below {@code n}, nearly in proportion to 1 / (rank + 1): the inverse of a
   * log-uniform distribution.
   */
  static int zipf(int n, SplittableRandom random) {
    return Math.min(n, (int) StrictMath.pow(n + 1.0, random.nextDouble())) - 1;
  }

  private static int currencyOf(String country) {
    return switch (country) {
      case "CH" -> 0;
      case "GB" -> 2;
      case "PL" -> 3;
      case "SE" -> 4;
      case "US" -> 5;
      default -> 1;
    };
  }

  private static int taxPermilleOf(String country) {
    return switch (country) {
      case "CH" -> 81;
      case "US" -> 0;
      case "DE" -> 190;
      case "PL" -> 230;
      case "SE" -> 250;
      case "NL" -> 210;
      default -> 200;
    };
  }

  static String padded(String prefix, long number, int digits) {
    String text = Long.toString(number);
    return prefix + "0".repeat(digits - text.length()) + text;
  }
}
