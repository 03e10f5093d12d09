package io.sluice;

import io.sluice.contract.Contracts;
import io.sluice.mart.Mart;
import io.sluice.settings.Faults;
import java.util.List;

/** The gold tables there are. */
final class Marts {
  static final List<Mart> ALL =
      List.of(
          new io.sluice.purchaseorders.SpendDaily(),
          new io.sluice.purchaseorders.VendorDaily(),
          new io.sluice.purchaseorders.BasketWeekly(),
          new io.sluice.purchaseorders.OrderFeatures(),
          new io.sluice.purchaseorders.BuyerOutcomes(),
          io.sluice.purchaseorders.DemandFeatures.OF_VENDORS,
          io.sluice.purchaseorders.DemandFeatures.OF_CATEGORIES,
          new io.sluice.calls.AgentDaily(),
          new io.sluice.calls.QueueDaily(),
          new io.sluice.cloudcosts.CostDaily(),
          new io.sluice.cloudcosts.MachineDaily());

  private Marts() {}

  /** Those whose sources all have a contract. */
  static List<Mart> of(Contracts contracts) {
    return ALL.stream()
        .filter(mart -> mart.reads().stream().allMatch(contracts::contains))
        .toList();
  }

  static Mart get(String name, Contracts contracts) {
    List<Mart> there = of(contracts);
    return there.stream()
        .filter(mart -> mart.name().equals(name))
        .findFirst()
        .orElseThrow(
            () -> {
              Faults faults = new Faults();
              faults.add(
                  "mart " + name,
                  "no such mart; there are " + there.stream().map(Mart::name).toList());
              return faults.exception();
            });
  }
}
