package io.sluice.contract;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Period;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Makes a typed contract of a document that is valid ODCS.
 *
 * <p>Adds an error for each key that Sluice does not carry out and each value that has no type in
 * the model; such a value is replaced by a default, so that the rest can still be judged. Whether
 * the values fit together is for {@link ContractRules}.
 */
final class ContractMapper {
  private static final Set<String> PROPERTIES =
      Set.of(
          "orderingColumn",
          "changes",
          "history",
          "schemaPolicy",
          "arrivals",
          "quarantineLimit",
          "alerts");

  private final FileErrors errors;
  private final NodeReader nodes;

  ContractMapper(FileErrors errors) {
    this.errors = errors;
    this.nodes = new NodeReader(errors);
  }

  /** The contract; of no use if the file has errors. */
  Contract contract(JsonNode root) {
    String id = root.path("id").asText();
    JsonNode table = table(root.path("schema"), id);
    List<Field> fields = new FieldMapper(errors).fields(table.path("properties"));
    Map<String, JsonNode> custom =
        nodes.customProperties(root.path("customProperties"), "customProperties");
    for (String name : new TreeSet<>(custom.keySet())) {
      if (!PROPERTIES.contains(name)) {
        errors.add("customProperties." + name, "unknown; known are " + new TreeSet<>(PROPERTIES));
      }
    }
    ChangePolicy changes = changes(custom.get("changes"));
    String ordering = ordering(custom.get("orderingColumn"), changes, fields);
    QualityMapper.Quality quality = new QualityMapper(errors, id, fields).quality(table);
    return new Contract(
        id,
        root.path("version").asText(),
        root.path("name").asText(id),
        root.path("description").path("purpose").asText(""),
        table.path("description").asText(""),
        root.path("domain").asText(""),
        root.path("team").path("name").asText(""),
        period(root.path("slaProperties"), "retention", Period.ofYears(100)),
        period(root.path("slaProperties"), "frequency", Period.ofDays(1)),
        fields,
        new ReferenceMapper(errors, id, fields).references(table),
        quality.rules(),
        quality.checks(),
        changes,
        ordering,
        validFrom(custom.get("history"), changes.isReplace() ? Contract.ARRIVED_AT : ordering),
        quarantineLimit(custom.get("quarantineLimit")),
        schemaPolicy(custom.get("schemaPolicy")),
        new ArrivalMapper(errors).arrivals(custom.get("arrivals")),
        new AlertMapper(errors, fields).alerts(custom.get("alerts")));
  }

  private JsonNode table(JsonNode objects, String id) {
    if (objects.size() != 1) {
      errors.add("schema", "must hold exactly one object, the silver table");
    }
    JsonNode table = objects.path(0);
    if (!table.path("name").asText().equals(id)) {
      errors.add("schema[0].name", "must be the contract's id, " + id);
    }
    return table;
  }

  /** What is named; of rows that have no versions, when they arrived; null if nothing is named. */
  private String ordering(JsonNode value, ChangePolicy changes, List<Field> fields) {
    if (changes.isKeyless(fields)) {
      if (value != null) {
        errors.add(
            "customProperties.orderingColumn",
            "tells versions of a row apart, and without a primaryKey each record is a row of its"
                + " own; leave it out");
      }
      return Contract.ARRIVED_AT;
    }
    if (value == null) {
      // Of a key that a delivery holds twice, the record that stands first is kept.
      return changes.isReplace() ? Contract.ARRIVED_AT : null;
    }
    return value.asText();
  }

  /**
   * What is named, or what versions are told apart by; null if no history is asked for.
   *
   * @param value true, false or a map of validFrom; null if nothing is stated
   */
  private String validFrom(JsonNode value, String byDefault) {
    String place = "customProperties.history";
    if (value == null || (value.isBoolean() && !value.asBoolean())) {
      return null;
    }
    if (value.isBoolean()) {
      return byDefault;
    }
    if (!value.isObject()) {
      errors.add(place, "must be true, or a map of validFrom");
      return null;
    }
    nodes.refuseUnknownKeys(value, Set.of("validFrom"), place);
    return value.path("validFrom").asText(byDefault);
  }

  /** A kind, or a map of kind and what goes with it; {@code value} is null if none is stated. */
  private ChangePolicy changes(JsonNode value) {
    String place = "customProperties.changes";
    ChangePolicy usual = ChangePolicy.DEFAULT;
    if (value == null) {
      return usual;
    }
    JsonNode kind = value.isObject() ? value.path("kind") : value;
    ChangePolicy.Kind stated =
        nodes.choice(ChangePolicy.Kind.class, kind.asText(), place + ".kind", usual.kind());
    nodes.refuseUnknownKeys(
        value,
        switch (stated) {
          case NEWEST -> Set.of("kind");
          case APPEND -> Set.of("kind", "redelivered");
          case CDC -> Set.of("kind", "operation", "deleteWhen", "deletes");
          case REPLACE -> Set.of("kind", "scope");
        },
        place);
    return new ChangePolicy(
        stated,
        nodes.choice(
            ChangePolicy.Redelivered.class,
            value.path("redelivered").asText("skip"),
            place + ".redelivered",
            usual.redelivered()),
        NodeReader.text(value, "operation"),
        NodeReader.text(value, "deleteWhen"),
        nodes.choice(
            ChangePolicy.Deletes.class,
            value.path("deletes").asText("remove"),
            place + ".deletes",
            usual.deletes()),
        nodes.listOfTexts(value.path("scope"), place + ".scope"));
  }

  /** A share, or a map of share and least; {@code value} is null if none is stated. */
  private QuarantineLimit quarantineLimit(JsonNode value) {
    String place = "customProperties.quarantineLimit";
    QuarantineLimit usual = QuarantineLimit.DEFAULT;
    if (value == null) {
      return usual;
    }
    if (!value.isObject()) {
      return usual.withShare(share(value, place));
    }
    nodes.refuseUnknownKeys(value, Set.of("share", "least"), place);
    JsonNode least = value.path("least");
    if (!least.isMissingNode() && !(least.isIntegralNumber() && least.asLong() >= 0)) {
      errors.add(place + ".least", "must be a whole number of rows, 0 or more");
    }
    return new QuarantineLimit(
        value.has("share") ? share(value.path("share"), place + ".share") : usual.share(),
        least.asLong(usual.least()));
  }

  private double share(JsonNode value, String place) {
    if (!value.isNumber() || !(value.asDouble() >= 0 && value.asDouble() <= 1)) {
      errors.add(place, "must be a share from 0 to 1");
    }
    return value.asDouble();
  }

  private SchemaPolicy schemaPolicy(JsonNode value) {
    SchemaPolicy usual = SchemaPolicy.DEFAULT;
    if (value == null) {
      return usual;
    }
    String place = "customProperties.schemaPolicy";
    if (!value.isObject()) {
      errors.add(place, "must be a map of added, removed and retyped");
      return usual;
    }
    nodes.refuseUnknownKeys(value, Set.of("added", "removed", "retyped"), place);
    return new SchemaPolicy(
        nodes.choice(
            SchemaPolicy.Added.class,
            value.path("added").asText("keep"),
            place + ".added",
            usual.added()),
        nodes.choice(
            SchemaPolicy.Removed.class,
            value.path("removed").asText("quarantine"),
            place + ".removed",
            usual.removed()),
        nodes.choice(
            SchemaPolicy.Retyped.class,
            value.path("retyped").asText("quarantine"),
            place + ".retyped",
            usual.retyped()));
  }

  private Period period(JsonNode properties, String name, Period byDefault) {
    for (int i = 0; i < properties.size(); i++) {
      JsonNode sla = properties.get(i);
      if (sla.path("property").asText().equals(name)) {
        int value = sla.path("value").isIntegralNumber() ? sla.path("value").asInt() : 0;
        Period period =
            switch (sla.path("unit").asText("")) {
              case "d", "day", "days" -> Period.ofDays(value);
              case "m", "month", "months" -> Period.ofMonths(value);
              case "y", "yr", "year", "years" -> Period.ofYears(value);
              default -> Period.ZERO;
            };
        if (period.isZero() || period.isNegative()) {
          errors.add("slaProperties[" + i + "]", "must be a whole number of days, months or years");
        }
        return period;
      }
    }
    return byDefault;
  }
}
