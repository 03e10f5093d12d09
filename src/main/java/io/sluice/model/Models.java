package io.sluice.model;

import io.sluice.contract.Contracts;
import io.sluice.mart.Marts;
import io.sluice.settings.ValidationErrors;
import java.util.List;
import java.util.ServiceLoader;
import java.util.stream.Stream;

/** The models there are. */
public final class Models {
  public static final List<Model> ALL =
      ServiceLoader.load(ModelProvider.class).stream()
          .flatMap(provider -> provider.get().models().stream())
          .toList();

  private Models() {}

  /** Those whose tables the contracts lead to. */
  public static List<Model> of(Contracts contracts) {
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

  public static Model get(String name, Contracts contracts) {
    List<Model> there = of(contracts);
    return there.stream()
        .filter(model -> model.name().equals(name))
        .findFirst()
        .orElseThrow(
            () -> {
              ValidationErrors errors = new ValidationErrors();
              errors.add(
                  "model " + name,
                  "no such model; there are " + there.stream().map(Model::name).toList());
              return errors.exception();
            });
  }
}
