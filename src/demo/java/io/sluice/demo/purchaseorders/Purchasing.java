package io.sluice.demo.purchaseorders;

import io.sluice.demo.purchaseorders.VendorRoster.Vendor;
import java.time.DayOfWeek;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.function.ToDoubleFunction;

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

  /** Unit prices in 1/10000: from 0.05 to 50000, whatever is bought. */
  private static final long LEAST_PRICE = 500;

  private static final long GREATEST_PRICE = 500_000_000;

  /** The share of fraud cases that are split into two to four orders. */
  private static final double SPLIT_SHARE = 0.2;

  private static final double NEW_VENDOR_SHARE = 0.25;
  private static final double COLLUDING_SHARE = 0.35;

  /** The share of honest orders after which the same buyer orders again from the vendor. */
  private static final double REORDER_SHARE = 0.03;

  private static final int CUSTOMERS = 15_000;
  private static final int BUYERS_PER_DEPARTMENT = 40;
  private static final int ITEMS_PER_CATEGORY = 500;
  private static final int MOST_LINES = 60;

  /** Accounts that serve many vendors: of banks that buy claims, and of thieves. */
  private static final int SHARED_ACCOUNTS = 30;

  private static final long[] APPROVAL_LIMITS = {1_000, 5_000, 25_000, 100_000};

  /** Monday to Sunday; the mean is 1. */
  private static final double[] WEEK = {1.25, 1.35, 1.30, 1.25, 1.10, 0.45, 0.30};

  // By vendor category, in the order of VendorRoster.CATEGORIES.
  private static final int[] DEPARTMENT_OF = {4, 5, 6, 1, 7, 2, 4, 3};
  private static final double[] MEDIAN_PRICE = {180, 45, 260, 9, 4.5, 85, 70, 210};
  private static final double[] MEDIAN_QUANTITY = {2, 4, 1.5, 5, 60, 8, 3, 1.2};
  private static final List<List<String>> GOODS =
      List.of(
          List.of(
              "Monitor 27\" IPS",
              "Laptop 14\", 32 GB",
              "Docking station",
              "Server rack 42U",
              "Switch 48-port"),
          List.of(
              "Pallet transport",
              "Courier, next day",
              "Container 40' \"high cube\"",
              "Customs clearance",
              "Storage"),
          List.of(
              "Trade fair stand",
              "Brochure A4, folded",
              "Search ads",
              "Video, 30\" cut",
              "Sponsoring"),
          List.of(
              "Copy paper A4",
              "Toner, black",
              "Chair, swivel",
              "Whiteboard markers (set)",
              "Kaffeebohnen 1 kg"),
          List.of(
              "Hex bolt M8×20",
              "Sheet steel, 2 mm",
              "Copper wire",
              "Granulat PA6, natur",
              "Pipe 3/4\" galvanized"),
          List.of(
              "Consulting",
              "Cleaning, nightly",
              "Maintenance \"gold\"",
              "Legal advice",
              "Temporary staff"),
          List.of(
              "Licence, per seat",
              "Support, yearly",
              "Cloud subscription",
              "IDE \"Ultimate\"",
              "Backup add-on"),
          List.of("Flight", "Hotel, 2 nights", "Rail ticket", "Taxi", "Seminar, \"Negotiate!\""));
  private static final List<String> NOTES =
      List.of(
          "\nsee framework contract 4711, annex B",
          "\r\nDeliver to gate 3;\r\nring twice",
          "\n\n\"urgent\", says the plant",
          ", as discussed with Ms. O'Neill");

  private static final List<String> REGIONS = List.of("AMER", "APAC", "EMEA");

  /** When a region's working day begins, in seconds of the UTC day. */
  private static final int[] OPENING = {13 * 3_600, 1_800, 7 * 3_600};

  private static final int LAST_SECOND = 86_399 - 600;

  /** What can be ordered. */
  private record Item(String id, double price, String text, String field) {}

  /** What the lines of an order have in common. */
  public static final class Order {
    final String id;
    final long day;
    final Vendor vendor;
    final String customer;
    final int department;
    final String buyer;
    final int buyerNumber;
    final int place;
    final String region;
    final int currency;
    final String account;
    final String priority;
    final int taxPermille;
    final long createdAt;
    final List<Line> lines = new ArrayList<>(4);

    /** Whether someone called the order fraud, rightly or not. */
    boolean labelled;

    /** Whether it is. */
    boolean fraud;

    /** Logarithm of how much likelier its case is among fraud than among honest ones. */
    double logRatio;

    private Order(
        String id, Draft draft, String account, String priority, int taxPermille, long createdAt) {
      this.id = id;
      this.day = draft.day;
      this.vendor = draft.vendor;
      this.customer = draft.customer;
      this.department = draft.department;
      this.buyer = padded("B-", draft.buyerNumber, 4);
      this.buyerNumber = draft.buyerNumber;
      this.place = draft.place;
      this.region = draft.region;
      this.currency = draft.currency;
      this.account = account;
      this.priority = priority;
      this.taxPermille = taxPermille;
      this.createdAt = createdAt;
    }
  }

  /** A line as it was ordered, and which of its versions silver holds. */
  public static final class Line {
    final Order order;
    final int number;
    final String item;

    /** What the buyer wrote, as a CSV field; empty at times. */
    final String text;

    /** In 1/1000 of the item's unit. */
    long quantity;

    /** In 1/10000 of the currency's unit. */
    long price;

    /** How many records of the line arrive, all versions and repetitions together. */
    int deliveries;

    /** The version that silver holds, null before the first; kept by {@link SilverLedger}. */
    Version held;

    private Line(Order order, int number, String item, String text, long quantity, long price) {
      this.order = order;
      this.number = number;
      this.item = item;
      this.text = text;
      this.quantity = quantity;
      this.price = price;
    }
  }

  /**
   * What a record says of its line.
   *
   * @param quantity in 1/1000 of the item's unit
   * @param price in 1/10000 of the currency's unit
   * @param updatedAt seconds since 1970
   * @param defect the one thing that is wrong with the record, or null
   * @param variant chooses among the shapes of a defect and of untidy but honest text
   */
  record Version(
      long quantity, long price, String status, long updatedAt, Defect defect, int variant) {

    /**
     * The amount in cents: quantity times price, rounded half away from zero as SQL's {@code round}
     * does.
     */
    long amount() {
      long exact = quantity * price;
      return (exact + (exact < 0 ? -50_000 : 50_000)) / 100_000;
    }

    boolean cancelled() {
      return status.equals("cancelled");
    }
  }

  /**
   * What can be wrong with a record: the reason under which it is quarantined, and the share of
   * records that have it.
   */
  enum Defect {
    RAGGED("/record", PurchaseOrderGenerator.RAGGED_SHARE),
    BAD_NUMBER("quantity/type", PurchaseOrderGenerator.BAD_NUMBER_SHARE),
    NEGATIVE("quantity/range", PurchaseOrderGenerator.NEGATIVE_SHARE),
    UNKNOWN_CURRENCY("currency/enum", PurchaseOrderGenerator.UNKNOWN_CURRENCY_SHARE),
    UNKNOWN_VENDOR("vendor_id/reference", PurchaseOrderGenerator.UNKNOWN_VENDOR_SHARE),
    NO_CUSTOMER("customer_id/required", PurchaseOrderGenerator.NO_CUSTOMER_SHARE),
    /** A rule of the whole row has no field: its reason is its name after the slash. */
    WRONG_AMOUNT("/amount_adds_up", PurchaseOrderGenerator.WRONG_AMOUNT_SHARE);

    private static final Defect[] ALL = values();

    final String reason;
    private final double share;

    Defect(String reason, double share) {
      this.reason = reason;
      this.share = share;
    }

    /** A defect according to the shares: mostly none, which is null. */
    static Defect draw(SplittableRandom random) {
      double u = random.nextDouble();
      for (Defect defect : ALL) {
        if (u < defect.share) {
          return defect;
        }
        u -= defect.share;
      }
      return null;
    }
  }

  /** Who orders from whom; the orders of a split case share it. */
  private record Draft(
      long day,
      Vendor vendor,
      String customer,
      int department,
      int buyerNumber,
      int place,
      String region,
      int currency) {}

  /** What a suspicious order may look like, and how often fraud and honest orders do. */
  private enum Behaviour {
    OTHER_ACCOUNT(0.4, 0.008),
    UNDER_LIMIT(0.4, 0.025),
    OFF_HOURS(0.3, 0.07),
    RAISED_PRICES(0.3, 0.03);

    private static final Behaviour[] ALL = values();

    private final double inFraud;
    private final double inHonesty;

    Behaviour(double inFraud, double inHonesty) {
      this.inFraud = inFraud;
      this.inHonesty = inHonesty;
    }

    static Set<Behaviour> ofFraud(SplittableRandom random) {
      return drawn(random, behaviour -> behaviour.inFraud);
    }

    static Set<Behaviour> ofHonesty(SplittableRandom random) {
      return drawn(random, behaviour -> behaviour.inHonesty);
    }

    /** How likely just these are shown when each is by itself. */
    static double chance(Set<Behaviour> shown, ToDoubleFunction<Behaviour> share) {
      double chance = 1;
      for (Behaviour behaviour : ALL) {
        double alone = share.applyAsDouble(behaviour);
        chance *= shown.contains(behaviour) ? alone : 1 - alone;
      }
      return chance;
    }

    private static Set<Behaviour> drawn(
        SplittableRandom random, ToDoubleFunction<Behaviour> share) {
      var drawn = EnumSet.noneOf(Behaviour.class);
      for (Behaviour behaviour : ALL) {
        if (random.nextDouble() < share.applyAsDouble(behaviour)) {
          drawn.add(behaviour);
        }
      }
      return drawn;
    }
  }

  private final long seed;
  private final VendorRoster vendors;
  private final List<Item> items = new ArrayList<>();
  private final List<String> sharedAccounts = new ArrayList<>();
  private long lastOrder;

  public Purchasing(long seed, VendorRoster vendors) {
    this.seed = seed;
    this.vendors = vendors;
    var random = random(seed, "catalogue", 0);
    for (int category = 0; category < GOODS.size(); category++) {
      for (int n = 0; n < ITEMS_PER_CATEGORY; n++) {
        var goods = GOODS.get(category);
        String text =
            goods.get(random.nextInt(goods.size())) + " no. " + (100 + random.nextInt(900));
        items.add(
            new Item(
                "IT-" + (10_000 + items.size() * 3_571 % 90_000),
                MEDIAN_PRICE[category] * StrictMath.exp(0.9 * random.nextGaussian()),
                text,
                OrderFile.quoted(text)));
      }
    }
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
    writer(placed, shown, newVendors, buyer);
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
    writer(placed, Collections.nCopies(orders, behaviours), newVendors, buyer);
  }

  /** Gives the orders of a case to the buyer, with how suspicious the case is. */
  private void writer(
      List<Order> orders,
      List<Set<Behaviour>> shown,
      List<Vendor> newVendors,
      Consumer<Order> buyer) {
    double ratio =
        StrictMath.log(vendorRatio(orders.get(0).vendor, newVendors))
            + StrictMath.log(buyerRatio(orders.get(0)))
            + StrictMath.log(behaviourRatio(shown));
    for (Order order : orders) {
      order.logRatio = ratio;
      buyer.accept(order);
    }
  }

  private double vendorRatio(Vendor vendor, List<Vendor> newVendors) {
    if (newVendors.isEmpty()) {
      return 1;
    }
    int rank = vendors.usable().indexOf(vendor);
    double chosen = newVendors.contains(vendor) ? 1.0 / newVendors.size() : 0;
    return 1
        - NEW_VENDOR_SHARE
        + NEW_VENDOR_SHARE * chosen / zipfShare(vendors.usable().size(), rank);
  }

  /** A colluding buyer orders in the place of another one of the department. */
  private static double buyerRatio(Order order) {
    int rank = order.buyerNumber % BUYERS_PER_DEPARTMENT;
    boolean elsewhere = order.place != placeOf(order.buyerNumber);
    double honest = elsewhere ? 0 : zipfShare(BUYERS_PER_DEPARTMENT, rank);
    double colluding = 0;
    if (rank == 7 || rank == 18 || rank == 29) {
      int first = order.buyerNumber - rank;
      for (int other = 0; other < BUYERS_PER_DEPARTMENT; other++) {
        if (placeOf(first + other) == order.place) {
          colluding += zipfShare(BUYERS_PER_DEPARTMENT, other) / 3;
        }
      }
    }
    // An honest order is always in its buyer's own place.
    return honest == 0
        ? Double.POSITIVE_INFINITY
        : 1 - COLLUDING_SHARE + COLLUDING_SHARE * colluding / honest;
  }

  private static double behaviourRatio(List<Set<Behaviour>> shown) {
    int orders = shown.size();
    double honest = orders == 1 ? 1 - REORDER_SHARE : orders == 2 ? REORDER_SHARE : 0;
    for (Set<Behaviour> behaviours : shown) {
      honest *= Behaviour.chance(behaviours, behaviour -> behaviour.inHonesty);
    }
    Set<Behaviour> first = shown.get(0);
    double fraud = 0;
    if (orders == 1) {
      fraud = (1 - SPLIT_SHARE) * Behaviour.chance(first, behaviour -> behaviour.inFraud);
    } else if (first.contains(Behaviour.UNDER_LIMIT) && shown.stream().allMatch(first::equals)) {
      fraud =
          SPLIT_SHARE
              / 3
              * Behaviour.chance(
                  first, behaviour -> behaviour == Behaviour.UNDER_LIMIT ? 1 : behaviour.inFraud);
    }
    return fraud / honest;
  }

  private static double zipfShare(int n, int rank) {
    return StrictMath.log((rank + 2.0) / (rank + 1)) / StrictMath.log(n + 1.0);
  }

  private static Draft draft(long day, Vendor vendor, SplittableRandom random) {
    int department =
        random.nextDouble() < 0.8
            ? DEPARTMENT_OF[vendor.category]
            : random.nextInt(DEPARTMENTS.size());
    int buyer = department * BUYERS_PER_DEPARTMENT + zipf(BUYERS_PER_DEPARTMENT, random);
    int place = placeOf(buyer);
    return new Draft(
        day,
        vendor,
        padded("C-", zipf(CUSTOMERS, random), 6),
        department,
        buyer,
        place,
        random.nextDouble() < 0.015 ? null : REGIONS.get(place),
        random.nextDouble() < 0.93 ? currencyOf(vendor.country) : random.nextBoolean() ? 1 : 5);
  }

  private static int placeOf(int buyer) {
    return buyer % 7 < 4 ? 2 : buyer % 7 < 6 ? 0 : 1;
  }

  /**
   * The same order, placed by one of the few buyers of the department that work with fraudsters.
   */
  private static Draft colluding(Draft draft, SplittableRandom random) {
    int buyer = draft.department * BUYERS_PER_DEPARTMENT + 7 + 11 * random.nextInt(3);
    return new Draft(
        draft.day,
        draft.vendor,
        draft.customer,
        draft.department,
        buyer,
        draft.place,
        draft.region,
        draft.currency);
  }

  private Order order(Draft draft, Set<Behaviour> behaviours, SplittableRandom random) {
    var vendor = draft.vendor;
    String account;
    if (behaviours.contains(Behaviour.OTHER_ACCOUNT)) {
      // The same account for a week: who sells claims does so for a while, and a thief uses an
      // account
      // until someone notices.
      account =
          sharedAccounts.get(
              (int) Math.floorMod(vendor.number * 31L + draft.day / 7, (long) SHARED_ACCOUNTS));
    } else {
      account = random.nextDouble() < 0.03 ? null : vendor.account(random);
    }
    int second =
        behaviours.contains(Behaviour.OFF_HOURS)
            ? idleSecond(draft.place, random)
            : workingSecond(draft.place, random);
    var order =
        new Order(
            padded("PO-", ++lastOrder, 10),
            draft,
            account,
            priority(random),
            taxPermilleOf(vendor.country),
            draft.day * 86_400 + Math.min(second % 86_400, LAST_SECOND));
    double priceLevel = vendor.priceLevel;
    if (behaviours.contains(Behaviour.RAISED_PRICES)) {
      priceLevel *= 1.1 + 0.5 * random.nextDouble();
    }
    int lines = linesPerOrder(random);
    for (int n = 1; n <= lines; n++) {
      order.lines.add(line(order, n, priceLevel, random));
    }
    if (behaviours.contains(Behaviour.UNDER_LIMIT)) {
      fitUnderLimit(order.lines, 0.90 + 0.098 * random.nextDouble());
    }
    return order;
  }

  private Line line(Order order, int number, double priceLevel, SplittableRandom random) {
    int category = order.vendor.category;
    var item = items.get(category * ITEMS_PER_CATEGORY + zipf(ITEMS_PER_CATEGORY, random));
    double price = item.price * priceLevel * StrictMath.exp(0.04 * random.nextGaussian());
    double quantity = MEDIAN_QUANTITY[category] * StrictMath.exp(0.8 * random.nextGaussian());
    // Hours and kilograms are ordered in parts, and small prices are agreed in hundredths of a
    // cent.
    boolean parts = category == 4 || category == 5;
    long thousandths =
        Math.max(1, Math.round(parts ? quantity * 4 : quantity)) * (parts ? 250 : 1_000);
    long step = price < 10 ? 1 : 100;
    String text = item.field;
    double words = random.nextDouble();
    if (words < 0.005) {
      text = "";
    } else if (words < 0.025) {
      text = OrderFile.quoted(item.text + NOTES.get(random.nextInt(NOTES.size())));
    }
    long tenThousandths = Math.round(price * 10_000 / step) * step;
    return new Line(order, number, item.id, text, thousandths, clamped(tenThousandths));
  }

  /**
   * Changes quantities, then prices a little, so that the total is {@code share} of the next
   * approval limit.
   */
  private static void fitUnderLimit(List<Line> lines, double share) {
    double total = total(lines);
    double limit = APPROVAL_LIMITS[APPROVAL_LIMITS.length - 1];
    for (int n = APPROVAL_LIMITS.length - 1; n >= 0 && APPROVAL_LIMITS[n] > total; n--) {
      limit = APPROVAL_LIMITS[n];
    }
    double more = limit * share / total;
    for (Line line : lines) {
      line.quantity = Math.max(1, Math.round(line.quantity * more / 1_000)) * 1_000;
    }
    double rest = limit * share / total(lines);
    for (Line line : lines) {
      line.price = clamped(Math.round(line.price * rest / 100) * 100);
    }
  }

  /** In whole units of the currency; good for comparing only. */
  private static double total(List<Line> lines) {
    double total = 0;
    for (Line line : lines) {
      total += line.quantity * line.price / 1e7;
    }
    return total;
  }

  static long clamped(long price) {
    return Math.max(LEAST_PRICE, Math.min(GREATEST_PRICE, price));
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
  private static int zipf(int n, SplittableRandom random) {
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

  private static String padded(String prefix, long number, int digits) {
    String text = Long.toString(number);
    return prefix + "0".repeat(digits - text.length()) + text;
  }
}
