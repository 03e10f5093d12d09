package io.sluice.contract;

import io.sluice.settings.ValidationErrors;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.NumericType;

/** Judges what contracts refer to in each other: sources and fields that are there, no circle. */
final class ReferenceRules {
  private final SortedMap<String, Contract> contracts;

  /**
   * @param contracts each valid by itself, by id
   */
  ReferenceRules(SortedMap<String, Contract> contracts) {
    this.contracts = contracts;
  }

  private static String place(Contract contract, Reference reference) {
    return contract.id() + ".yaml: " + Reference.listed(reference.fields()) + ".relationships";
  }

  /** Adds an error for each reference that leads nowhere, and for each circle. */
  void judge(ValidationErrors errors) {
    for (Contract contract : contracts.values()) {
      for (Reference reference : contract.references()) {
        Contract parent = contracts.get(reference.source());
        if (parent == null) {
          errors.add(
              place(contract, reference),
              "no contract " + reference.source() + "; there are " + contracts.keySet());
        } else {
          judge(contract, reference, parent, errors);
        }
      }
    }
    judgeCircles(errors);
  }

  private static void judge(
      Contract contract, Reference reference, Contract parent, ValidationErrors errors) {
    for (int i = 0; i < reference.to().size(); i++) {
      Field from = contract.field(reference.fields().get(i)).orElseThrow();
      String name = reference.to().get(i);
      Optional<Field> to = parent.field(name);
      String wrong = null;
      if (to.isEmpty()) {
        wrong = parent.id() + " has no field " + name;
      } else if (to.get().isProtected()) {
        wrong = parent.id() + "." + name + " is a protected field";
      } else if (!areComparable(from.type(), to.get().type())) {
        wrong =
            String.format(
                Locale.ROOT,
                "%s is of type %s, and %s.%s of type %s; both must be of one plain type, or numbers",
                from.name(),
                from.type().sql(),
                parent.id(),
                name,
                to.get().type().sql());
      }
      if (wrong != null) {
        errors.add(place(contract, reference), wrong);
      }
    }
  }

  /** Whether a value of one type can be one of the other as it stands: nothing is cast. */
  private static boolean areComparable(DataType from, DataType to) {
    return from.equals(to) && !FieldTypes.isNested(from)
        || from instanceof NumericType && to instanceof NumericType;
  }

  private void judgeCircles(ValidationErrors errors) {
    Set<List<String>> told = new LinkedHashSet<>();
    Set<String> done = new HashSet<>();
    for (String id : contracts.keySet()) {
      follow(id, new LinkedHashSet<>(), done, told);
    }
    for (List<String> circle : told) {
      errors.add(
          circle.get(0) + ".yaml: relationships",
          "lead in a circle: "
              + String.join(" -> ", circle)
              + " -> "
              + circle.get(0)
              + "; a source is refined after those it refers to, so one of these must not refer");
    }
  }

  /**
   * Finds the circles that lead through sources not looked at yet.
   *
   * @param path how one came here
   */
  private void follow(
      String id, LinkedHashSet<String> path, Set<String> done, Set<List<String>> told) {
    if (path.contains(id)) {
      List<String> circle = new ArrayList<>(path);
      circle = circle.subList(circle.indexOf(id), circle.size());
      Collections.rotate(circle, -circle.indexOf(Collections.min(circle)));
      told.add(List.copyOf(circle));
    } else if (!done.contains(id) && contracts.containsKey(id)) {
      path.add(id);
      contracts.get(id).parents().forEach(parent -> follow(parent, path, done, told));
      path.remove(id);
      done.add(id);
    }
  }

  /**
   * What a reference may lead to and seldom means: fields of which several rows may hold the same
   * values.
   */
  static List<String> warnings(Map<String, Contract> contracts) {
    List<String> warnings = new ArrayList<>();
    for (Contract contract : contracts.values()) {
      for (Reference reference : contract.references()) {
        List<String> key =
            contracts.get(reference.source()).key().stream().map(Field::name).toList();
        if (key.isEmpty() || !reference.to().containsAll(key)) {
          warnings.add(
              place(contract, reference)
                  + ": "
                  + reference.target()
                  + " is not the primaryKey of "
                  + reference.source()
                  + (key.isEmpty() ? ", which has none" : ", " + Reference.listed(key))
                  + ": several of its rows may hold the same, and one is enough");
        }
      }
    }
    return warnings;
  }
}
