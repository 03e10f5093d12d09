package io.sluice.quality;

import com.amazon.deequ.analyzers.Analyzer;
import com.amazon.deequ.analyzers.Compliance;
import com.amazon.deequ.analyzers.FilterableAnalyzer;
import com.amazon.deequ.dqdl.model.ColumnDataTypeExecutableRule;
import com.amazon.deequ.dqdl.model.ColumnNamesMatchPatternExecutableRule;
import com.amazon.deequ.dqdl.model.CompositeExecutableRule;
import com.amazon.deequ.dqdl.model.DeequExecutableRule;
import com.amazon.deequ.dqdl.model.ExecutableRule;
import com.amazon.deequ.dqdl.model.UnsupportedExecutableRule;
import com.amazon.deequ.dqdl.translation.DQDLRuleTranslator;
import com.amazon.deequ.dqdl.util.DefaultDQDLParser;
import io.sluice.engine.Expressions;
import io.sluice.engine.Scala;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import software.amazon.glue.dqdl.model.condition.Condition;
import software.amazon.glue.dqdl.model.condition.date.DateBasedCondition;
import software.amazon.glue.dqdl.model.condition.date.DateExpression;
import software.amazon.glue.dqdl.model.condition.number.BinaryExpressionOperand;
import software.amazon.glue.dqdl.model.condition.number.FunctionCallOperand;
import software.amazon.glue.dqdl.model.condition.number.NumberBasedCondition;
import software.amazon.glue.dqdl.model.condition.number.NumericOperand;
import software.amazon.glue.dqdl.model.condition.string.StringBasedCondition;
import software.amazon.glue.dqdl.model.condition.string.StringOperand;

/**
 * Reads DQDL, AWS Glue's language of data quality rules, and refuses what Deequ does not run.
 *
 * <p>Deequ does not report an unsupported rule as an error: it says that the data failed. So such a
 * rule must be refused before any data is judged.
 */
public final class Dqdl {
  private Dqdl() {}

  /**
   * Why a check's text cannot be run; empty if it can.
   *
   * @param columns the columns that the text may name
   */
  public static Optional<String> error(String dqdl, Collection<String> columns) {
    List<ExecutableRule> rules;
    try {
      rules = parse(dqdl);
    } catch (Exception e) {
      return Optional.of(
          "not a DQDL rule: " + String.valueOf(e.getMessage()).strip().replaceAll("\\s+", " "));
    }
    if (rules.size() != 1) {
      return Optional.of("must be one DQDL rule; there are " + rules.size());
    }
    return error(rules.get(0), columns);
  }

  /** The rule of a text in which {@link #error} finds no error. */
  static ExecutableRule rule(String dqdl) {
    return parse(dqdl).get(0);
  }

  private static List<ExecutableRule> parse(String dqdl) {
    return Scala.list(
        DQDLRuleTranslator.toExecutableRules(DefaultDQDLParser.parse("Rules = [ " + dqdl + " ]")));
  }

  private static Optional<String> error(ExecutableRule rule, Collection<String> columns) {
    if (rule instanceof UnsupportedExecutableRule unsupported) {
      return Optional.of(
          "Deequ cannot run it: "
              + (unsupported.reason().isEmpty() ? "unsupported" : unsupported.reason().get()));
    }
    if (rule instanceof CompositeExecutableRule composite) {
      return Scala.list(composite.nestedRules()).stream()
          .flatMap(nested -> error(nested, columns).stream())
          .findFirst();
    }
    String type = rule.dqRule().getRuleType();
    boolean readsOnlyTheCommit =
        rule instanceof DeequExecutableRule
            || rule instanceof ColumnNamesMatchPatternExecutableRule
            || rule instanceof ColumnDataTypeExecutableRule;
    if (!readsOnlyTheCommit || type.equals("CustomSql")) {
      return Optional.of(
          type
              + " looks at more than the rows of a commit (another table, the clock); use"
              + " relationships, a rule, or the table's freshness");
    }
    if (isMoving(rule.dqRule().getCondition()) || isMoving(rule.dqRule().getThresholdCondition())) {
      return Optional.of("its bound is not fixed: it depends on earlier runs or on the clock");
    }
    if (quotes(rule.dqRule().getCondition())) {
      return Optional.of(
          "a text in its condition holds ' or \\, which Deequ does not carry into SQL; use a rule");
    }
    Optional<String> sql =
        sql(rule).stream().flatMap(text -> sqlError(text, columns).stream()).findFirst();
    if (sql.isPresent()) {
      return sql;
    }
    for (Map.Entry<String, String> parameter : rule.dqRule().getParameters().entrySet()) {
      if (parameter.getKey().startsWith("TargetColumn")
          && !columns.contains(parameter.getValue())) {
        return Optional.of("there is no column " + parameter.getValue());
      }
    }
    return Optional.empty();
  }

  /** Whether a bound depends on the clock or on the metrics of earlier runs. */
  private static boolean isMoving(Condition condition) {
    return condition instanceof NumberBasedCondition numbers
            && numbers.getOperands().stream().anyMatch(Dqdl::isMoving)
        || condition instanceof DateBasedCondition dates
            && dates.getOperands().stream()
                .anyMatch(
                    date ->
                        date instanceof DateExpression.CurrentDate
                            || date instanceof DateExpression.CurrentDateExpression);
  }

  private static boolean isMoving(NumericOperand operand) {
    return operand instanceof FunctionCallOperand
        || operand instanceof BinaryExpressionOperand both
            && (isMoving(both.getOperand1()) || isMoving(both.getOperand2()));
  }

  /** Whether a text of a condition would end the SQL literal that Deequ makes of it. */
  private static boolean quotes(Condition condition) {
    return condition instanceof StringBasedCondition texts
        && !texts.getOperator().name().contains("MATCHES")
        && texts.getOperands().stream()
            .map(StringOperand::getOperand)
            .anyMatch(text -> text.indexOf('\'') >= 0 || text.indexOf('\\') >= 0);
  }

  /** The SQL that Deequ runs for a rule: what stands in its text, and what Deequ makes of it. */
  private static List<String> sql(ExecutableRule rule) {
    List<String> texts = new ArrayList<>();
    texts.add(rule.dqRule().getWhereClause());
    if (rule instanceof DeequExecutableRule run) {
      for (Analyzer<?, ?> analyzer : Scala.javaSet(run.check().requiredAnalyzers())) {
        if (analyzer instanceof Compliance compliance) {
          texts.add(compliance.predicate());
        }
        if (analyzer instanceof FilterableAnalyzer filtered
            && filtered.filterCondition().isDefined()) {
          texts.add(filtered.filterCondition().get());
        }
      }
    }
    texts.removeIf(text -> text == null || text.isEmpty());
    return texts;
  }

  /** Why a condition over a row cannot stand in a rule: as for an expression of a contract. */
  private static Optional<String> sqlError(String condition, Collection<String> columns) {
    try {
      return Expressions.columns(condition).stream()
          .filter(column -> !columns.contains(column))
          .findFirst()
          .map(column -> "there is no column " + column);
    } catch (IllegalArgumentException e) {
      return Optional.of("its where clause or condition: " + e.getMessage());
    }
  }
}
