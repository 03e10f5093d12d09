package io.sluice.contract;

import io.sluice.settings.ValidationErrors;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
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
      checkReferences(byId, errors);
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

  private static void checkReferences(Map<String, Contract> byId, ValidationErrors errors) {
    for (Contract contract : byId.values()) {
      if (contract.keepsHistory() && byId.containsKey(contract.historyTable())) {
        errors.add(
            contract.historyTable() + ".yaml: id",
            "is the name of the table in which the history of " + contract.id() + " is kept");
      }
      for (Field field : contract.fields()) {
        field
            .reference()
            .ifPresent(
                to -> {
                  String place = contract.id() + ".yaml: " + field.name() + ".relationships";
                  Contract target = byId.get(to.source());
                  if (target == null) {
                    errors.add(
                        place, "no contract " + to.source() + "; there are " + byId.keySet());
                  } else if (target.field(to.field()).isEmpty()) {
                    errors.add(place, to.source() + " has no field " + to.field());
                  } else if (target.field(to.field()).orElseThrow().isProtected()) {
                    errors.add(place, to.source() + "." + to.field() + " is a protected field");
                  }
                });
      }
    }
    if (errors.isEmpty()) {
      for (String id : byId.keySet()) {
        if (upstream(byId, id).contains(id)) {
          errors.add(id + ".yaml: relationships", "must not lead back to " + id);
        }
      }
    }
  }

  private static Set<String> upstream(Map<String, Contract> byId, String id) {
    Set<String> seen = new LinkedHashSet<>();
    List<String> open = new ArrayList<>(byId.get(id).references());
    while (!open.isEmpty()) {
      String next = open.remove(open.size() - 1);
      if (seen.add(next)) {
        open.addAll(byId.get(next).references());
      }
    }
    return seen;
  }

  /** All contracts, each after those it refers to. */
  public List<Contract> inOrder() {
    Set<String> order = new LinkedHashSet<>();
    byId.keySet().forEach(id -> place(id, order));
    return order.stream().map(byId::get).toList();
  }

  private void place(String id, Set<String> order) {
    if (!order.contains(id)) {
      byId.get(id).references().forEach(reference -> place(reference, order));
      order.add(id);
    }
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
