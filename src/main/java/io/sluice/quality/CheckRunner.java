package io.sluice.quality;

import static io.sluice.engine.Columns.named;

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
import io.sluice.engine.NumberQuery;
import io.sluice.engine.ObservedMetrics;
import io.sluice.engine.Scala;
import io.sluice.quality.Demand.DqdlRule;
import io.sluice.quality.Demand.Library;
import io.sluice.quality.Demand.Query;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import scala.Option;

/**
 * Runs a batch's checks: reads the rows that a commit writes, gives a {@link CheckResult} for each
 * check.
 *
 * <p>Most checks are measured while the rows are written: Spark computes Deequ's aggregations and
 * those of {@link LibraryMetrics} in the write's own pass; Deequ turns its own into metrics and
 * decides. Checks that need a grouping or a scan of another kind, and queries, read the staged
 * files afterwards, only the columns they need. One instance serves one batch.
 */
public final class CheckRunner {
  private final List<Check> checks;
  private final Map<Check, ExecutableRule> rules = new LinkedHashMap<>();
  private final Map<Analyzer<?, ?>, List<Column>> shared = new LinkedHashMap<>();
  private final Set<Library> metrics = new LinkedHashSet<>();
  private ObservedMetrics measures;

  public CheckRunner(List<Check> checks) {
    this.checks = List.copyOf(checks);
    for (Check check : checks) {
      if (check.demand() instanceof DqdlRule dqdl) {
        ExecutableRule rule = Dqdl.rule(dqdl.text());
        rules.put(check, rule);
        if (isMeasuredByWrite(rule)) {
          analyzers(rule).forEach(analyzer -> shared.put(analyzer, aggregations(analyzer)));
        }
      } else if (check.demand() instanceof Library library
          && LibraryMetrics.isMeasuredByWrite(library)) {
        metrics.add(library);
      }
    }
  }

  private static List<Column> aggregations(Analyzer<?, ?> analyzer) {
    return Scala.list(((ScanShareableAnalyzer<?, ?>) analyzer).aggregationFunctions());
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
    int number = 0;
    for (Library metric : metrics) {
      columns.add(LibraryMetrics.number(metric, rows.schema()).as("n" + number++));
    }
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
    Map<String, Object> observed = measures == null ? Map.of() : measures.get();
    AnalyzerContext measured = measured(observed);
    Map<ExecutableRule, RuleOutcome> deferred = deferred(staged);
    Map<Library, Double> numbers = numbers(observed, staged);
    List<CheckResult> checkResults = new ArrayList<>();
    for (Check check : checks) {
      if (check.demand() instanceof Library library) {
        checkResults.add(result(check, library.bound(), numbers.get(library)));
      } else if (check.demand() instanceof Query query) {
        checkResults.add(result(check, query, staged.get()));
      } else {
        ExecutableRule rule = rules.get(check);
        checkResults.add(
            deferred.containsKey(rule)
                ? result(check, deferred.get(rule))
                : result(check, ((DeequExecutableRule) rule).check().evaluate(measured)));
      }
    }
    return checkResults;
  }

  /** Of each metric of the library its number; of two that are equal it is measured once. */
  private Map<Library, Double> numbers(
      Map<String, Object> observed, Supplier<Dataset<Row>> staged) {
    Map<Library, Double> numbers = new HashMap<>();
    for (Library metric : metrics) {
      numbers.put(metric, (Double) observed.get("n" + numbers.size()));
    }
    for (Check check : checks) {
      if (check.demand() instanceof Library library) {
        numbers.computeIfAbsent(library, metric -> LibraryMetrics.grouped(metric, staged.get()));
      }
    }
    return numbers;
  }

  @SuppressWarnings({"unchecked", "rawtypes"})
  private AnalyzerContext measured(Map<String, Object> observed) {
    Map<Analyzer<?, ?>, Metric<?>> deequs = new HashMap<>();
    Object[] values = new Object[shared.values().stream().mapToInt(List::size).sum()];
    for (int i = 0; i < values.length; i++) {
      values[i] = observed.get("m" + i);
    }
    Row row = RowFactory.create(values);
    int offset = 0;
    for (Map.Entry<Analyzer<?, ?>, List<Column>> entry : shared.entrySet()) {
      deequs.put(
          entry.getKey(),
          ((ScanShareableAnalyzer) entry.getKey())
              .metricFromAggregationResult(row, offset, Option.empty(), Option.empty()));
      offset += entry.getValue().size();
    }
    return new AnalyzerContext((scala.collection.immutable.Map) Scala.map(deequs));
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

  private static CheckResult result(Check check, Bound bound, double number) {
    return result(
        check,
        bound.holds(number) ? CheckOutcome.PASSED : CheckOutcome.FAILED,
        number,
        "it is " + Bound.text(number));
  }

  private static CheckResult result(Check check, Query query, Dataset<Row> rows) {
    NumberQuery.Answer answer =
        NumberQuery.answer(query.sql(), query.table(), rows.select(named(query.columns())));
    return answer
        .number()
        .map(number -> result(check, query.bound(), number))
        .orElseGet(() -> result(check, CheckOutcome.FAILED, null, answer.failure()));
  }

  private static CheckResult result(
      Check check, CheckOutcome outcome, Double value, String reason) {
    String demand = check.demand().text();
    return new CheckResult(
        check.name(),
        check.severity(),
        demand,
        outcome,
        value,
        outcome == CheckOutcome.PASSED ? "" : demand + ": " + reason);
  }
}
