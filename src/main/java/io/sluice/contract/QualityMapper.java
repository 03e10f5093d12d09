package io.sluice.contract;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.contract.Contract.RowRule;
import io.sluice.engine.Expressions;
import io.sluice.quality.Check;
import io.sluice.quality.Dqdl;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Makes row rules and checks of a document's quality entries.
 *
 * <p>An entry is judged as it is read: the contract keeps rules and checks in two lists and no
 * longer knows where in the file each one stands.
 */
final class QualityMapper {
  /** The names of the rules that a field's own properties state. */
  private static final Set<String> BUILT_IN =
      Set.of(
          "type",
          "required",
          "enum",
          "range",
          "length",
          "pattern",
          "reference",
          "record",
          "missing");

  private final FileErrors errors;
  private final NodeReader nodes;

  /** What the entries state. */
  record Quality(List<RowRule> rules, List<Check> checks) {}

  QualityMapper(FileErrors errors) {
    this.errors = errors;
    this.nodes = new NodeReader(errors);
  }

  /**
   * The rules and checks in the order of the file.
   *
   * @param fields the fields that rules and checks may name
   */
  Quality quality(JsonNode entries, List<Field> fields) {
    Set<String> columns = new TreeSet<>();
    fields.forEach(field -> columns.add(field.name()));
    Set<String> names = new HashSet<>(BUILT_IN);
    Quality quality = new Quality(new ArrayList<>(), new ArrayList<>());
    for (int i = 0; i < entries.size(); i++) {
      JsonNode entry = entries.get(i);
      String place = "schema[0].quality[" + i + "]";
      String name = entry.path("name").asText("");
      String text = entry.path("implementation").asText("");
      if (!name.matches("[a-z][a-z0-9_]*") || !names.add(name)) {
        errors.add(place + ".name", "must be in snake case, unique, and no built-in rule's");
      }
      switch (entry.path("engine").asText("")) {
        case "rule" -> {
          judgeRule(text, columns, place + ".implementation");
          quality.rules.add(new RowRule(name, text));
        }
        case "dqdl" -> {
          Check.Severity severity = severity(entry, place + ".severity");
          Dqdl.error(text, columns).ifPresent(why -> errors.add(place + ".implementation", why));
          quality.checks.add(new Check(name, severity, text));
        }
        default ->
            errors.add(place + ".engine", "must be rule (judges a row) or dqdl (judges a batch)");
      }
    }
    return quality;
  }

  private void judgeRule(String sql, Set<String> columns, String place) {
    try {
      for (String column : Expressions.columns(sql)) {
        if (!columns.contains(column) && !column.equals("_arrived_at")) {
          errors.add(place, "there is no field " + column);
        }
      }
    } catch (IllegalArgumentException e) {
      errors.add(place, e.getMessage());
    }
  }

  private Check.Severity severity(JsonNode entry, String place) {
    return nodes.choice(
        Check.Severity.class, entry.path("severity").asText("error"), place, Check.Severity.ERROR);
  }
}
