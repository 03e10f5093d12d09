package io.sluice.contract;

import static scala.collection.JavaConverters.seqAsJavaList;

import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.apache.spark.sql.catalyst.analysis.UnresolvedAttribute;
import org.apache.spark.sql.catalyst.analysis.UnresolvedFunction;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.LambdaFunction;
import org.apache.spark.sql.catalyst.expressions.NamedExpression;
import org.apache.spark.sql.catalyst.expressions.SubqueryExpression;
import org.apache.spark.sql.catalyst.expressions.UnresolvedNamedLambdaVariable;
import org.apache.spark.sql.catalyst.parser.CatalystSqlParser$;

/**
 * Reads the SQL expressions of contracts: which columns they use, and whether they may stand there.
 */
final class Expressions {
  /** Functions whose value is not fixed by their arguments: a rebuilt table would differ. */
  private static final Set<String> UNSTABLE =
      Set.of(
          "rand",
          "random",
          "randn",
          "uuid",
          "shuffle",
          "now",
          "current_timestamp",
          "current_date",
          "curdate",
          "localtimestamp",
          "unix_timestamp",
          "monotonically_increasing_id",
          "input_file_name",
          "spark_partition_id",
          "current_user",
          "user",
          "reflect",
          "java_method");

  private Expressions() {}

  /**
   * The columns that an expression names.
   *
   * @throws IllegalArgumentException if it is no expression, or one whose value is not fixed by the
   *     row
   */
  static SortedSet<String> columns(String sql) {
    SortedSet<String> columns = new TreeSet<>();
    Expression expression;
    try {
      expression = CatalystSqlParser$.MODULE$.parseExpression(sql);
    } catch (Exception e) {
      throw new IllegalArgumentException(
          "not a Spark SQL expression: " + e.getMessage().strip().lines().findFirst().orElse(""),
          e);
    }
    collect(expression, Set.of(), columns);
    return columns;
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
      for (NamedExpression argument : seqAsJavaList(lambda.arguments())) {
        known.add(argument.name());
      }
    } else if (expression instanceof SubqueryExpression) {
      throw new IllegalArgumentException("a subquery cannot stand here");
    } else if (expression instanceof UnresolvedFunction function
        && UNSTABLE.contains(function.nameParts().last().toLowerCase(Locale.ROOT))) {
      throw new IllegalArgumentException(
          function.nameParts().last() + "() gives another value each time and cannot stand here");
    }
    for (Expression child : seqAsJavaList(expression.children())) {
      collect(child, known, columns);
    }
  }
}
