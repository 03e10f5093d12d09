package io.sluice.pipeline;

import io.sluice.contract.Contract;
import io.sluice.contract.ContractChange;
import io.sluice.contract.ContractChanges;
import io.sluice.contract.Contracts;
import io.sluice.contract.EarlierContracts;
import io.sluice.mart.Mart;
import io.sluice.mart.Marts;
import io.sluice.settings.Key;
import io.sluice.settings.Settings;
import io.sluice.settings.ValidationErrors;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Compares the contracts of an environment with their earlier forms: what each change does to
 * tables and their readers, and whether the versions tell of it.
 *
 * <p>Reads contracts alone: no lake, no landing folder, no session of Spark.
 *
 * @param text the changes by contract, each with what brings it about
 * @param errors why they are refused; none if they are not
 */
public record CompareContracts(String text, ValidationErrors errors) {

  /**
   * @param against a file, a folder or a revision of git, as {@link EarlierContracts} reads them
   * @throws ValidationErrors.ValidationException if today's contracts or the earlier ones cannot be
   *     read; what the comparison finds is in the result
   */
  public static CompareContracts of(Settings settings, String against) {
    Path folder = Path.of(settings.get(Key.CONTRACTS));
    Contracts contracts = Contracts.read(folder);
    SortedMap<String, Contract> earlier = EarlierContracts.read(against, folder);
    ValidationErrors errors = new ValidationErrors();
    StringBuilder text = new StringBuilder();
    for (Contract now : contracts.inOrder()) {
      Contract before = earlier.get(now.id());
      if (before != null) {
        List<ContractChange> changes = ContractChanges.between(before, now);
        ContractChanges.judgeVersion(before, now, changes, errors);
        text.append(changes.isEmpty() ? "" : told(before, now, changes, contracts));
      } else if (Path.of(against).toFile().isFile()) {
        continue;
      } else {
        text.append(now.id()).append(".yaml is new\n");
      }
    }
    earlier.keySet().stream()
        .filter(id -> !contracts.contains(id))
        .forEach(
            id ->
                text.append(id)
                    .append(
                        ".yaml is gone: its tables stay as they are, and readers get no news\n"));
    return new CompareContracts(
        text.isEmpty() ? "no contract differs from " + against : text.toString().stripTrailing(),
        errors);
  }

  private static String told(
      Contract before, Contract now, List<ContractChange> changes, Contracts contracts) {
    StringBuilder text =
        new StringBuilder(now.id() + ".yaml " + before.version() + " -> " + now.version() + "\n");
    changes.forEach(change -> text.append("  ").append(change).append('\n'));
    changes.stream()
        .map(ContractChange::then)
        .filter(then -> !then.isEmpty())
        .distinct()
        .forEach(then -> text.append("  then: ").append(then).append('\n'));
    List<String> marts =
        Marts.of(contracts).stream()
            .filter(mart -> contracts.sources(mart.reads()).contains(now.id()))
            .map(Mart::name)
            .toList();
    if (changes.stream().anyMatch(ContractChange::breaksReaders)) {
      text.append("  readers: whoever queries silver.").append(now.id());
      text.append(
          Stream.concat(
                  marts.stream().map(mart -> "mart " + mart),
                  now.alerts().stream().map(alert -> "alert " + alert.name()))
              .map(reader -> ", " + reader)
              .collect(Collectors.joining()));
      text.append('\n');
    }
    return text.toString();
  }
}
