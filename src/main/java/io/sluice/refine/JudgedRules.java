package io.sluice.refine;

import io.sluice.contract.Contract;
import io.sluice.contract.Field;
import io.sluice.engine.NativeRow;
import io.sluice.engine.RowExpressions;
import io.sluice.engine.RowExpressions.Telling;
import io.sluice.settings.ValidationErrors;
import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * Judges typed rows by the contract's own rules: SQL over the fields, {@code _file}, {@code
 * _position} and {@code _arrived_at}. A rule that throws on a row is broken by it.
 */
final class JudgedRules implements Serializable {
  private static final long serialVersionUID = 1L;

  private final List<Named> rules;
  private final RowExpressions expressions;
  private final int fields;
  private final Telling telling;

  /** A rule, in a form that tasks can be sent. */
  private record Named(String name, String sql) implements Serializable {}

  private JudgedRules(List<Named> rules, RowExpressions expressions, int fields, Telling telling) {
    this.rules = rules;
    this.expressions = expressions;
    this.fields = fields;
    this.telling = telling;
  }

  static JudgedRules of(SparkSession spark, Contract contract) {
    return new JudgedRules(
        contract.rowRules().stream().map(rule -> new Named(rule.name(), rule.sql())).toList(),
        RowExpressions.of(
            spark,
            columns(contract),
            contract.rowRules().stream().map(Contract.RowRule::sql).toList()),
        contract.fields().size(),
        contract.isProtected() ? Telling.KIND : Telling.MESSAGE);
  }

  private static StructType columns(Contract contract) {
    StructType columns = new StructType();
    for (Field field : contract.fields()) {
      columns = columns.add(field.name(), field.type());
    }
    return columns
        .add("_file", DataTypes.StringType)
        .add("_position", DataTypes.LongType)
        .add("_arrived_at", DataTypes.TimestampType);
  }

  /** Adds a reason for each rule that a row breaks; null breaks none. */
  void judge(Object[] row, RowReader.Place place, Findings findings) {
    if (rules.isEmpty()) {
      return;
    }
    Object[] columns = Arrays.copyOf(row, fields + 3);
    columns[fields] = place.file();
    columns[fields + 1] = place.position();
    columns[fields + 2] = place.arrivedAt();
    NativeRow input = new NativeRow(columns);
    for (int i = 0; i < rules.size(); i++) {
      Named rule = rules.get(i);
      try {
        if (Boolean.FALSE.equals(expressions.eval(i, input))) {
          findings.addReason("", rule.name, rule.sql);
        }
      } catch (RowExpressions.FailedException e) {
        findings.addReason("", rule.name, rule.sql + " fails: " + e.told(telling));
      }
    }
  }

  /** Adds an error for each rule that Spark refuses or that is not true or false. */
  static void check(Contract contract, SparkSession spark, ValidationErrors errors) {
    for (Contract.RowRule rule : contract.rowRules()) {
      String place = contract.id() + ".yaml: rule " + rule.name();
      try {
        RowExpressions judged = RowExpressions.of(spark, columns(contract), List.of(rule.sql()));
        if (!judged.type(0).equals(DataTypes.BooleanType)) {
          errors.add(place, "must be true or false");
        }
      } catch (IllegalArgumentException e) {
        errors.add(place, e.getMessage());
      }
    }
  }
}
