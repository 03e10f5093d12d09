package io.sluice.contract;

import io.sluice.contract.Field.Role;
import io.sluice.engine.Expressions;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.spark.sql.types.DataTypes;

/**
 * Judges a typed contract by itself: its id, key, partition, ordering, fields and arrivals. What it
 * refers to in other contracts is for {@link Contracts}.
 */
final class ContractRules {
  private static final Pattern NAME = Pattern.compile("[A-Za-z][A-Za-z0-9_]*");

  private final FileErrors errors;

  ContractRules(FileErrors errors) {
    this.errors = errors;
  }

  /** Adds an error for each rule that the contract breaks. */
  void judge(Contract contract) {
    judgeId(contract.id());
    judgeNames(contract.fields());
    FieldRules rules = new FieldRules(errors, contract);
    for (int i = 0; i < contract.fields().size(); i++) {
      Field field = contract.fields().get(i);
      rules.judge(field, FieldMapper.place(i, field.name()));
    }
    judgePartition(contract.fields());
    judgeChanges(contract);
    if (contract.changes().isAppend()) {
      judgeKeyless(contract.key());
    } else if (!contract.isKeyless()) {
      judgeKey(contract.key());
      judgeOrdering(contract);
    }
    if (contract.keepsHistory()) {
      judgeHistory(contract);
    }
    new ArrivalRules(errors).judge(contract.arrivals(), contract.fields());
    if (!contract.alerts().isEmpty() && contract.topics().isEmpty()) {
      errors.add("customProperties.alerts", "are of rows that come by a topic, and none does");
    }
  }

  /** Adds an error if a text is no expression, or one whose value a row does not fix. */
  static void judgeExpression(String sql, String place, FileErrors errors) {
    try {
      Expressions.columns(sql);
    } catch (IllegalArgumentException e) {
      errors.add(place, e.getMessage());
    }
  }

  private void judgeId(String id) {
    if (!errors.file().equals(id + ".yaml")) {
      errors.add("id", "is " + id + ", so the file must be " + id + ".yaml");
    }
    if (!id.matches("[a-z][a-z0-9_]*")) {
      errors.add("id", "must be in snake case: it names the tables");
    }
  }

  private void judgeNames(List<Field> fields) {
    Set<String> names = new HashSet<>();
    for (int i = 0; i < fields.size(); i++) {
      String place = "schema[0].properties[" + i + "].name";
      String name = fields.get(i).name();
      // Spark's column names do not tell case apart.
      if (!names.add(name.toLowerCase(Locale.ROOT))) {
        errors.add(place, name + " is stated twice");
      }
      // Names that begin with _ are those of the columns that Sluice adds.
      if (!NAME.matcher(name).matches()) {
        errors.add(place, name + " must be letters, digits and _, and begin with a letter");
      }
    }
    judgeEarlierNames(fields, names);
  }

  /**
   * @param names of all fields, in lower case
   */
  private void judgeEarlierNames(List<Field> fields, Set<String> names) {
    Set<String> earlier = new HashSet<>();
    for (int i = 0; i < fields.size(); i++) {
      Field field = fields.get(i);
      String place =
          FieldMapper.place(i, field.name()) + ".customProperties." + FieldMapper.RENAMED_FROM;
      for (String name : field.earlierNames()) {
        if (!NAME.matcher(name).matches()) {
          errors.add(place, "must be the name that the field had, not '" + name + "'");
        } else if (names.contains(name.toLowerCase(Locale.ROOT))
            && !name.equalsIgnoreCase(field.name())) {
          errors.add(place, name + " is the name of another field");
        } else if (name.equals(field.name()) || !earlier.add(name)) {
          errors.add(place, name + " is named twice");
        }
      }
    }
  }

  private void judgePartition(List<Field> fields) {
    if (fields.stream().filter(field -> field.role() == Role.PARTITION).count() > 1) {
      errors.add("schema[0].properties", "at most one field may be partitioned");
    }
  }

  private void judgeKey(List<Field> key) {
    if (key.isEmpty()) {
      errors.add("schema[0].properties", "at least one field must be primaryKey");
    } else if (key.stream().map(Field::keyPosition).distinct().count() != key.size()) {
      errors.add("schema[0].properties", "primaryKeyPosition must differ from field to field");
    }
  }

  private void judgeChanges(Contract contract) {
    String place = "customProperties.changes";
    ChangePolicy changes = contract.changes();
    if (changes.operation() != null) {
      judgeExpression(changes.operation(), place + ".operation", errors);
    }
    if (changes.deleteWhen() != null) {
      judgeExpression(changes.deleteWhen(), place + ".deleteWhen", errors);
    }
    if (changes.isReplace()) {
      judgeReplace(contract);
    } else {
      judgeNoDeliveries(contract.arrivals());
    }
    if (changes.operation() != null && changes.deleteWhen() != null) {
      errors.add(place + ".deleteWhen", "stands beside operation; one of them tells");
    }
    if (changes.hasDeletes()
        && contract.arrivals().stream().allMatch(one -> changes.telling(one).isEmpty())) {
      errors.add(
          place,
          "must tell what a record does: by operation, by deleteWhen, or by an arrival's envelope");
    }
  }

  private void judgeHistory(Contract contract) {
    String place = "customProperties.history";
    if (contract.isKeyless()) {
      errors.add(place, "is of the versions of a key, and there is no primaryKey");
    }
    for (String name : List.of("valid_from", "valid_to", "is_current")) {
      if (contract.field(name).isPresent()) {
        errors.add(place, "adds a column " + name + ", and there is a field of this name");
      }
    }
    String from = contract.validFrom();
    if (Contract.ARRIVED_AT.equals(from)) {
      return;
    }
    Optional<Field> field = contract.field(from);
    boolean isTime =
        field
            .map(Field::type)
            .filter(type -> type.equals(DataTypes.TimestampType) || type.equals(DataTypes.DateType))
            .isPresent();
    if (contract.changes().isReplace()) {
      errors.add(
          place + ".validFrom",
          "must be left out: of changes: replace a version holds from when its delivery was"
              + " complete");
    } else if (!isTime || field.get().isProtected()) {
      errors.add(
          place + ".validFrom",
          "must name the timestamp or date from which a version holds, or "
              + Contract.ARRIVED_AT
              + "; "
              + from
              + " is none");
    }
  }

  private void judgeNoDeliveries(List<Arrival> arrivals) {
    for (int i = 0; i < arrivals.size(); i++) {
      if (arrivals.get(i).delivery().isFolder()) {
        errors.add(
            ArrivalMapper.place(i) + ".options.delivery",
            "says which files replace what was there, and goes with changes: replace only");
      }
    }
  }

  private void judgeReplace(Contract contract) {
    String place = "customProperties.changes.scope";
    List<Field> key = contract.key();
    for (String name : contract.changes().scope()) {
      Optional<Field> field = contract.field(name);
      if (field.isEmpty()) {
        errors.add(place, name + " is no field");
      } else if (!field.get().isRequired() || field.get().isProtected()) {
        errors.add(place, name + " must be required and not protected");
      } else if (!key.isEmpty() && !field.get().isKey()) {
        errors.add(
            place,
            name
                + " must be part of the primaryKey: else a key could stand in two scopes; leave out"
                + " the key if records have none");
      }
    }
    if (!contract.topics().isEmpty()) {
      errors.add(
          "customProperties.arrivals",
          "of changes: replace must be folders: on a topic no delivery ends; use newest or cdc");
    }
  }

  private void judgeKeyless(List<Field> key) {
    if (!key.isEmpty()) {
      errors.add(
          "schema[0].properties",
          key.get(0).name()
              + " must not be primaryKey: of changes: append each record is a row of its own");
    }
  }

  private void judgeOrdering(Contract contract) {
    String place = "customProperties.orderingColumn";
    if (Contract.ARRIVED_AT.equals(contract.ordering())) {
      return;
    }
    Optional<Field> field = Optional.ofNullable(contract.ordering()).flatMap(contract::field);
    if (field.isEmpty()) {
      errors.add(
          place,
          "must name the field whose greatest value wins, or "
              + Contract.ARRIVED_AT
              + " where the source has none");
    } else if (!field.get().isRequired() || field.get().isProtected()) {
      errors.add(place, field.get().name() + " must be required and not protected");
    }
  }
}
