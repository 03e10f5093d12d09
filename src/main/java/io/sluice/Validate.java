package io.sluice;

import io.sluice.contract.Contract;
import io.sluice.contract.Contracts;
import io.sluice.landing.Refinement;
import io.sluice.mart.Mart;
import io.sluice.quality.Check;
import io.sluice.quality.Dqdl;
import io.sluice.settings.Faults;
import io.sluice.settings.Key;
import io.sluice.settings.Session;
import io.sluice.settings.Settings;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.spark.sql.AnalysisException;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * Checks settings, contracts, their expressions and rules, and the marts over them, without
 * touching lake or landing.
 *
 * <p>Expressions are analyzed by Spark as a run would, against the columns that they name.
 */
final class Validate {
  private Validate() {}

  /**
   * Says what was found sound.
   *
   * @throws Faults.FaultyException naming every fault
   */
  static String run(Settings settings) {
    Contracts contracts = Contracts.read(Path.of(settings.get(Key.CONTRACTS)));
    Workplace.checkKeys(settings, contracts);
    SparkSession spark = Session.open(settings, "validate");
    Faults faults = new Faults();
    for (Contract contract : contracts.inOrder()) {
      new Refinement(contract, settings.privacyKey()).check(spark, faults);
    }
    faults.throwIfAny();
    List<Mart> marts = Marts.of(contracts);
    marts.forEach(mart -> check(mart, contracts, settings, spark, faults));
    faults.throwIfAny();
    return settings.environment()
        + ": "
        + contracts.inOrder().size()
        + " contracts and "
        + marts.size()
        + " marts are sound";
  }

  private static void check(
      Mart mart, Contracts contracts, Settings settings, SparkSession spark, Faults faults) {
    String place = "mart " + mart.name();
    List<String> columns = mart.columns().stream().map(Mart.Column::name).toList();
    for (Check check : mart.checks()) {
      Dqdl.fault(check.dqdl(), columns)
          .ifPresent(why -> faults.add(place + ": check " + check.name(), why));
    }
    try {
      List<String> made =
          List.of(
              mart.build(
                      mart.reads().stream()
                          .collect(
                              Collectors.toMap(
                                  Function.identity(),
                                  source ->
                                      spark.createDataFrame(
                                          List.<Row>of(),
                                          new Refinement(
                                                  contracts.get(source), settings.privacyKey())
                                              .silverSchema()))))
                  .columns());
      if (!made.equals(columns)) {
        faults.add(place, "states columns " + columns + " and makes " + made);
      }
    } catch (Exception e) {
      if (!(e instanceof AnalysisException)) {
        throw e;
      }
      faults.add(place, e.getMessage().lines().findFirst().orElse(""));
    }
    Map<String, String> missing =
        mart.key().stream()
            .filter(column -> !columns.contains(column))
            .collect(Collectors.toMap(Function.identity(), column -> "no such column"));
    missing.forEach((column, why) -> faults.add(place + ": key " + column, why));
  }
}
