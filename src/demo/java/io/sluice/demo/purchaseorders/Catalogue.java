package io.sluice.demo.purchaseorders;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** What can be ordered, at which prices and in which quantities. */
final class Catalogue {
  /** Unit prices in 1/10000: from 0.05 to 50000, whatever is bought. */
  private static final long LEAST_PRICE = 500;

  private static final long GREATEST_PRICE = 500_000_000;

  private static final int ITEMS_PER_CATEGORY = 500;

  // By vendor category, in the order of VendorRoster.CATEGORIES.
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

  /** What can be ordered. */
  private record Item(String id, double price, String text, String field) {}

  private final List<Item> items = new ArrayList<>();

  Catalogue(SplittableRandom random) {
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
  }

  /**
   * A line of an order: an item of the vendor's category.
   *
   * @param priceLevel factor of the item's price
   */
  OrderLine line(Order order, int number, double priceLevel, SplittableRandom random) {
    int category = order.vendor.category;
    var item =
        items.get(category * ITEMS_PER_CATEGORY + Purchasing.zipf(ITEMS_PER_CATEGORY, random));
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
    return new OrderLine(order, number, item.id, text, thousandths, clamped(tenThousandths));
  }

  /** The nearest price that can be written. */
  static long clamped(long price) {
    return Math.max(LEAST_PRICE, Math.min(GREATEST_PRICE, price));
  }
}
