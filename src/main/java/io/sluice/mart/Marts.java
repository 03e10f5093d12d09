package io.sluice.mart;

import io.sluice.contract.Contracts;
import io.sluice.settings.ValidationErrors;
import java.util.List;
import java.util.ServiceLoader;

/** The gold tables there are. */
public final class Marts {
  public static final List<Mart> ALL =
      ServiceLoader.load(MartProvider.class).stream()
          .flatMap(provider -> provider.get().marts().stream())
          .toList();

  private Marts() {}

  /** Those whose sources all have a contract. */
  public static List<Mart> of(Contracts contracts) {
    return ALL.stream()
        .filter(
            mart -> mart.reads().stream().allMatch(table -> contracts.ofTable(table).isPresent()))
        .toList();
  }

  public static Mart get(String name, Contracts contracts) {
    List<Mart> there = of(contracts);
    return there.stream()
        .filter(mart -> mart.name().equals(name))
        .findFirst()
        .orElseThrow(
            () -> {
              ValidationErrors errors = new ValidationErrors();
              errors.add(
                  "mart " + name,
                  "no such mart; there are " + there.stream().map(Mart::name).toList());
              return errors.exception();
            });
  }
}
