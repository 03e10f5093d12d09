package io.sluice.engine;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.apache.spark.sql.catalyst.FunctionIdentifier;
import org.apache.spark.sql.catalyst.analysis.ExpressionWithUnresolvedIdentifier;
import org.apache.spark.sql.catalyst.analysis.FunctionRegistry$;
import org.apache.spark.sql.catalyst.analysis.Parameter;
import org.apache.spark.sql.catalyst.analysis.UnresolvedFunction;
import org.apache.spark.sql.catalyst.analysis.UnresolvedGenerator;
import org.apache.spark.sql.catalyst.expressions.CallMethodViaReflection;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.UserDefinedExpression;

/**
 * Which SQL expressions people may write, in a query, a contract or a check: Spark's own functions
 * of values. What is not known to be one is refused: a function that calls Java, one that someone
 * has registered, a name that is computed.
 */
final class AllowedExpressions {
  private static final List<String> PACKAGES =
      List.of(
          "org.apache.spark.sql.catalyst.expressions.", "org.apache.spark.sql.catalyst.analysis.");

  /** Functions that run code of the caller's choice. */
  private static final Set<String> CODE = Set.of("reflect", "java_method", "try_reflect");

  /** Functions that make rows of their arguments alone. */
  private static final Set<String> TABLE_FUNCTIONS =
      Set.of(
          "range",
          "explode",
          "explode_outer",
          "posexplode",
          "posexplode_outer",
          "inline",
          "inline_outer",
          "stack",
          "json_tuple");

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
          "current_timezone",
          "localtimestamp",
          "unix_timestamp",
          "monotonically_increasing_id",
          "input_file_name",
          "input_file_block_start",
          "input_file_block_length",
          "spark_partition_id",
          "current_user",
          "session_user",
          "user",
          "current_catalog",
          "current_database",
          "current_schema",
          "version",
          "aes_encrypt");

  /** Those among them that are written without parentheses and that nobody names a column by. */
  private static final Set<String> WITHOUT_PARENTHESES =
      Set.of("current_date", "current_timestamp", "current_user", "session_user", "localtimestamp");

  private AllowedExpressions() {}

  /** What an expression by itself, without those below it, is that no query may hold. */
  static Optional<String> refusal(Expression expression) {
    if (expression instanceof UnresolvedFunction function) {
      return refusedFunction(Scala.list(function.nameParts()));
    }
    if (expression instanceof UnresolvedGenerator generator) {
      return refusedFunction(List.of(generator.name().unquotedString()));
    }
    if (expression instanceof ExpressionWithUnresolvedIdentifier) {
      return Optional.of("IDENTIFIER");
    }
    boolean isKnown =
        PACKAGES.stream().anyMatch(expression.getClass().getName()::startsWith)
            && !(expression instanceof CallMethodViaReflection)
            && !(expression instanceof UserDefinedExpression)
            && !(expression instanceof Parameter);
    return isKnown ? Optional.empty() : Optional.of(expression.nodeName());
  }

  /** Whether a name without parentheses is a function's whose value nothing fixes. */
  static boolean isUnstableName(String name) {
    return WITHOUT_PARENTHESES.contains(name.toLowerCase(Locale.ROOT));
  }

  /** Whether a function's value is not fixed by its arguments. */
  static boolean isUnstable(String function) {
    return UNSTABLE.contains(function.toLowerCase(Locale.ROOT));
  }

  /** A table function's name, unless all it does is to make rows of its arguments. */
  static Optional<String> refusedTableFunction(List<String> name) {
    return name.size() == 1 && TABLE_FUNCTIONS.contains(name.get(0).toLowerCase(Locale.ROOT))
        ? Optional.empty()
        : Optional.of(String.join(".", name));
  }

  private static Optional<String> refusedFunction(List<String> name) {
    String last = name.get(name.size() - 1);
    boolean isSparksOwn =
        name.size() == 1
            && FunctionRegistry$.MODULE$.builtin().functionExists(new FunctionIdentifier(last))
            && !CODE.contains(last.toLowerCase(Locale.ROOT));
    return isSparksOwn ? Optional.empty() : Optional.of(String.join(".", name));
  }
}
