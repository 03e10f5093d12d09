package io.sluice.engine;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.AnalysisException;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.analysis.UnresolvedRelation;
import org.apache.spark.sql.catalyst.analysis.UnresolvedTable;
import org.apache.spark.sql.catalyst.analysis.UnresolvedTableOrView;
import org.apache.spark.sql.catalyst.analysis.UnresolvedTableValuedFunction;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.plans.logical.Command;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.catalyst.plans.logical.UnresolvedWith;
import org.apache.spark.sql.catalyst.trees.TreeNode;
import org.apache.spark.sql.execution.CommandExecutionMode;
import org.apache.spark.sql.execution.command.DescribeQueryCommand;
import org.apache.spark.sql.execution.command.ExplainCommand;
import org.apache.spark.sql.execution.datasources.HadoopFsRelation;
import org.apache.spark.sql.execution.datasources.LogicalRelation;
import scala.Product;

/**
 * Tells of one SQL statement, before it does anything, whether it reads tables of the lake and does
 * nothing else. What it does not know is refused.
 *
 * <p>Ask {@link #whatDoesNotRead} first, then whether {@link #tables} are all the lake's, and
 * {@link #whatReadsElsewhere} last: looking up a name may read a file, or act, so nothing is looked
 * up before its operators, functions and names are known. A statement of which all three find
 * nothing can neither write, nor read anything else, nor run code of its own.
 */
public final class QueryGuard {
  /** The operators that the parser makes of a query. */
  private static final Set<String> PARSED =
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
          "UnresolvedHaving",
          "UnresolvedHint",
          "UnresolvedInlineTable",
          "UnresolvedRelation",
          "UnresolvedSubqueryColumnAliases",
          "UnresolvedTVFAliases",
          "UnresolvedTableValuedFunction",
          "UnresolvedWith",
          "Unpivot",
          "WithWindowDefinition");

  /** What names are looked up for by statements that show something. */
  private static final Set<String> NAMES =
      Set.of(
          "UnresolvedFunctionName",
          "UnresolvedNamespace",
          "UnresolvedTable",
          "UnresolvedTableOrView");

  /** Statements that show something of the lake. */
  private static final Set<String> SHOWING =
      Set.of(
          "DescribeColumn",
          "DescribeDeltaDetailCommand",
          "DescribeDeltaHistory",
          "DescribeFunction",
          "DescribeNamespace",
          "DescribeQueryCommand",
          "DescribeRelation",
          "ExplainCommand",
          "ShowColumns",
          "ShowFunctions",
          "ShowNamespaces",
          "ShowTableProperties",
          "ShowTables");

  /** The operators of a query whose names have been looked up, but for the tables that it reads. */
  private static final Set<String> ANALYZED =
      Set.of(
          "Aggregate",
          "CTERelationDef",
          "CTERelationRef",
          "Deduplicate",
          "Distinct",
          "Except",
          "Expand",
          "Filter",
          "Generate",
          "GlobalLimit",
          "Intersect",
          "Join",
          "LateralJoin",
          "LocalLimit",
          "LocalRelation",
          "Offset",
          "OneRowRelation",
          "Project",
          "Range",
          "RebalancePartitions",
          "Repartition",
          "RepartitionByExpression",
          "ResolvedHint",
          "ResolvedInlineTable",
          "Sample",
          "Sort",
          "SubqueryAlias",
          "Union",
          "Window",
          "WithCTE");

  /** What people call the operators that they do not know by Spark's names. */
  private static final Map<String, String> WORDS =
      Map.of(
          "PlanWithUnresolvedIdentifier", "IDENTIFIER",
          "UnresolvedPathBasedTable", "a path",
          "UnresolvedPathBasedDeltaTable", "a path");

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
   * @throws IllegalStateException if the session puts settings and environment variables into
   *     statements, which would show its secrets
   */
  public static QueryGuard parse(SparkSession spark, String statement) throws AnalysisException {
    if (spark.sessionState().conf().variableSubstituteEnabled()) {
      throw new IllegalStateException("spark.sql.variable.substitute must be false");
    }
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

  /**
   * The names of the tables that it names, each by its parts, but for those of its own common
   * tables.
   */
  public List<List<String>> tables() {
    return tables(parsed);
  }

  /** The same of a query. */
  static List<List<String>> tables(LogicalPlan parsed) {
    Set<String> own = new HashSet<>();
    List<List<String>> tables = new ArrayList<>();
    for (TreeNode<?> node : nodes(parsed)) {
      if (node instanceof UnresolvedWith with) {
        Scala.list(with.cteRelations()).forEach(named -> own.add(lower(named._1())));
      } else if (node instanceof UnresolvedRelation relation) {
        tables.add(Scala.list(relation.multipartIdentifier()));
      } else if (node instanceof UnresolvedTable table) {
        tables.add(Scala.list(table.multipartIdentifier()));
      } else if (node instanceof UnresolvedTableOrView table) {
        tables.add(Scala.list(table.multipartIdentifier()));
      }
    }
    tables.removeIf(name -> name.size() == 1 && own.contains(lower(name.get(0))));
    return tables;
  }

  private static String lower(String name) {
    return name.toLowerCase(Locale.ROOT);
  }

  /** The first of its operators and functions that is not known to only read. */
  public Optional<String> whatDoesNotRead() {
    LogicalPlan asked = parsed;
    while (asked instanceof ExplainCommand || asked instanceof DescribeQueryCommand) {
      asked = queried(asked);
    }
    for (TreeNode<?> node : nodes(asked)) {
      Optional<String> refused = refused(node, node == asked && SHOWING.contains(node.nodeName()));
      if (refused.isPresent()) {
        return refused;
      }
    }
    return Optional.empty();
  }

  /** What a node of a parsed query is that does more than read. */
  static Optional<String> refused(TreeNode<?> node) {
    return refused(node, false);
  }

  private static Optional<String> refused(TreeNode<?> node, boolean shows) {
    if (node instanceof Expression expression) {
      return AllowedExpressions.refusal(expression);
    }
    if (node instanceof UnresolvedTableValuedFunction function) {
      return AllowedExpressions.refusedTableFunction(Scala.list(function.name()));
    }
    String name = node.nodeName();
    return shows || PARSED.contains(name) || NAMES.contains(name)
        ? Optional.empty()
        : Optional.of(WORDS.getOrDefault(name, name));
  }

  /** The query that a statement explains or describes. */
  private static LogicalPlan queried(LogicalPlan plan) {
    return plan instanceof ExplainCommand explain
        ? explain.logicalPlan()
        : ((DescribeQueryCommand) plan).plan();
  }

  /**
   * What of it has turned out to read something that is no table of the lake, or to do more than
   * read. The statement is analysed for it, so the tables that it names must be there.
   *
   * @param isOfLake whether a folder, as a qualified URI, is that of a table that may be read
   * @throws AnalysisException if it names what is not there
   */
  public Optional<String> whatReadsElsewhere(Predicate<String> isOfLake) throws AnalysisException {
    LogicalPlan asked = parsed;
    while (asked instanceof ExplainCommand || asked instanceof DescribeQueryCommand) {
      asked = queried(asked);
    }
    LogicalPlan analyzed =
        spark.sessionState().executePlan(asked, CommandExecutionMode.SKIP()).analyzed();
    if (SHOWING.contains(asked.nodeName())) {
      // It shows something of a table or layer whose name is known to be the lake's.
      return Optional.empty();
    }
    return nodes(analyzed).stream()
        .flatMap(node -> refusedAnalyzed(node, isOfLake).stream())
        .findFirst();
  }

  /** What a node of an analyzed query is that reads something else, or does more. */
  static Optional<String> refusedAnalyzed(TreeNode<?> node, Predicate<String> isOfLake) {
    if (node instanceof Expression expression) {
      return AllowedExpressions.refusal(expression);
    }
    if (node instanceof LogicalRelation relation) {
      boolean isRead =
          relation.relation() instanceof HadoopFsRelation files
              && !Scala.list(files.location().rootPaths()).isEmpty()
              && Scala.list(files.location().rootPaths()).stream()
                  .map(Path::toString)
                  .allMatch(isOfLake);
      return isRead
          ? Optional.empty()
          : Optional.of(relation.relation().getClass().getSimpleName());
    }
    return ANALYZED.contains(node.nodeName()) ? Optional.empty() : Optional.of(node.nodeName());
  }

  /**
   * A plan's operators and expressions, wherever they stand: those of common tables and subqueries,
   * of window definitions and of time travel too.
   */
  static List<TreeNode<?>> nodes(TreeNode<?> plan) {
    List<TreeNode<?>> found = new ArrayList<>();
    collect(plan, found, Collections.newSetFromMap(new IdentityHashMap<>()));
    return found;
  }

  private static void collect(Object at, List<TreeNode<?>> found, Set<Object> seen) {
    if (at instanceof TreeNode<?> node) {
      if (!seen.add(node)) {
        return;
      }
      found.add(node);
      collect(node.children(), found, seen);
      collect(node.innerChildren(), found, seen);
      collectParts((Product) node, found, seen);
    } else if (at instanceof scala.collection.Iterable<?> many) {
      // A schema holds no expressions, and is many.
      if (!(at instanceof org.apache.spark.sql.types.DataType)) {
        scala.collection.Iterator<?> each = many.iterator();
        while (each.hasNext()) {
          collect(each.next(), found, seen);
        }
      }
    } else if (at instanceof scala.Option<?> || at instanceof scala.Tuple2<?, ?>) {
      collectParts((Product) at, found, seen);
    }
  }

  private static void collectParts(Product of, List<TreeNode<?>> found, Set<Object> seen) {
    scala.collection.Iterator<Object> parts = of.productIterator();
    while (parts.hasNext()) {
      collect(parts.next(), found, seen);
    }
  }

  /** What a problem says first, without the plan that Spark puts behind it. */
  public static String firstLine(Throwable problem) {
    String message =
        problem instanceof AnalysisException analysis
            ? analysis.getSimpleMessage()
            : String.valueOf(problem.getMessage());
    return message.lines().filter(line -> !line.isBlank()).findFirst().orElse("");
  }
}
