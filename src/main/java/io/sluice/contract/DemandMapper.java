package io.sluice.contract;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.contract.QualityMapper.Level;
import io.sluice.engine.NumberQuery;
import io.sluice.engine.value.BoundedPattern;
import io.sluice.quality.Bound;
import io.sluice.quality.Demand;
import io.sluice.quality.Demand.Arguments;
import io.sluice.quality.Demand.Metric;
import io.sluice.quality.Demand.Unit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.apache.spark.sql.types.MapType;
import org.apache.spark.sql.types.StringType;

/**
 * Makes what a check demands of a document's quality entries of type {@code library} and {@code
 * sql}; adds an error for each key and value that cannot be meant.
 */
final class DemandMapper {
  private static final Set<String> OBJECT = Set.of("object", "table");
  private static final Set<String> PROPERTY = Set.of("property", "column");
  private static final Pattern PLACEHOLDER = Pattern.compile("\\$?\\{([A-Za-z_]\\w*)}");

  private final FileErrors errors;
  private final NodeReader nodes;
  private final String table;
  private final List<Field> fields;

  DemandMapper(FileErrors errors, String table, List<Field> fields) {
    this.errors = errors;
    this.nodes = new NodeReader(errors);
    this.table = table;
    this.fields = fields;
  }

  /** A metric of the library and its bound; empty after an error. */
  Optional<Demand> library(JsonNode entry, Level level) {
    String place = level.place();
    Optional<Metric> metric =
        Arrays.stream(Metric.values())
            .filter(one -> one.key().equals(entry.path("metric").asText()))
            .findFirst();
    if (metric.isEmpty()) {
      errors.add(
          place + ".metric",
          "must be one of " + Arrays.stream(Metric.values()).map(Metric::key).toList());
      return Optional.empty();
    }
    Optional<List<String>> columns = columns(metric.get(), entry, level);
    if (columns.isEmpty()) {
      return Optional.empty();
    }
    Arguments arguments =
        level
            .field()
            .map(field -> arguments(metric.get(), field, entry.path("arguments"), place))
            .orElse(Arguments.NONE);
    Unit unit = unit(entry, place);
    if (metric.get() == Metric.ROW_COUNT && unit == Unit.PERCENT) {
      errors.add(place + ".unit", "must be rows: the row count is no share");
    }
    return bound(entry, place)
        .map(bound -> new Demand.Library(metric.get(), columns.get(), arguments, unit, bound));
  }

  private Unit unit(JsonNode entry, String place) {
    return nodes.choice(Unit.class, entry.path("unit").asText("rows"), place + ".unit", Unit.ROWS);
  }

  /** What a metric is measured of, at the level at which it has a meaning. */
  private Optional<List<String>> columns(Metric metric, JsonNode entry, Level level) {
    boolean isOfTable = level.field().isEmpty();
    boolean fits =
        switch (metric) {
          case ROW_COUNT -> isOfTable;
          case DUPLICATE_VALUES -> true;
          default -> !isOfTable;
        };
    if (!fits) {
      errors.add(
          level.place() + ".metric",
          metric.key() + (isOfTable ? " is of a property, not of the table" : " is of the table"));
      return Optional.empty();
    }
    JsonNode arguments = entry.path("arguments");
    String place = level.place() + ".arguments";
    if (!isOfTable) {
      return Optional.of(List.of(comparable(metric, level.field().get(), level.place())));
    }
    Set<String> known = metric == Metric.ROW_COUNT ? Set.of() : Set.of("properties");
    nodes.refuseUnknownKeys(arguments, known, place);
    return metric == Metric.ROW_COUNT
        ? Optional.of(List.of())
        : properties(metric, arguments.path("properties"), place + ".properties");
  }

  private Optional<List<String>> properties(Metric metric, JsonNode list, String place) {
    List<String> columns = new ArrayList<>();
    if (!list.isArray() || list.isEmpty()) {
      errors.add(place, "must list the properties whose values together are to differ");
      return Optional.empty();
    }
    for (String name : NodeReader.texts(list)) {
      Optional<Field> field = fields.stream().filter(one -> one.name().equals(name)).findFirst();
      if (field.isEmpty()) {
        errors.add(place, "there is no field " + name);
      }
      field.ifPresent(one -> columns.add(comparable(metric, one, place)));
    }
    return Optional.of(columns);
  }

  /** The field's column; an error if its values cannot be compared as the metric does. */
  private String comparable(Metric metric, Field field, String place) {
    if (metric == Metric.DUPLICATE_VALUES && field.type() instanceof MapType) {
      errors.add(place, field.name() + " is a map; maps cannot be compared");
    }
    boolean comparesTexts = metric == Metric.MISSING_VALUES || metric == Metric.INVALID_VALUES;
    if (comparesTexts && FieldTypes.isNested(field.type())) {
      errors.add(place, field.name() + " has members; state it of the table as sql");
    }
    if (comparesTexts && field.isProtected()) {
      errors.add(
          place,
          field.name()
              + " is protected: the batch holds no value of it that could be compared; use enum,"
              + " pattern and lengths of the field, which judge it before");
    }
    return field.name();
  }

  private Arguments arguments(Metric metric, Field field, JsonNode node, String at) {
    String place = at + ".arguments";
    return switch (metric) {
      case MISSING_VALUES -> {
        nodes.refuseUnknownKeys(node, Set.of("missingValues"), place);
        if (!node.has("missingValues")) {
          errors.add(place + ".missingValues", "must list the values that are missing ones");
          yield Arguments.NONE;
        }
        yield new Arguments(values(node, "missingValues", field, place), null, null, null);
      }
      case INVALID_VALUES -> validity(field, node, place);
      default -> {
        nodes.refuseUnknownKeys(node, Set.of(), place);
        yield Arguments.NONE;
      }
    };
  }

  private Arguments validity(Field field, JsonNode node, String place) {
    Set<String> known = new TreeSet<>(Set.of("validValues"));
    if (field.type() instanceof StringType) {
      known.addAll(Set.of("pattern", "minLength", "maxLength"));
    }
    nodes.refuseUnknownKeys(node, known, place);
    if (known.stream().noneMatch(node::has)) {
      errors.add(place, "must state what is valid: " + String.join(", ", known));
    }
    String pattern = NodeReader.text(node, "pattern");
    if (pattern != null) {
      try {
        new BoundedPattern(pattern);
      } catch (PatternSyntaxException e) {
        errors.add(place + ".pattern", "is no regular expression: " + e.getDescription());
      }
    }
    return new Arguments(
        values(node, "validValues", field, place),
        pattern,
        length(node, "minLength", place),
        length(node, "maxLength", place));
  }

  private Integer length(JsonNode node, String key, String place) {
    JsonNode length = node.path(key);
    if (length.isMissingNode()) {
      return null;
    }
    if (!length.isInt() || length.asInt() < 0) {
      errors.add(place + "." + key, "must be a whole number of characters, 0 or more");
    }
    return length.asInt();
  }

  /** A list of the field's values, null among them; null if it is not stated. */
  private List<String> values(JsonNode node, String key, Field field, String place) {
    JsonNode list = node.path(key);
    if (list.isMissingNode()) {
      return null;
    }
    if (!list.isArray() || list.isEmpty()) {
      errors.add(place + "." + key, "must be a list of values");
    }
    List<String> values = new ArrayList<>();
    for (JsonNode value : list) {
      String text = value.isNull() ? null : value.asText();
      FieldRules.literalError(text, field.type())
          .ifPresent(why -> errors.add(place + "." + key, why));
      values.add(text);
    }
    return values;
  }

  /** A query over the batch's rows and its bound; empty after an error. */
  Optional<Demand> sql(JsonNode entry, Level level) {
    String place = level.place() + ".query";
    unit(entry, level.place());
    int before = errors.count();
    String sql = filled(entry.path("query").asText(""), level, place);
    if (errors.count() == before) {
      NumberQuery.refusal(sql, table).ifPresent(why -> errors.add(place, why));
    }
    return bound(entry, level.place())
        .map(
            bound ->
                new Demand.Query(table, fields.stream().map(Field::name).toList(), sql, bound));
  }

  /** The query with names in place of ODCS' placeholders. */
  private String filled(String query, Level level, String place) {
    Matcher found = PLACEHOLDER.matcher(query);
    StringBuilder filled = new StringBuilder();
    while (found.find()) {
      String name = found.group(1);
      String put = found.group();
      if (OBJECT.contains(name)) {
        put = "`" + table + "`";
      } else if (!PROPERTY.contains(name)) {
        errors.add(
            place,
            found.group() + " is unknown; known are {object}, {table}, {property} and {column}");
      } else if (level.field().isEmpty()) {
        errors.add(place, found.group() + " stands for a property; this is a query of the table");
      } else {
        put = "`" + level.field().get().name() + "`";
      }
      found.appendReplacement(filled, Matcher.quoteReplacement(put));
    }
    return found.appendTail(filled).toString();
  }

  /** What an entry's operator demands of the number; empty after an error. */
  private Optional<Bound> bound(JsonNode entry, String place) {
    List<Bound.Operator> stated =
        Arrays.stream(Bound.Operator.values()).filter(one -> entry.has(one.key())).toList();
    if (stated.size() != 1) {
      errors.add(
          place,
          "must state one of "
              + Arrays.stream(Bound.Operator.values()).map(Bound.Operator::key).toList());
      return Optional.empty();
    }
    Bound.Operator operator = stated.get(0);
    JsonNode value = entry.path(operator.key());
    List<Double> numbers = new ArrayList<>();
    for (JsonNode one : operator.isRange() ? value : List.of(value)) {
      if (one.isNumber()) {
        numbers.add(one.asDouble());
      }
    }
    if (operator.isRange() && (numbers.size() != 2 || numbers.get(0) >= numbers.get(1))) {
      errors.add(place + "." + operator.key(), "must be two numbers, the smaller one first");
      return Optional.empty();
    }
    if (numbers.isEmpty()) {
      errors.add(place + "." + operator.key(), "must be a number");
      return Optional.empty();
    }
    return Optional.of(new Bound(operator, numbers));
  }
}
