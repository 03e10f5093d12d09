package io.sluice.contract;

import io.sluice.settings.ValidationErrors;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * All contracts of a folder, valid as a whole: each file by itself and every reference between
 * them.
 */
public final class Contracts {
  private final SortedMap<String, Contract> byId;

  private Contracts(SortedMap<String, Contract> byId) {
    this.byId = byId;
  }

  /**
   * Reads every {@code *.yaml} of a folder.
   *
   * @throws ValidationErrors.ValidationException naming all errors of all files
   */
  public static Contracts read(Path folder) {
    ValidationErrors errors = new ValidationErrors();
    SortedMap<String, Contract> byId = new TreeMap<>();
    List<Path> files = files(folder, errors);
    ContractReader reader = new ContractReader(errors);
    for (Path file : files) {
      reader.read(file).ifPresent(contract -> byId.put(contract.id(), contract));
    }
    if (files.size() == byId.size()) {
      checkHistories(byId, errors);
      new ReferenceRules(byId).judge(errors);
    }
    errors.throwIfAny();
    return new Contracts(byId);
  }

  private static List<Path> files(Path folder, ValidationErrors errors) {
    if (!Files.isDirectory(folder)) {
      errors.add(folder.toString(), "no such folder; it holds one contract a source");
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder)) {
      List<Path> found = files.filter(file -> file.toString().endsWith(".yaml")).sorted().toList();
      if (found.isEmpty()) {
        errors.add(folder.toString(), "no contract (*.yaml) in it");
      }
      return found;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void checkHistories(SortedMap<String, Contract> byId, ValidationErrors errors) {
    for (Contract contract : byId.values()) {
      if (contract.keepsHistory() && byId.containsKey(contract.historyTable())) {
        errors.add(
            contract.historyTable() + ".yaml: id",
            "is the name of the table in which the history of " + contract.id() + " is kept");
      }
    }
  }

  /** All contracts, each after those it refers to. */
  public List<Contract> inOrder() {
    Set<String> order = new LinkedHashSet<>();
    byId.keySet().forEach(id -> place(id, order));
    return order.stream().map(byId::get).toList();
  }

  private void place(String id, Set<String> order) {
    if (!order.contains(id)) {
      byId.get(id).parents().forEach(parent -> place(parent, order));
      order.add(id);
    }
  }

  /** What is valid between them and seldom meant. */
  public List<String> warnings() {
    return ReferenceRules.warnings(byId);
  }

  public boolean contains(String id) {
    return byId.containsKey(id);
  }

  /** The contract of a silver table: a source's own, or the history of its rows. */
  public Optional<Contract> ofTable(String table) {
    return byId.values().stream()
        .filter(
            contract ->
                contract.id().equals(table)
                    || contract.keepsHistory() && contract.historyTable().equals(table))
        .findFirst();
  }

  /** The sources that some silver tables are made from, each once. */
  public List<String> sources(List<String> tables) {
    return tables.stream()
        .flatMap(table -> ofTable(table).stream())
        .map(Contract::id)
        .distinct()
        .toList();
  }

  /**
   * The contract of a source.
   *
   * @throws ValidationErrors.ValidationException naming the sources there are
   */
  public Contract get(String id) {
    Contract contract = byId.get(id);
    if (contract == null) {
      ValidationErrors errors = new ValidationErrors();
      errors.add("source " + id, "no such contract; there are " + byId.keySet());
      throw errors.exception();
    }
    return contract;
  }
}
