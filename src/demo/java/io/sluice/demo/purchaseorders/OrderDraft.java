package io.sluice.demo.purchaseorders;

import io.sluice.demo.purchaseorders.VendorRoster.Vendor;

/** Who orders from whom; the orders of a split case share it. */
record OrderDraft(
    long day,
    Vendor vendor,
    String customer,
    int department,
    int buyerNumber,
    int place,
    String region,
    int currency) {

  /** The same order, placed by another buyer of the department. */
  OrderDraft placedBy(int buyer) {
    return new OrderDraft(day, vendor, customer, department, buyer, place, region, currency);
  }
}
