package io.sluice.demo.purchaseorders;

import io.sluice.demo.purchaseorders.VendorRoster.Vendor;
import java.util.List;
import java.util.Set;

/**
 * How much likelier a case is among fraud than among honest orders: what nobody but the generator
 * can know, since it follows from how {@link Purchasing} draws both.
 */
final class LikelihoodRatio {
  private LikelihoodRatio() {}

  /**
   * The ratio's logarithm.
   *
   * @param orders of the case
   * @param shown what each of them shows
   * @param usable the vendors that can be ordered from, by rank
   * @param newVendors those of them that were admitted a short while ago
   */
  static double log(
      List<Order> orders,
      List<Set<Behaviour>> shown,
      List<Vendor> usable,
      List<Vendor> newVendors) {
    return StrictMath.log(ofVendor(orders.get(0).vendor, usable, newVendors))
        + StrictMath.log(ofBuyer(orders.get(0)))
        + StrictMath.log(ofBehaviour(shown));
  }

  private static double ofVendor(Vendor vendor, List<Vendor> usable, List<Vendor> newVendors) {
    if (newVendors.isEmpty()) {
      return 1;
    }
    int rank = usable.indexOf(vendor);
    double chosen = newVendors.contains(vendor) ? 1.0 / newVendors.size() : 0;
    return 1
        - Purchasing.NEW_VENDOR_SHARE
        + Purchasing.NEW_VENDOR_SHARE * chosen / zipfShare(usable.size(), rank);
  }

  /** A colluding buyer orders in the place of another one of the department. */
  private static double ofBuyer(Order order) {
    int rank = order.buyerNumber % Purchasing.BUYERS_PER_DEPARTMENT;
    boolean elsewhere = order.place != Purchasing.placeOf(order.buyerNumber);
    double honest = elsewhere ? 0 : zipfShare(Purchasing.BUYERS_PER_DEPARTMENT, rank);
    double colluding = 0;
    if (rank == 7 || rank == 18 || rank == 29) {
      int first = order.buyerNumber - rank;
      for (int other = 0; other < Purchasing.BUYERS_PER_DEPARTMENT; other++) {
        if (Purchasing.placeOf(first + other) == order.place) {
          colluding += zipfShare(Purchasing.BUYERS_PER_DEPARTMENT, other) / 3;
        }
      }
    }
    // An honest order is always in its buyer's own place.
    return honest == 0
        ? Double.POSITIVE_INFINITY
        : 1 - Purchasing.COLLUDING_SHARE + Purchasing.COLLUDING_SHARE * colluding / honest;
  }

  private static double ofBehaviour(List<Set<Behaviour>> shown) {
    int orders = shown.size();
    double honest =
        orders == 1 ? 1 - Purchasing.REORDER_SHARE : orders == 2 ? Purchasing.REORDER_SHARE : 0;
    for (Set<Behaviour> behaviours : shown) {
      honest *= Behaviour.chance(behaviours, behaviour -> behaviour.inHonesty);
    }
    Set<Behaviour> first = shown.get(0);
    double fraud = 0;
    if (orders == 1) {
      fraud =
          (1 - Purchasing.SPLIT_SHARE) * Behaviour.chance(first, behaviour -> behaviour.inFraud);
    } else if (first.contains(Behaviour.UNDER_LIMIT) && shown.stream().allMatch(first::equals)) {
      fraud =
          Purchasing.SPLIT_SHARE
              / 3
              * Behaviour.chance(
                  first, behaviour -> behaviour == Behaviour.UNDER_LIMIT ? 1 : behaviour.inFraud);
    }
    return fraud / honest;
  }

  private static double zipfShare(int n, int rank) {
    return StrictMath.log((rank + 2.0) / (rank + 1)) / StrictMath.log(n + 1.0);
  }
}
