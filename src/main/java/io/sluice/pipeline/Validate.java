package io.sluice.pipeline;

import io.sluice.contract.Contract;
import io.sluice.contract.Contracts;
import io.sluice.mart.Mart;
import io.sluice.mart.Marts;
import io.sluice.quality.Check;
import io.sluice.quality.Demand;
import io.sluice.quality.Dqdl;
import io.sluice.refine.ContractExpressions;
import io.sluice.refine.Refiner;
import io.sluice.run.RunContext;
import io.sluice.settings.Key;
import io.sluice.settings.Session;
import io.sluice.settings.Settings;
import io.sluice.settings.ValidationErrors;
import io.sluice.stream.AlertBatch;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.sql.AnalysisException;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * Checks settings, contracts, their expressions and rules, and the marts over them, without
 * touching lake or landing.
 *
 * <p>Expressions are analyzed by Spark as a run would, against the columns that they name.
 */
public final class Validate {
  private Validate() {}

  /**
   * Says what was found valid.
   *
   * @throws ValidationErrors.ValidationException naming every error
   */
  public static String run(Settings settings) {
    Contracts contracts = Contracts.read(Path.of(settings.get(Key.CONTRACTS)));
    RunContext.checkSettings(settings, contracts);
    SparkSession spark = Session.open(settings, "validate");
    ValidationErrors errors = new ValidationErrors();
    for (Contract contract : contracts.inOrder()) {
      ContractExpressions.check(contract, spark, errors);
      AlertBatch.check(contract, spark, errors);
    }
    errors.throwIfAny();
    List<Mart> marts = Marts.of(contracts);
    marts.forEach(mart -> check(mart, contracts, settings, spark, errors));
    errors.throwIfAny();
    String warnings =
        Stream.concat(
                contracts.warnings().stream(),
                contracts.inOrder().stream()
                    .flatMap(contract -> ContractExpressions.warnings(contract, spark).stream()))
            .map(warning -> "\nwarning: " + warning)
            .collect(Collectors.joining());
    return settings.environment()
        + ": "
        + contracts.inOrder().size()
        + " contracts and "
        + marts.size()
        + " marts are valid"
        + warnings;
  }

  /** Why a mart cannot be made of silver as the contracts have it; empty if it can. */
  private static Optional<String> refusal(
      Mart mart, Contracts contracts, Settings settings, SparkSession spark) {
    List<String> columns = mart.columns().stream().map(Mart.Column::name).toList();
    try {
      List<String> made =
          List.of(
              mart.build(
                      mart.reads().stream()
                          .collect(
                              Collectors.toMap(
                                  Function.identity(),
                                  table ->
                                      spark.createDataFrame(
                                          List.<Row>of(),
                                          new Refiner(
                                                  contracts.ofTable(table).orElseThrow(),
                                                  settings.privacyKey())
                                              .schema(table)))))
                  .columns());
      return made.equals(columns)
          ? Optional.empty()
          : Optional.of("states columns " + columns + " and makes " + made);
    } catch (Exception e) {
      if (!(e instanceof AnalysisException)) {
        throw e;
      }
      return Optional.of(e.getMessage().lines().findFirst().orElse(""));
    }
  }

  /** The marts that read a source's silver table and cannot be made of it by its contract. */
  public static List<String> brokenMarts(RunContext context, String source) {
    return Marts.of(context.contracts()).stream()
        .filter(mart -> context.contracts().sources(mart.reads()).contains(source))
        .flatMap(
            mart ->
                refusal(mart, context.contracts(), context.settings(), context.spark()).stream()
                    .map(why -> "mart " + mart.name() + ": " + why))
        .toList();
  }

  private static void check(
      Mart mart,
      Contracts contracts,
      Settings settings,
      SparkSession spark,
      ValidationErrors errors) {
    String place = "mart " + mart.name();
    List<String> columns = mart.columns().stream().map(Mart.Column::name).toList();
    for (Check check : mart.checks()) {
      if (check.demand() instanceof Demand.DqdlRule dqdl) {
        Dqdl.error(dqdl.text(), columns)
            .ifPresent(why -> errors.add(place + ": check " + check.name(), why));
      }
    }
    refusal(mart, contracts, settings, spark).ifPresent(why -> errors.add(place, why));
    Map<String, String> missing =
        mart.key().stream()
            .filter(column -> !columns.contains(column))
            .collect(Collectors.toMap(Function.identity(), column -> "no such column"));
    missing.forEach((column, why) -> errors.add(place + ": key " + column, why));
  }
}
