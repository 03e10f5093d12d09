package io.sluice.demo.purchaseorders;

/** A line as it was ordered, and which of its versions silver holds. */
public final class OrderLine {
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
  LineVersion held;

  OrderLine(Order order, int number, String item, String text, long quantity, long price) {
    this.order = order;
    this.number = number;
    this.item = item;
    this.text = text;
    this.quantity = quantity;
    this.price = price;
  }
}
