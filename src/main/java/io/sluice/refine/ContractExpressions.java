package io.sluice.refine;

import io.sluice.contract.Arrival;
import io.sluice.contract.Contract;
import io.sluice.settings.ValidationErrors;
import org.apache.spark.sql.SparkSession;

/**
 * Lets Spark analyze each expression of a contract by itself, without any data, so that an error
 * names its place.
 */
public final class ContractExpressions {
  private ContractExpressions() {}

  /** Adds an error for each expression that Spark refuses or that does not give what it must. */
  public static void check(Contract contract, SparkSession spark, ValidationErrors errors) {
    for (Arrival arrival : contract.arrivals()) {
      FieldExpressions.check(contract, arrival, spark, errors);
    }
    JudgedRules.check(contract, spark, errors);
  }
}
