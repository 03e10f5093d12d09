package io.sluice.refine;

import io.sluice.contract.Arrival;
import io.sluice.contract.Contract;
import io.sluice.contract.Field;
import io.sluice.engine.Expressions;
import io.sluice.engine.RowExpressions;
import io.sluice.engine.RowExpressions.Telling;
import io.sluice.ingest.format.WantedFields;
import io.sluice.settings.ValidationErrors;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.NullType;
import org.apache.spark.sql.types.NumericType;
import org.apache.spark.sql.types.StringType;
import org.apache.spark.sql.types.StructType;

/** Plans how each field of a contract is computed from an arrival's raw columns. */
final class FieldExpressions {
  private FieldExpressions() {}

  /** How each field of an arrival's records is made, in the order of the fields. */
  static List<FieldValue> values(SparkSession spark, Contract contract, WantedFields wanted) {
    List<String> columns = wanted.columns();
    List<String> sql = new ArrayList<>();
    for (Field field : contract.fields()) {
      String expression = wanted.arrival().expression(field);
      if (plain(expression, columns) < 0) {
        sql.add(cast(expression, field.type()));
      }
    }
    RowExpressions planned = RowExpressions.of(spark, raw(columns), sql);
    Telling telling = contract.isProtected() ? Telling.KIND : Telling.MESSAGE;
    List<FieldValue> values = new ArrayList<>();
    int next = 0;
    for (Field field : contract.fields()) {
      String expression = wanted.arrival().expression(field);
      int column = plain(expression, columns);
      values.add(
          column >= 0
              ? FieldValue.plain(field, column)
              : FieldValue.computed(
                  field,
                  new FieldValue.Computed(
                      planned,
                      next++,
                      expression,
                      contract.rawColumns(wanted.arrival(), field).stream()
                          .map(columns::indexOf)
                          .toList(),
                      telling)));
    }
    return values;
  }

  private static StructType raw(List<String> columns) {
    StructType raw = new StructType();
    for (String column : columns) {
      raw = raw.add(column, DataTypes.StringType);
    }
    return raw;
  }

  /** A field of text takes any plain value as Spark writes it. */
  private static String cast(String expression, DataType type) {
    return type instanceof StringType ? "cast((" + expression + ") as string)" : expression;
  }

  /** The place of the raw column that an expression is; -1 if it is more than a column. */
  private static int plain(String expression, List<String> columns) {
    return Expressions.column(expression).map(columns::indexOf).orElse(-1);
  }

  /** One expression over some raw columns. */
  static RowExpressions single(
      SparkSession spark, List<String> columns, String sql, DataType type) {
    return RowExpressions.of(spark, raw(columns), List.of(cast(sql, type)));
  }

  /** Adds an error if Spark refuses what tells which records delete. */
  private static void checkChanges(
      Contract contract, Arrival arrival, SparkSession spark, ValidationErrors errors) {
    try {
      ChangeReader.of(spark, contract, arrival, contract.rawColumns(arrival));
    } catch (IllegalArgumentException e) {
      errors.add(contract.id() + ".yaml: customProperties.changes", e.getMessage());
    }
  }

  /**
   * Adds an error for each expression that Spark refuses, or whose type cannot become the field's
   * without a guess.
   */
  static void check(
      Contract contract, Arrival arrival, SparkSession spark, ValidationErrors errors) {
    checkChanges(contract, arrival, spark, errors);
    List<String> columns = contract.rawColumns(arrival);
    for (Field field : contract.fields()) {
      String place = contract.id() + ".yaml: " + arrival.name() + ": " + field.name();
      String expression = arrival.expression(field);
      try {
        DataType from =
            RowExpressions.of(spark, raw(columns), List.of(cast(expression, field.type()))).type(0);
        if (!isFitting(from, field.type())) {
          errors.add(place, "gives " + from.sql() + " where " + advice(field.type()));
        }
      } catch (IllegalArgumentException e) {
        errors.add(place, e.getMessage());
      }
    }
  }

  private static boolean isFitting(DataType from, DataType to) {
    return from instanceof NullType
        || from instanceof StringType
        || from.equals(to)
        || (from instanceof NumericType && to instanceof NumericType);
  }

  private static String advice(DataType to) {
    return to.sql()
        + " is expected; cast it, or give it as text"
        + (to instanceof StructType ? ", a nested value as JSON: to_json(…)" : "");
  }
}
