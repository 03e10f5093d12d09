package io.sluice.quality;

import com.amazon.deequ.analyzers.Analyzer;
import com.amazon.deequ.analyzers.DataType;
import com.amazon.deequ.analyzers.KLLSketch;
import com.amazon.deequ.analyzers.ScanShareableAnalyzer;
import com.amazon.deequ.analyzers.runners.AnalyzerContext;
import com.amazon.deequ.checks.CheckStatus;
import com.amazon.deequ.constraints.ConstraintResult;
import com.amazon.deequ.dqdl.execution.DQDLExecutor;
import com.amazon.deequ.dqdl.model.DeequExecutableRule;
import com.amazon.deequ.dqdl.model.ExecutableRule;
import com.amazon.deequ.dqdl.model.Passed$;
import com.amazon.deequ.dqdl.model.RuleOutcome;
import com.amazon.deequ.metrics.Metric;
import io.sluice.engine.NativeColumns;
import io.sluice.engine.ObservedMetrics;
import io.sluice.engine.Scala;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import scala.Option;

/**
 * Runs a batch's checks with Deequ: reads the rows that a commit writes, gives a {@link
 * CheckResult} for each check.
 *
 * <p>Most checks are measured while the rows are written: Spark computes Deequ's aggregations in
 * the write's own pass, and Deequ turns them into metrics and decides. Checks that need a grouping
 * or a scan of another kind read the staged files afterwards, only the columns they need. One
 * instance serves one batch.
 */
public final class CheckRunner {
  private final List<Check> checks;
  private final Map<Check, ExecutableRule> rules = new LinkedHashMap<>();
  private final Map<Analyzer<?, ?>, List<Column>> shared = new LinkedHashMap<>();
  private ObservedMetrics measures;

  public CheckRunner(List<Check> checks) {
    this.checks = List.copyOf(checks);
    for (Check check : checks) {
      ExecutableRule rule = Dqdl.rule(check.dqdl());
      rules.put(check, rule);
      if (isMeasuredByWrite(rule)) {
        analyzers(rule)
            .forEach(
                analyzer ->
                    shared.put(
                        analyzer,
                        Scala.list(
                            ((ScanShareableAnalyzer<?, ?>) analyzer).aggregationFunctions())));
      }
    }
  }

  private static List<Analyzer<?, ?>> analyzers(ExecutableRule rule) {
    return new ArrayList<>(Scala.javaSet(((DeequExecutableRule) rule).check().requiredAnalyzers()));
  }

  /**
   * Whether a rule is measured in the pass that writes the rows; Deequ's DataType and KLLSketch
   * cannot be serialized with a plan.
   */
  private static boolean isMeasuredByWrite(ExecutableRule rule) {
    return rule instanceof DeequExecutableRule
        && analyzers(rule).stream()
            .allMatch(
                analyzer ->
                    analyzer instanceof ScanShareableAnalyzer
                        && !(analyzer instanceof DataType)
                        && !(analyzer instanceof KLLSketch));
  }

  /**
   * The same rows; the checks' metrics are measured when they are written. To be called once,
   * before {@link #judge}.
   */
  public Dataset<Row> observe(Dataset<Row> rows) {
    List<Column> columns = new ArrayList<>();
    shared
        .values()
        .forEach(
            aggregations ->
                aggregations.forEach(
                    aggregation -> columns.add(aggregation.as("m" + columns.size()))));
    if (columns.isEmpty()) {
      return rows;
    }
    measures = new ObservedMetrics();
    Column[] rest = columns.subList(1, columns.size()).toArray(Column[]::new);
    // Over a column that cannot be null, such as a count, the code that Spark generates for some of
    // Deequ's aggregations does not compile: Spark logs a long error and interprets them, slower.
    return measures.observe(NativeColumns.nullable(rows), columns.get(0), rest);
  }

  /**
   * The result of each check, in the checks' order, over rows that have been written. There must be
   * at least one row: without any, Spark measures nothing.
   *
   * @param staged the rows as written, asked for only if a check needs a scan of its own
   */
  public List<CheckResult> judge(Supplier<Dataset<Row>> staged) {
    AnalyzerContext measured = measured();
    Map<ExecutableRule, RuleOutcome> deferred = deferred(staged);
    List<CheckResult> checkResults = new ArrayList<>();
    for (Check check : checks) {
      ExecutableRule rule = rules.get(check);
      checkResults.add(
          deferred.containsKey(rule)
              ? result(check, deferred.get(rule))
              : result(check, ((DeequExecutableRule) rule).check().evaluate(measured)));
    }
    return checkResults;
  }

  @SuppressWarnings({"unchecked", "rawtypes"})
  private AnalyzerContext measured() {
    Map<Analyzer<?, ?>, Metric<?>> metrics = new HashMap<>();
    if (measures != null) {
      Map<String, Object> observed = measures.get();
      Object[] values = new Object[observed.size()];
      for (int i = 0; i < values.length; i++) {
        values[i] = observed.get("m" + i);
      }
      Row row = RowFactory.create(values);
      int offset = 0;
      for (Map.Entry<Analyzer<?, ?>, List<Column>> entry : shared.entrySet()) {
        metrics.put(
            entry.getKey(),
            ((ScanShareableAnalyzer) entry.getKey())
                .metricFromAggregationResult(row, offset, Option.empty(), Option.empty()));
        offset += entry.getValue().size();
      }
    }
    return new AnalyzerContext((scala.collection.immutable.Map) Scala.map(metrics));
  }

  private Map<ExecutableRule, RuleOutcome> deferred(Supplier<Dataset<Row>> staged) {
    List<ExecutableRule> own =
        rules.values().stream().filter(rule -> !isMeasuredByWrite(rule)).toList();
    Map<ExecutableRule, RuleOutcome> outcomes = new HashMap<>();
    if (!own.isEmpty()) {
      Map<?, RuleOutcome> byRule =
          Scala.javaMap(
              DQDLExecutor.executeRules(Scala.seq(own), staged.get(), Scala.map(Map.of())));
      own.forEach(rule -> outcomes.put(rule, byRule.get(rule.dqRule())));
    }
    return outcomes;
  }

  private static CheckResult result(Check check, com.amazon.deequ.checks.CheckResult result) {
    Double value = null;
    StringBuilder message = new StringBuilder();
    for (ConstraintResult constraint : Scala.list(result.constraintResults())) {
      boolean decides = value == null || (message.isEmpty() && constraint.message().isDefined());
      if (decides && constraint.metric().isDefined()) {
        Metric<?> metric = constraint.metric().get();
        if (metric.value().isSuccess() && metric.value().get() instanceof Double measured) {
          value = measured;
        }
      }
      if (constraint.message().isDefined()) {
        message.append(message.isEmpty() ? "" : "; ").append(constraint.message().get());
      }
    }
    return result(
        check,
        result.status().equals(CheckStatus.Success()) ? CheckOutcome.PASSED : CheckOutcome.FAILED,
        value,
        message.toString());
  }

  private static CheckResult result(Check check, RuleOutcome outcome) {
    Map<String, Object> metrics = Scala.javaMap(outcome.evaluatedMetrics());
    Double value =
        metrics.values().stream()
            .filter(Double.class::isInstance)
            .map(Double.class::cast)
            .findFirst()
            .orElse(null);
    String reason = outcome.failureReason().isDefined() ? outcome.failureReason().get() : "";
    return result(
        check,
        outcome.outcome() == Passed$.MODULE$ ? CheckOutcome.PASSED : CheckOutcome.FAILED,
        value,
        reason);
  }

  private static CheckResult result(
      Check check, CheckOutcome outcome, Double value, String reason) {
    return new CheckResult(
        check.name(),
        check.severity(),
        check.dqdl(),
        outcome,
        value,
        outcome == CheckOutcome.PASSED ? "" : check.dqdl() + ": " + reason);
  }
}
