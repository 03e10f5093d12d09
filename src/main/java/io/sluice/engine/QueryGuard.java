package io.sluice.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.spark.sql.AnalysisException;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.expressions.CallMethodViaReflection;
import org.apache.spark.sql.catalyst.plans.QueryPlan;
import org.apache.spark.sql.catalyst.plans.logical.Command;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.catalyst.trees.TreeNode;
import org.apache.spark.sql.execution.CommandExecutionMode;
import org.apache.spark.sql.execution.command.ExplainCommand;

/**
 * Tells of one SQL statement, before it does anything, whether it only reads.
 *
 * <p>Ask {@link #whatDoesNotRead} first: Delta carries out a RESTORE while it is analysed, which
 * {@link #whatActs} does. A statement of which both find nothing can neither write nor run code of
 * its own.
 */
public final class QueryGuard {
  /** The operators that the parser makes of a query. */
  private static final Set<String> READING =
      Set.of(
          "Aggregate",
          "Distinct",
          "Except",
          "Filter",
          "Generate",
          "GlobalLimit",
          "Intersect",
          "Join",
          "LateralJoin",
          "LocalLimit",
          "Offset",
          "OneRowRelation",
          "Pivot",
          "Project",
          "RelationTimeTravel",
          "RepartitionByExpression",
          "Sample",
          "Sort",
          "SubqueryAlias",
          "Union",
          "Unpivot",
          "WithWindowDefinition");

  /** Statements that show something, and names yet to be looked up. */
  private static final Pattern READING_PREFIXES = Pattern.compile("Show|Describe|Unresolved");

  private final SparkSession spark;
  private final LogicalPlan parsed;

  private QueryGuard(SparkSession spark, LogicalPlan parsed) {
    this.spark = spark;
    this.parsed = parsed;
  }

  /**
   * Parses a statement; nothing is looked up.
   *
   * @throws AnalysisException if it is no statement
   */
  public static QueryGuard parse(SparkSession spark, String statement) throws AnalysisException {
    return new QueryGuard(spark, spark.sessionState().sqlParser().parsePlan(statement));
  }

  /** Whether it asks which tables or databases there are. */
  public boolean asksWhatThereIs() {
    return parsed.nodeName().startsWith("Show");
  }

  /** Whether it is no query, such as SHOW, DESCRIBE or EXPLAIN. */
  public boolean isCommand() {
    return parsed instanceof Command;
  }

  /** The first of its operators, as the parser names them, that is not known to only read. */
  public Optional<String> whatDoesNotRead() {
    LogicalPlan asked = parsed instanceof ExplainCommand explain ? explain.logicalPlan() : parsed;
    return nodes(asked)
        .filter(node -> node instanceof LogicalPlan)
        .map(TreeNode::nodeName)
        .filter(name -> !READING.contains(name) && !READING_PREFIXES.matcher(name).lookingAt())
        .findFirst();
  }

  /**
   * What of it has turned out to write, or to call a Java method of the caller's choice. The
   * statement is analysed for it, so the tables that it names must be there.
   *
   * @throws AnalysisException if it names what is not there
   */
  public Optional<String> whatActs() throws AnalysisException {
    LogicalPlan analyzed =
        spark.sessionState().executePlan(parsed, CommandExecutionMode.SKIP()).analyzed();
    return nodes(analyzed)
        .filter(
            node ->
                node instanceof CallMethodViaReflection
                    || (node instanceof Command && node != analyzed))
        .findFirst()
        .map(TreeNode::nodeName);
  }

  /** A plan's operators and expressions, those of common tables and subqueries too. */
  private static Stream<TreeNode<?>> nodes(TreeNode<?> node) {
    List<TreeNode<?>> below = new ArrayList<>();
    add(node.children(), below);
    add(node.innerChildren(), below);
    if (node instanceof QueryPlan<?> plan) {
      add(plan.expressions(), below);
      add(plan.subqueries(), below);
    }
    return Stream.concat(Stream.of(node), below.stream().flatMap(QueryGuard::nodes));
  }

  private static void add(scala.collection.Seq<?> nodes, List<TreeNode<?>> to) {
    Scala.list(nodes).forEach(node -> to.add((TreeNode<?>) node));
  }
}
