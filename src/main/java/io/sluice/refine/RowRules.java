package io.sluice.refine;

import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.filter;
import static org.apache.spark.sql.functions.length;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.not;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.when;

import io.sluice.contract.Contract;
import io.sluice.contract.Field;
import io.sluice.contract.Field.Bounds;
import io.sluice.contract.Field.Reference;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * Judges typed rows by every rule of a contract.
 *
 * <p>Reads what {@link TypedColumns} gives. Adds {@code _reasons}, null for a valid row, and helper
 * columns named {@code _found_}…; a record that could not be taken apart has that one reason. Cost:
 * one pass, and a broadcast join for each reference.
 */
final class RowRules {
  /** Why a row is broken: {@code field} is empty for a rule over the whole row. */
  static final DataType REASONS =
      DataTypes.createArrayType(
          new StructType()
              .add("field", DataTypes.StringType)
              .add("rule", DataTypes.StringType)
              .add("message", DataTypes.StringType));

  private RowRules() {}

  /**
   * A rule over one row.
   *
   * @param broken whether the row breaks it; never null
   * @param reason what {@code _reasons} then holds
   */
  private record Rule(Column broken, Column reason) {
    static Rule of(Column broken, String field, String name, String message) {
      return new Rule(
          coalesce(broken, lit(false)),
          struct(lit(field).as("field"), lit(name).as("rule"), lit(message).as("message")));
    }
  }

  /**
   * The rows with the reasons for which they are broken.
   *
   * @param references for each reference of the contract its accepted values, one column
   */
  static Dataset<Row> judge(
      Contract contract, Dataset<Row> typed, Map<Reference, Dataset<Row>> references) {
    List<Rule> rules = new ArrayList<>();
    Dataset<Row> joined = typed;
    int join = 0;
    for (Field field : contract.fields()) {
      rules.addAll(rules(field));
      if (field.reference().isPresent()) {
        Reference to = field.reference().get();
        String found = "_found_" + join++;
        Dataset<Row> accepted = references.get(to);
        Dataset<Row> values =
            accepted.select(accepted.col(accepted.columns()[0]).as(found)).distinct();
        joined = joined.join(values, value(field).equalTo(col(found)), "left_outer");
        rules.add(
            Rule.of(
                value(field).isNotNull().and(col(found).isNull()),
                field.name(),
                "reference",
                "not in " + to.source() + "." + to.field()));
      }
    }
    for (Contract.RowRule rule : contract.rowRules()) {
      rules.add(Rule.of(expr("not (" + rule.sql() + ")"), "", rule.name(), rule.sql()));
    }
    return joined.withColumn("_reasons", reasons(rules).cast(REASONS));
  }

  private static Column reasons(List<Rule> rules) {
    Column problem = col("_problem");
    Column broken = rules.stream().map(Rule::broken).reduce(problem.isNotNull(), Column::or);
    Column all =
        array(
            rules.stream().map(rule -> when(rule.broken(), rule.reason())).toArray(Column[]::new));
    return when(problem.isNotNull(), array(problem))
        .when(broken, filter(all, reason -> reason.isNotNull()));
  }

  private static Column value(Field field) {
    return col("`" + field.name() + "`");
  }

  /** The rules that a field's own properties state. */
  private static List<Rule> rules(Field field) {
    List<Rule> rules = new ArrayList<>();
    String name = field.name();
    rules.add(Rule.of(col("`mistyped_" + name + "`"), name, "type", "not a " + field.type().sql()));
    if (field.isRequired()) {
      rules.add(Rule.of(col("`absent_" + name + "`"), name, "required", "must not be null"));
    }
    if (!field.accepted().isEmpty()) {
      rules.add(
          Rule.of(
              value(field)
                  .cast(DataTypes.StringType)
                  .isin(field.accepted().toArray())
                  .equalTo(false),
              name,
              "enum",
              "must be one of " + field.accepted()));
    }
    Bounds bounds = field.bounds();
    addLimit(rules, field, bounds.minimum(), Limit.AT_LEAST);
    addLimit(rules, field, bounds.maximum(), Limit.AT_MOST);
    addLimit(rules, field, bounds.above(), Limit.ABOVE);
    addLimit(rules, field, bounds.below(), Limit.BELOW);
    if (bounds.minLength() != null) {
      rules.add(
          Rule.of(
              length(value(field)).lt(bounds.minLength()),
              name,
              "length",
              "must have at least " + bounds.minLength() + " characters"));
    }
    if (bounds.maxLength() != null) {
      rules.add(
          Rule.of(
              length(value(field)).gt(bounds.maxLength()),
              name,
              "length",
              "must have at most " + bounds.maxLength() + " characters"));
    }
    if (bounds.pattern() != null) {
      rules.add(
          Rule.of(
              not(value(field).rlike("\\A(?:" + bounds.pattern() + ")\\z")),
              name,
              "pattern",
              "must match " + bounds.pattern()));
    }
    return rules;
  }

  /** How a value is compared with a bound. */
  private enum Limit {
    AT_LEAST(">=", Column::geq),
    AT_MOST("<=", Column::leq),
    ABOVE(">", Column::gt),
    BELOW("<", Column::lt);

    private final String operator;
    private final BiFunction<Column, Object, Column> comparison;

    Limit(String operator, BiFunction<Column, Object, Column> comparison) {
      this.operator = operator;
      this.comparison = comparison;
    }
  }

  private static void addLimit(List<Rule> rules, Field field, String bound, Limit limit) {
    if (bound != null) {
      Column isWithin = limit.comparison.apply(value(field), lit(bound).cast(field.type()));
      rules.add(
          Rule.of(not(isWithin), field.name(), "range", "must be " + limit.operator + " " + bound));
    }
  }
}
