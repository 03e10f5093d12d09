package io.sluice.refine;

import io.sluice.contract.Arrival;
import io.sluice.contract.Contract;
import io.sluice.contract.Field;
import io.sluice.engine.NumberQuery;
import io.sluice.quality.Check;
import io.sluice.quality.Demand;
import io.sluice.settings.ValidationErrors;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StringType;
import org.apache.spark.sql.types.StructType;

/**
 * Lets Spark analyze each expression of a contract by itself, without any data, so that an error
 * names its place.
 */
public final class ContractExpressions {
  private ContractExpressions() {}

  /** Adds an error for each expression that Spark refuses or that does not give what it must. */
  public static void check(Contract contract, SparkSession spark, ValidationErrors errors) {
    for (Arrival arrival : distinct(contract)) {
      FieldExpressions.check(contract, arrival, spark, errors);
    }
    JudgedRules.check(contract, spark, errors);
    for (Check check : contract.checks()) {
      if (check.demand() instanceof Demand.Query query) {
        NumberQuery.refusal(spark, query.sql(), query.table(), columns(contract))
            .ifPresent(why -> errors.add(contract.id() + ".yaml: check " + check.name(), why));
      }
    }
  }

  private static StructType columns(Contract contract) {
    StructType columns = new StructType();
    for (Field field : contract.fields()) {
      columns = columns.add(field.name(), field.type());
    }
    return columns;
  }

  /**
   * What a valid contract may yet be surprised by, each with its file: expressions that fail on
   * some texts, versions of a row that are told apart by a text.
   */
  public static List<String> warnings(Contract contract, SparkSession spark) {
    List<String> warnings = new ArrayList<>();
    String file = contract.id() + ".yaml: ";
    if (contract.orderingField().filter(one -> one.type() instanceof StringType).isPresent()) {
      warnings.add(
          file
              + "customProperties.orderingColumn: "
              + contract.ordering()
              + " is a text, and texts are compared letter by letter: 9 is greater than 10; give"
              + " it the type that it is");
    }
    for (Arrival arrival : distinct(contract)) {
      OddValues.warnings(spark, contract, arrival).forEach(warning -> warnings.add(file + warning));
    }
    return warnings;
  }

  /** The first of those arrivals that read the same columns by the same expressions. */
  private static Collection<Arrival> distinct(Contract contract) {
    Map<Object, Arrival> distinct = new LinkedHashMap<>();
    for (Arrival arrival : contract.arrivals()) {
      distinct.putIfAbsent(List.of(arrival.expressions(), contract.rawColumns(arrival)), arrival);
    }
    return distinct.values();
  }
}
