package io.sluice.refine;

import static org.apache.spark.sql.functions.expr;

import io.sluice.contract.Arrival;
import io.sluice.contract.Contract;
import io.sluice.contract.Field;
import io.sluice.engine.Expressions;
import io.sluice.settings.ValidationErrors;
import java.util.List;
import org.apache.spark.sql.AnalysisException;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * Lets Spark analyze each expression of a contract by itself, without any data, so that an error
 * names its place.
 */
public final class ContractExpressions {
  private ContractExpressions() {}

  /** Adds an error for each expression that Spark refuses or that does not give what it must. */
  public static void check(Contract contract, SparkSession spark, ValidationErrors errors) {
    for (Arrival arrival : contract.arrivals()) {
      checkFields(contract, arrival, spark, errors);
    }
    checkRules(contract, spark, errors);
  }

  private static void checkFields(
      Contract contract, Arrival arrival, SparkSession spark, ValidationErrors errors) {
    StructType raw = new StructType();
    for (String column : contract.rawColumns(arrival)) {
      raw = raw.add(column, DataTypes.StringType);
    }
    Dataset<Row> none = spark.createDataFrame(List.of(), raw);
    for (Field field : contract.fields()) {
      String place = contract.id() + ".yaml: " + arrival.name() + ": " + field.name();
      analyze(
          errors,
          place,
          () -> {
            if (!Expressions.isProjection(none.select(expr(arrival.expression(field))))) {
              errors.add(place, "must be computed from one row: no aggregate, no window");
            }
          });
    }
  }

  private static void checkRules(Contract contract, SparkSession spark, ValidationErrors errors) {
    StructType typed = new StructType();
    for (Field field : contract.fields()) {
      typed = typed.add(field.name(), field.type());
    }
    Dataset<Row> none =
        spark.createDataFrame(List.of(), typed.add("_arrived_at", DataTypes.TimestampType));
    for (Contract.RowRule rule : contract.rowRules()) {
      String place = contract.id() + ".yaml: rule " + rule.name();
      analyze(
          errors,
          place,
          () -> {
            Dataset<Row> judged = none.select(expr(rule.sql()));
            if (!judged.schema().apply(0).dataType().equals(DataTypes.BooleanType)) {
              errors.add(place, "must be true or false");
            }
          });
    }
  }

  private static void analyze(ValidationErrors errors, String place, Runnable analysis) {
    try {
      analysis.run();
    } catch (Exception e) {
      // Spark throws checked exceptions that its methods do not declare.
      if (!(e instanceof AnalysisException)) {
        throw e;
      }
      errors.add(place, e.getMessage().lines().findFirst().orElse(""));
    }
  }
}
