package io.sluice;

import io.sluice.contract.Contracts;
import io.sluice.model.Model;
import io.sluice.settings.Faults;
import java.util.List;
import java.util.stream.Stream;

/** The models there are. */
final class Models {
  static final List<Model> ALL =
      List.of(
          new io.sluice.purchaseorders.OrderFraud(),
          io.sluice.purchaseorders.Demand.OF_VENDORS,
          io.sluice.purchaseorders.Demand.OF_CATEGORIES,
          new io.sluice.calls.CallSentiment(),
          new io.sluice.cloudcosts.IdleMachines(),
          new io.sluice.transactions.PaymentAnomaly());

  private Models() {}

  /** Those whose tables the contracts lead to. */
  static List<Model> of(Contracts contracts) {
    List<String> marts = Marts.of(contracts).stream().map(mart -> "gold." + mart.name()).toList();
    return ALL.stream()
        .filter(
            model ->
                Stream.concat(model.reads().stream(), model.learnsFrom().stream())
                    .allMatch(
                        table ->
                            table.startsWith("silver.")
                                ? contracts.contains(table.substring(7))
                                : marts.contains(table)))
        .toList();
  }

  static Model get(String name, Contracts contracts) {
    List<Model> there = of(contracts);
    return there.stream()
        .filter(model -> model.name().equals(name))
        .findFirst()
        .orElseThrow(
            () -> {
              Faults faults = new Faults();
              faults.add(
                  "model " + name,
                  "no such model; there are " + there.stream().map(Model::name).toList());
              return faults.exception();
            });
  }
}
