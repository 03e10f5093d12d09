package io.sluice.engine;

import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.catalyst.FunctionIdentifier;
import org.apache.spark.sql.catalyst.analysis.FunctionRegistry$;
import org.apache.spark.sql.catalyst.analysis.Star;
import org.apache.spark.sql.catalyst.analysis.TableFunctionRegistry$;
import org.apache.spark.sql.catalyst.analysis.UnresolvedAttribute;
import org.apache.spark.sql.catalyst.analysis.UnresolvedFunction;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.ExpressionInfo;
import org.apache.spark.sql.catalyst.expressions.LambdaFunction;
import org.apache.spark.sql.catalyst.expressions.NamedExpression;
import org.apache.spark.sql.catalyst.expressions.SubqueryExpression;
import org.apache.spark.sql.catalyst.expressions.UnresolvedNamedLambdaVariable;
import org.apache.spark.sql.catalyst.expressions.UnresolvedWindowExpression;
import org.apache.spark.sql.catalyst.expressions.WindowExpression;
import org.apache.spark.sql.catalyst.parser.CatalystSqlParser$;
import org.apache.spark.sql.catalyst.plans.logical.Project;
import scala.Option;

/**
 * Reads SQL expressions without running them: which columns one names, and whether a row alone
 * fixes its value.
 */
public final class Expressions {
  private static final Set<String> SEVERAL_ROWS =
      Set.of("agg_funcs", "window_funcs", "generator_funcs");

  private Expressions() {}

  private static IllegalArgumentException unstable(String name) {
    return new IllegalArgumentException(
        name + "() gives another value each time and cannot stand here");
  }

  /**
   * The columns that an expression names, lambda variables left out.
   *
   * @throws IllegalArgumentException if the text is no expression, or one whose value is not fixed
   *     by the row
   */
  public static SortedSet<String> columns(String sql) {
    SortedSet<String> columns = new TreeSet<>();
    collect(parsed(sql), Set.of(), columns);
    for (String column : columns) {
      // Without parentheses these are read as columns, which is hardly what is meant.
      if (AllowedExpressions.isUnstableName(column) && !sql.contains("`" + column + "`")) {
        throw unstable(column);
      }
    }
    return columns;
  }

  /** The one column that an expression is, without anything done to it. */
  public static Optional<String> column(String sql) {
    return parsed(sql) instanceof UnresolvedAttribute attribute && attribute.nameParts().size() == 1
        ? Optional.of(attribute.nameParts().head())
        : Optional.empty();
  }

  private static Expression parsed(String sql) {
    try {
      return CatalystSqlParser$.MODULE$.parseExpression(sql);
    } catch (Exception e) {
      throw notAnExpression(e);
    }
  }

  /**
   * Of an exception that Spark's parser throws; it throws checked ones that it does not declare.
   */
  private static IllegalArgumentException notAnExpression(Exception e) {
    return new IllegalArgumentException(
        "not a Spark SQL expression: "
            + String.valueOf(e.getMessage()).strip().lines().findFirst().orElse(""),
        e);
  }

  /**
   * Whether the last step of a computed dataset gives one row for each row: no aggregate, no
   * window, no generator.
   */
  public static boolean isProjection(Dataset<Row> rows) {
    return rows.queryExecution().analyzed() instanceof Project;
  }

  private static void refuse(String what) {
    throw new IllegalArgumentException(
        what + " is none of Spark's functions of a row and cannot stand here");
  }

  private static void collect(Expression expression, Set<String> bound, SortedSet<String> columns) {
    Set<String> known = bound;
    if (expression instanceof UnresolvedAttribute attribute) {
      columns.add(attribute.nameParts().head());
    } else if (expression instanceof UnresolvedNamedLambdaVariable variable) {
      // Inside a lambda every name is read as a variable; those it does not bind are columns.
      if (!bound.contains(variable.nameParts().head())) {
        columns.add(variable.nameParts().head());
      }
    } else if (expression instanceof LambdaFunction lambda) {
      known = new HashSet<>(bound);
      for (NamedExpression argument : Scala.list(lambda.arguments())) {
        known.add(argument.name());
      }
    } else if (expression instanceof SubqueryExpression) {
      throw new IllegalArgumentException("a subquery cannot stand here");
    } else if (expression instanceof WindowExpression
        || expression instanceof UnresolvedWindowExpression) {
      throw new IllegalArgumentException("a window cannot stand here");
    } else if (expression instanceof UnresolvedFunction function) {
      if (AllowedExpressions.isUnstable(function.nameParts().last())) {
        throw unstable(function.nameParts().last());
      }
      Option<ExpressionInfo> info =
          FunctionRegistry$.MODULE$
              .builtin()
              .lookupFunction(new FunctionIdentifier(function.nameParts().last()));
      if (SEVERAL_ROWS.contains(info.isEmpty() ? "" : info.get().getGroup())
          || info.isEmpty()
              && TableFunctionRegistry$.MODULE$
                  .builtin()
                  .functionExists(new FunctionIdentifier(function.nameParts().last()))) {
        throw new IllegalArgumentException(
            function.nameParts().last() + "() is not of one row and cannot stand here");
      }
    } else if (expression instanceof Star) {
      throw new IllegalArgumentException("a star cannot stand here; name the columns");
    }
    AllowedExpressions.refusal(expression).ifPresent(Expressions::refuse);
    for (Expression child : Scala.list(expression.children())) {
      collect(child, known, columns);
    }
  }
}
