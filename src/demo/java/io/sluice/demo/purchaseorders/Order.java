package io.sluice.demo.purchaseorders;

import io.sluice.demo.purchaseorders.VendorRoster.Vendor;
import java.util.ArrayList;
import java.util.List;

/** What the lines of an order have in common. */
public final class Order {
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
  final List<OrderLine> lines = new ArrayList<>(4);

  /** Whether someone called the order fraud, rightly or not. */
  boolean labelled;

  /** Whether it is. */
  boolean fraud;

  /** Logarithm of how much likelier its case is among fraud than among honest ones. */
  double logRatio;

  Order(
      String id,
      OrderDraft draft,
      String account,
      String priority,
      int taxPermille,
      long createdAt) {
    this.id = id;
    this.day = draft.day();
    this.vendor = draft.vendor();
    this.customer = draft.customer();
    this.department = draft.department();
    this.buyer = Purchasing.padded("B-", draft.buyerNumber(), 4);
    this.buyerNumber = draft.buyerNumber();
    this.place = draft.place();
    this.region = draft.region();
    this.currency = draft.currency();
    this.account = account;
    this.priority = priority;
    this.taxPermille = taxPermille;
    this.createdAt = createdAt;
  }
}
