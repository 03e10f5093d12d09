package io.sluice.demo.purchaseorders;

import java.util.SplittableRandom;

/**
 * What can be wrong with a record: the reason under which it is quarantined, and the share of
 * records that have it.
 */
enum LineDefect {
  RAGGED("/record", PurchaseOrderGenerator.RAGGED_SHARE),
  BAD_NUMBER("quantity/type", PurchaseOrderGenerator.BAD_NUMBER_SHARE),
  NEGATIVE("quantity/range", PurchaseOrderGenerator.NEGATIVE_SHARE),
  UNKNOWN_CURRENCY("currency/enum", PurchaseOrderGenerator.UNKNOWN_CURRENCY_SHARE),
  UNKNOWN_VENDOR("vendor_id/reference", PurchaseOrderGenerator.UNKNOWN_VENDOR_SHARE),
  NO_CUSTOMER("customer_id/required", PurchaseOrderGenerator.NO_CUSTOMER_SHARE),
  /** A rule of the whole row has no field: its reason is its name after the slash. */
  WRONG_AMOUNT("/amount_adds_up", PurchaseOrderGenerator.WRONG_AMOUNT_SHARE);

  private static final LineDefect[] ALL = values();

  final String reason;
  private final double share;

  LineDefect(String reason, double share) {
    this.reason = reason;
    this.share = share;
  }

  /** A defect according to the shares: mostly none, which is null. */
  static LineDefect draw(SplittableRandom random) {
    double u = random.nextDouble();
    for (LineDefect defect : ALL) {
      if (u < defect.share) {
        return defect;
      }
      u -= defect.share;
    }
    return null;
  }
}
