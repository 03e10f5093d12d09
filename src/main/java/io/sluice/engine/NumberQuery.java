package io.sluice.engine;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.spark.SparkException;
import org.apache.spark.SparkThrowable;
import org.apache.spark.sql.AnalysisException;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.AliasIdentifier;
import org.apache.spark.sql.catalyst.analysis.UnresolvedAttribute;
import org.apache.spark.sql.catalyst.analysis.UnresolvedFunction;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.parser.CatalystSqlParser$;
import org.apache.spark.sql.catalyst.plans.logical.Aggregate;
import org.apache.spark.sql.catalyst.plans.logical.CTERelationDef;
import org.apache.spark.sql.catalyst.plans.logical.CTERelationRef;
import org.apache.spark.sql.catalyst.plans.logical.Join;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.catalyst.plans.logical.SubqueryAlias;
import org.apache.spark.sql.catalyst.plans.logical.UnresolvedWith;
import org.apache.spark.sql.catalyst.trees.TreeNode;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.NumericType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import scala.Tuple2;

/**
 * Answers a query over one set of rows, that it knows by a name, with one number.
 *
 * <p>Guarantee: a query of which {@link #refusal(String, String)} and {@link #refusal(SparkSession,
 * String, String, StructType)} find nothing reads these rows alone, runs no code of its own, gives
 * the same number for the same rows, and gives one. The name is the query's alone: no view of the
 * session is made, and none is seen.
 */
public final class NumberQuery {
  /** Operators with exactly one row for each of their one input's. */
  private static final Set<String> PASSING =
      Set.of("Project", "SubqueryAlias", "Sort", "ResolvedHint", "Window");

  /** Joins that, without a condition, give a row for each pair. */
  private static final Set<String> JOINS = Set.of("INNER", "CROSS");

  /** Aggregates whose value depends on the order of rows, if only among equal ones. */
  private static final Set<String> ORDERED =
      Set.of(
          "first",
          "first_value",
          "last",
          "last_value",
          "any_value",
          "collect_list",
          "collect_set",
          "array_agg",
          "max_by",
          "min_by",
          "mode",
          "percentile_approx",
          "approx_percentile");

  private static final Set<String> CUTTING = Set.of("GlobalLimit", "LocalLimit", "Offset");

  private NumberQuery() {}

  /** A number, or why there is none. */
  public record Answer(Optional<Double> number, String failure) {}

  /** Why a query's text cannot stand; nothing is looked up. */
  public static Optional<String> refusal(String sql, String table) {
    LogicalPlan parsed;
    try {
      parsed = parsed(sql);
    } catch (Exception e) {
      // Spark's parser throws checked exceptions that it does not declare.
      return Optional.of("not a Spark SQL query: " + QueryGuard.firstLine(e).strip());
    }
    List<TreeNode<?>> nodes = QueryGuard.nodes(parsed);
    Optional<String> refused = first(nodes, QueryGuard::refused);
    if (refused.isPresent()) {
      return Optional.of("would do more than read rows (" + refused.get() + ")");
    }
    List<List<String>> tables = QueryGuard.tables(parsed);
    for (List<String> name : tables) {
      if (name.size() != 1 || !name.get(0).equalsIgnoreCase(table)) {
        return Optional.of("reads " + String.join(".", name) + "; it can read " + table + " alone");
      }
    }
    if (tables.isEmpty()) {
      return Optional.of("does not read " + table);
    }
    return first(nodes, node -> unstable(node, sql));
  }

  private static LogicalPlan parsed(String sql) {
    return CatalystSqlParser$.MODULE$.parsePlan(sql);
  }

  private static Optional<String> first(
      List<TreeNode<?>> nodes, Function<TreeNode<?>, Optional<String>> judge) {
    return nodes.stream().flatMap(node -> judge.apply(node).stream()).findFirst();
  }

  /** What gives another number each time for the same rows, as far as names tell. */
  private static Optional<String> unstable(TreeNode<?> node, String sql) {
    String name = node.nodeName();
    if (node instanceof Expression expression && !(node instanceof UnresolvedAttribute)) {
      // The parser knows some functions by itself.
      name =
          node instanceof UnresolvedFunction function
              ? function.nameParts().last()
              : expression.prettyName();
      if (ORDERED.contains(name.toLowerCase(Locale.ROOT))) {
        return Optional.of(name + "() depends on the order of rows, which nothing fixes");
      }
      return AllowedExpressions.isUnstable(name) ? Optional.of(another(name + "()")) : none();
    }
    if (node instanceof UnresolvedAttribute attribute && attribute.nameParts().size() == 1) {
      name = attribute.nameParts().head();
      // Without parentheses these are read as columns, which is hardly what is meant.
      return AllowedExpressions.isUnstableName(name) && !sql.contains("`" + name + "`")
          ? Optional.of(another(name))
          : none();
    }
    if (name.equals("Sample")) {
      return Optional.of(another("TABLESAMPLE"));
    }
    boolean isSorted =
        !(node instanceof LogicalPlan plan)
            || Scala.list(plan.children()).stream()
                .allMatch(
                    child -> child.nodeName().equals("Sort") || CUTTING.contains(child.nodeName()));
    return CUTTING.contains(name) && !isSorted
        ? Optional.of(another("LIMIT or OFFSET without ORDER BY"))
        : none();
  }

  private static Optional<String> none() {
    return Optional.empty();
  }

  private static String another(String what) {
    return what + " gives another value each time and cannot stand here";
  }

  /**
   * Why a query cannot be answered over rows of given columns; Spark analyzes it without any row.
   *
   * @param sql one of which {@link #refusal(String, String)} finds nothing
   */
  public static Optional<String> refusal(
      SparkSession spark, String sql, String table, StructType columns) {
    LogicalPlan analyzed;
    try {
      analyzed =
          over(sql, table, spark.createDataFrame(List.of(), columns)).queryExecution().analyzed();
    } catch (Exception e) {
      // Spark throws checked exceptions that its methods do not declare.
      return Optional.of(QueryGuard.firstLine(e).strip());
    }
    List<TreeNode<?>> nodes = QueryGuard.nodes(analyzed);
    Optional<String> refused =
        first(nodes, node -> QueryGuard.refusedAnalyzed(node, folder -> false));
    if (refused.isPresent()) {
      return Optional.of("would do more than read rows (" + refused.get() + ")");
    }
    StructField[] given = analyzed.schema().fields();
    if (given.length != 1 || !(given[0].dataType() instanceof NumericType)) {
      return Optional.of(
          "must give one number; it gives "
              + List.of(given).stream()
                  .map(field -> field.name() + " " + field.dataType().sql())
                  .collect(Collectors.joining(", ")));
    }
    return givesOneRow(analyzed, nodes)
        ? none()
        : Optional.of(
            "must give one number, and may give none or several: aggregate without GROUP BY");
  }

  private static Dataset<Row> over(String sql, String table, Dataset<Row> rows) {
    SubqueryAlias named =
        new SubqueryAlias(new AliasIdentifier(table), rows.queryExecution().analyzed());
    LogicalPlan with =
        new UnresolvedWith(parsed(sql), Scala.seq(List.of(new Tuple2<>(table, named))));
    return Dataset.ofRows(rows.sparkSession(), with);
  }

  private static boolean givesOneRow(LogicalPlan plan, List<TreeNode<?>> all) {
    if (plan instanceof Aggregate aggregate) {
      return aggregate.groupingExpressions().isEmpty();
    }
    if (plan instanceof CTERelationRef of) {
      return all.stream()
          .anyMatch(
              node ->
                  node instanceof CTERelationDef cte
                      && cte.id() == of.cteId()
                      && givesOneRow(cte.child(), all));
    }
    String name = plan.nodeName();
    if (name.equals("OneRowRelation")) {
      return true;
    }
    if (name.equals("WithCTE")) {
      return givesOneRow(plan.children().last(), all);
    }
    boolean passes =
        PASSING.contains(name)
            || plan instanceof Join join
                && join.condition().isEmpty()
                && JOINS.contains(join.joinType().sql());
    return passes && Scala.list(plan.children()).stream().allMatch(one -> givesOneRow(one, all));
  }

  /**
   * Runs a query over rows. Cost: a job, more if it joins or groups; only the columns that it names
   * are read.
   *
   * @param sql one of which neither refusal finds anything
   */
  public static Answer answer(String sql, String table, Dataset<Row> rows) {
    try {
      List<Row> given =
          over(sql, table, rows)
              .toDF("number")
              .select(functions.col("number").cast("double"))
              .collectAsList();
      return given.size() != 1
              || given.get(0).isNullAt(0)
              || !Double.isFinite(given.get(0).getDouble(0))
          ? new Answer(Optional.empty(), "gives no number")
          : new Answer(Optional.of(given.get(0).getDouble(0)), "");
    } catch (Exception e) {
      return new Answer(Optional.empty(), "fails on a value: " + ofValue(e));
    }
  }

  /**
   * The kind of what a value has caused, without the value; what has another cause, such as a file
   * that cannot be read, is thrown on.
   */
  private static String ofValue(Exception e) {
    boolean isOfJob = false;
    Throwable last = e;
    for (Throwable at = e; at != null; at = at.getCause()) {
      if (at instanceof IOException || at instanceof AnalysisException) {
        throw unexpected(e);
      }
      isOfJob |= at instanceof SparkException;
      last = at;
    }
    if (last instanceof SparkException || !(last instanceof RuntimeException) || !isOfJob) {
      throw unexpected(e);
    }
    return last instanceof SparkThrowable problem && problem.getErrorClass() != null
        ? problem.getErrorClass()
        : last.getClass().getSimpleName();
  }

  private static RuntimeException unexpected(Exception e) {
    return e instanceof RuntimeException one ? one : new IllegalStateException(e);
  }
}
