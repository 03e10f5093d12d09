package io.sluice.contract;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.contract.Contract.RowRule;
import io.sluice.engine.Expressions;
import io.sluice.quality.Bound;
import io.sluice.quality.Check;
import io.sluice.quality.Demand;
import io.sluice.quality.Demand.DqdlRule;
import io.sluice.quality.Dqdl;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.apache.spark.sql.types.MapType;

/**
 * Makes row rules and checks of a document's quality entries, of the table's and of its
 * properties', and a check of each property that is unique.
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

  private static final Set<String> TYPES =
      new TreeSet<>(Set.of("library", "sql", "custom", "text"));

  private final FileErrors errors;
  private final NodeReader nodes;
  private final List<Field> fields;
  private final DemandMapper demands;
  private final Set<String> columns = new TreeSet<>();
  private final Set<String> names = new HashSet<>(BUILT_IN);
  private final Quality quality = new Quality(new ArrayList<>(), new ArrayList<>());

  /** What the entries state. */
  record Quality(List<RowRule> rules, List<Check> checks) {}

  /**
   * Where an entry stands.
   *
   * @param field the property that it is stated of; empty for the table
   */
  record Level(Optional<Field> field, String place) {}

  private record Entry(JsonNode node, Level level) {}

  /**
   * @param table the contract's id
   * @param fields the fields that rules and checks may name, in the order of the properties
   */
  QualityMapper(FileErrors errors, String table, List<Field> fields) {
    this.errors = errors;
    this.nodes = new NodeReader(errors);
    this.fields = fields;
    this.demands = new DemandMapper(errors, table, fields);
    fields.forEach(field -> columns.add(field.name()));
  }

  /**
   * The rules and checks in the order of the file, the table's before its properties'. To be called
   * once.
   *
   * @param object the schema object
   */
  Quality quality(JsonNode object) {
    List<Entry> entries = new ArrayList<>();
    collect(object, Optional.empty(), "schema[0]", entries);
    for (int i = 0; i < fields.size(); i++) {
      Field field = fields.get(i);
      collect(
          object.path("properties").get(i),
          Optional.of(field),
          FieldMapper.place(i, field.name()),
          entries);
    }
    // Names that are made must differ from all that are stated.
    entries.forEach(entry -> claim(entry.node, entry.level.place));
    entries.forEach(entry -> map(entry.node, entry.level));
    for (int i = 0; i < fields.size(); i++) {
      if (object.path("properties").get(i).path("unique").asBoolean()) {
        unique(fields.get(i), FieldMapper.place(i, fields.get(i).name()) + ".unique");
      }
    }
    return quality;
  }

  private static void collect(
      JsonNode node, Optional<Field> field, String place, List<Entry> entries) {
    JsonNode list = node.path("quality");
    for (int i = 0; i < list.size(); i++) {
      entries.add(new Entry(list.get(i), new Level(field, place + ".quality[" + i + "]")));
    }
  }

  private static String type(JsonNode entry) {
    return entry.path("type").asText(entry.has("metric") ? "library" : "");
  }

  private void claim(JsonNode entry, String place) {
    String type = type(entry);
    boolean mayLackName = !type.equals("custom");
    if (type.equals("text") || mayLackName && !entry.has("name")) {
      return;
    }
    String name = entry.path("name").asText("");
    if (!name.matches("[a-z][a-z0-9_]*") || !names.add(name)) {
      errors.add(place + ".name", "must be in snake case, unique, and no built-in rule's");
    }
  }

  private void map(JsonNode entry, Level level) {
    String place = level.place;
    switch (type(entry)) {
      case "library" ->
          demands
              .library(entry, level)
              .ifPresent(demand -> add(entry, level, snake(entry.path("metric").asText()), demand));
      case "sql" ->
          demands.sql(entry, level).ifPresent(demand -> add(entry, level, "query", demand));
      case "custom" -> custom(entry, level);
      case "text" -> {
        // For people.
      }
      default -> errors.add(place + ".type", "must be one of " + TYPES);
    }
  }

  private void custom(JsonNode entry, Level level) {
    String text = entry.path("implementation").asText("");
    String place = level.place + ".implementation";
    switch (entry.path("engine").asText("")) {
      case "rule" -> {
        judgeRule(text, place);
        quality.rules.add(new RowRule(entry.path("name").asText(), text));
      }
      case "dqdl" -> {
        Dqdl.error(text, columns).ifPresent(why -> errors.add(place, why));
        add(entry, level, "", new DqdlRule(text));
      }
      default ->
          errors.add(
              level.place + ".engine", "must be rule (judges a row) or dqdl (judges a batch)");
    }
  }

  /**
   * @param what names the check, behind the property's name, if the entry has no name
   */
  private void add(JsonNode entry, Level level, String what, Demand demand) {
    String name = NodeReader.text(entry, "name");
    quality.checks.add(
        new Check(
            name == null ? made(level.field, what) : name,
            nodes.choice(
                Check.Severity.class,
                entry.path("severity").asText("error"),
                level.place + ".severity",
                Check.Severity.ERROR),
            demand));
  }

  /**
   * Adds the check that among the rows that a batch adds to silver each value of a field stands
   * once, nulls left out. What silver holds already is not looked at: that would cost a column of
   * the table for each batch. A field that is the whole key needs no check: silver holds one row of
   * a key. Cost: {@link Demand.Metric#DUPLICATE_VALUES}'.
   */
  private void unique(Field field, String place) {
    if (field.type() instanceof MapType) {
      errors.add(place, "maps cannot be compared");
      return;
    }
    if (field.isKey() && fields.stream().filter(Field::isKey).count() == 1) {
      return;
    }
    quality.checks.add(
        new Check(
            made(Optional.of(field), "unique"),
            Check.Severity.ERROR,
            new Demand.Library(
                Demand.Metric.DUPLICATE_VALUES,
                List.of(field.name()),
                Demand.Arguments.NONE,
                Demand.Unit.ROWS,
                new Bound(Bound.Operator.EQUAL, List.of(0.0)))));
  }

  private String made(Optional<Field> field, String what) {
    String base = field.map(one -> snake(one.name()) + "_").orElse("") + what;
    String name = base;
    for (int i = 2; !names.add(name); i++) {
      name = base + "_" + i;
    }
    return name;
  }

  private static String snake(String name) {
    return name.replaceAll("([a-z0-9])([A-Z])", "$1_$2").toLowerCase(Locale.ROOT);
  }

  private void judgeRule(String sql, String place) {
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
}
