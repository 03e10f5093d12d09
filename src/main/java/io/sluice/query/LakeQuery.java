package io.sluice.query;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.to_json;

import io.sluice.engine.Scala;
import io.sluice.run.RunContext;
import io.sluice.settings.ValidationErrors;
import io.sluice.table.Lake;
import io.sluice.table.LakeTable;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.sql.AnalysisException;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.expressions.CallMethodViaReflection;
import org.apache.spark.sql.catalyst.plans.QueryPlan;
import org.apache.spark.sql.catalyst.plans.logical.Command;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.catalyst.trees.TreeNode;
import org.apache.spark.sql.execution.CommandExecutionMode;
import org.apache.spark.sql.execution.command.ExplainCommand;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.NumericType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * Reads the lake's tables by their names, {@code layer.table}, through one SQL statement and prints
 * its result.
 *
 * <p>Guarantee: nothing is written; a statement whose plan could write or run code of its own is
 * refused before it does anything. Cost: the statement's, and a look at the log of each table that
 * it mentions (of each there is, for {@code SHOW}).
 */
public final class LakeQuery {
  /** How results are printed. */
  public enum Format {
    /** Aligned columns; at most 1,000 rows, values cut at 80 characters. */
    TABLE,
    /** RFC 4180 with a header line; null is empty, an empty text is quoted. */
    CSV,
    /** A JSON object a line. */
    JSON
  }

  private static final int ROWS = 1000;
  private static final int WIDTH = 80;
  private static final Pattern MENTION =
      Pattern.compile(
          "\\b(" + String.join("|", Lake.LAYERS) + ")`?\\s*\\.\\s*`?(\\w+)",
          Pattern.CASE_INSENSITIVE);

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
  private final Lake lake;

  public LakeQuery(RunContext context) {
    this(context.spark(), context.lake());
  }

  public LakeQuery(SparkSession spark, Lake lake) {
    this.spark = spark;
    this.lake = lake;
  }

  /**
   * Runs one statement that reads: SELECT, WITH, SHOW, DESCRIBE or EXPLAIN.
   *
   * @throws ValidationErrors.ValidationException if the statement cannot be understood, names what
   *     is not there, or would write
   */
  public void run(String statement, PrintStream out, Format format) {
    try {
      LogicalPlan plan = spark.sessionState().sqlParser().parsePlan(statement);
      refuseUnlessItReads(plan);
      register(statement, plan);
      refuseIfItActs(
          spark.sessionState().executePlan(plan, CommandExecutionMode.SKIP()).analyzed());
      Dataset<Row> result = spark.sql(statement);
      switch (format) {
        case TABLE -> table(result, plan, out);
        case CSV -> csv(result, out);
        case JSON -> json(result, out);
      }
      out.flush();
    } catch (Exception e) {
      // Spark throws checked exceptions that it does not declare.
      throw error(e);
    }
  }

  private RuntimeException error(Exception e) {
    if (!(e instanceof AnalysisException)) {
      return e instanceof RuntimeException unexpected ? unexpected : new IllegalStateException(e);
    }
    AnalysisException problem = (AnalysisException) e;
    String message =
        problem.getSimpleMessage().lines().filter(line -> !line.isBlank()).findFirst().orElse("");
    Set<String> absences = Set.of("TABLE_OR_VIEW_NOT_FOUND", "SCHEMA_NOT_FOUND");
    if (absences.contains(String.valueOf(problem.getErrorClass()))) {
      message =
          "no such table: "
              + String.join(".", problem.getMessageParameters().values()).replace("`", "")
              + "; there are "
              + names();
    }
    return error(message);
  }

  private static ValidationErrors.ValidationException error(String message) {
    ValidationErrors errors = new ValidationErrors();
    errors.add("statement", message);
    return errors.exception();
  }

  // What a statement may do.

  /**
   * Refused by what it is not, and before Spark analyses it: Delta carries out a RESTORE while it
   * is analysed.
   */
  private static void refuseUnlessItReads(LogicalPlan parsed) {
    LogicalPlan asked = parsed instanceof ExplainCommand explain ? explain.logicalPlan() : parsed;
    nodes(asked)
        .filter(node -> node instanceof LogicalPlan)
        .map(TreeNode::nodeName)
        .filter(name -> !READING.contains(name) && !READING_PREFIXES.matcher(name).lookingAt())
        .findFirst()
        .ifPresent(LakeQuery::refuse);
  }

  /** Refuses what has turned out to write, or to call a Java method of the caller's choice. */
  private static void refuseIfItActs(LogicalPlan analyzed) {
    nodes(analyzed)
        .filter(
            node ->
                node instanceof CallMethodViaReflection
                    || (node instanceof Command && node != analyzed))
        .findFirst()
        .map(TreeNode::nodeName)
        .ifPresent(LakeQuery::refuse);
  }

  private static void refuse(String what) {
    throw error(
        "would do more than read ("
            + what
            + "); SELECT, WITH, SHOW, DESCRIBE and EXPLAIN are possible");
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
    return Stream.concat(Stream.of(node), below.stream().flatMap(LakeQuery::nodes));
  }

  private static void add(scala.collection.Seq<?> nodes, List<TreeNode<?>> to) {
    Scala.list(nodes).forEach(node -> to.add((TreeNode<?>) node));
  }

  // Tables by name.

  /** Names the tables that the statement mentions, or all if it asks what there is. */
  private void register(String statement, LogicalPlan plan) {
    if (plan.nodeName().startsWith("Show")) {
      Lake.LAYERS.forEach(layer -> lake.tables(layer).forEach(name -> register(layer, name)));
      return;
    }
    MENTION
        .matcher(statement)
        .results()
        .forEach(mention -> register(lower(mention, 1), lower(mention, 2)));
  }

  private static String lower(MatchResult match, int group) {
    return match.group(group).toLowerCase(Locale.ROOT);
  }

  private void register(String layer, String name) {
    LakeTable table = lake.table(layer, name);
    String sqlName = layer + ".`" + name + "`";
    if (table.exists() && !spark.catalog().tableExists(sqlName)) {
      String folder = lake.root() + "/" + layer;
      spark.sql("CREATE DATABASE IF NOT EXISTS " + layer + " LOCATION " + quoted(folder));
      spark.catalog().createTable(sqlName, table.path(), "delta");
    }
  }

  private static String quoted(String text) {
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'";
  }

  private List<String> names() {
    return Lake.LAYERS.stream()
        .flatMap(layer -> lake.tables(layer).stream().map(name -> layer + "." + name))
        .toList();
  }

  // Printing.

  private static void table(Dataset<Row> result, LogicalPlan plan, PrintStream out) {
    StructType schema = result.schema();
    List<Row> rows = texts(result).limit(ROWS + 1).collectAsList();
    if (plan instanceof Command && schema.size() == 1 && rows.size() == 1) {
      // A plan or a declaration: lines of its own.
      out.println(rows.get(0).getString(0));
      return;
    }
    List<Row> shown = rows.subList(0, Math.min(ROWS, rows.size()));
    List<List<String>> lines = new ArrayList<>();
    lines.add(Stream.of(schema.fieldNames()).map(LakeQuery::cell).toList());
    for (Row row : shown) {
      List<String> line = new ArrayList<>();
      for (int i = 0; i < row.length(); i++) {
        line.add(row.isNullAt(i) ? "NULL" : cell(row.getString(i)));
      }
      lines.add(line);
    }
    int[] widths = new int[schema.size()];
    for (List<String> line : lines) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], width(line.get(i)));
      }
    }
    List<String> rule = new ArrayList<>();
    for (int width : widths) {
      rule.add("-".repeat(width));
    }
    lines.add(1, rule);
    lines.forEach(line -> out.println(aligned(line, widths, schema)));
    out.println(
        rows.size() > ROWS
            ? "(the first 1,000 rows; csv and json give all)"
            : "(" + shown.size() + (shown.size() == 1 ? " row)" : " rows)"));
  }

  private static String aligned(List<String> line, int[] widths, StructType schema) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < widths.length; i++) {
      String padding = " ".repeat(widths[i] - width(line.get(i)));
      boolean number = schema.apply(i).dataType() instanceof NumericType;
      text.append(i == 0 ? "" : "  ")
          .append(number ? padding + line.get(i) : line.get(i) + padding);
    }
    return text.toString().stripTrailing();
  }

  private static int width(String text) {
    return text.codePointCount(0, text.length());
  }

  /** A value on one line, without characters that a terminal would obey. */
  private static String cell(String value) {
    StringBuilder text = new StringBuilder();
    value
        .codePoints()
        .limit(WIDTH + 1)
        .forEach(
            c -> {
              switch (c) {
                case '\n' -> text.append("\\n");
                case '\r' -> text.append("\\r");
                case '\t' -> text.append("\\t");
                default -> text.appendCodePoint(Character.isISOControl(c) ? 0xFFFD : c);
              }
            });
    return width(text.toString()) <= WIDTH
        ? text.toString()
        : text.substring(0, text.offsetByCodePoints(0, WIDTH - 1)) + "…";
  }

  private static void csv(Dataset<Row> result, PrintStream out) {
    out.print(
        Stream.of(result.columns()).map(LakeQuery::quotedCsv).collect(Collectors.joining(","))
            + "\r\n");
    for (Iterator<Row> rows = texts(result).toLocalIterator(); rows.hasNext(); ) {
      Row row = rows.next();
      List<String> fields = new ArrayList<>();
      for (int i = 0; i < row.length(); i++) {
        fields.add(row.isNullAt(i) ? "" : quotedCsv(row.getString(i)));
      }
      out.print(String.join(",", fields) + "\r\n");
    }
  }

  private static String quotedCsv(String text) {
    boolean plain = !text.isEmpty() && text.chars().noneMatch(c -> "\",\r\n".indexOf(c) >= 0);
    return plain ? text : '"' + text.replace("\"", "\"\"") + '"';
  }

  private static void json(Dataset<Row> result, PrintStream out) {
    StructField[] fields = result.schema().fields();
    Column[] members = new Column[fields.length];
    for (int i = 0; i < members.length; i++) {
      boolean binary = fields[i].dataType().equals(DataTypes.BinaryType);
      members[i] = (binary ? text(fields[i], i) : col("c" + i)).as(fields[i].name());
    }
    Dataset<Row> lines =
        numbered(result).select(to_json(struct(members), Map.of("ignoreNullFields", "false")));
    for (Iterator<Row> rows = lines.toLocalIterator(); rows.hasNext(); ) {
      out.print(rows.next().getString(0) + "\n");
    }
  }

  /** Every value as text. */
  private static Dataset<Row> texts(Dataset<Row> result) {
    StructField[] fields = result.schema().fields();
    Column[] texts = new Column[fields.length];
    for (int i = 0; i < texts.length; i++) {
      texts[i] = text(fields[i], i);
    }
    return numbered(result).select(texts);
  }

  /** Bytes are shown as the text they are, or in hexadecimal. */
  private static Column text(StructField field, int i) {
    String name = "c" + i;
    return field.dataType().equals(DataTypes.BinaryType)
        ? expr(
            String.format(
                Locale.ROOT,
                "if(encode(decode(%1$s, 'UTF-8'), 'UTF-8') = %1$s, decode(%1$s, 'UTF-8'), '0x' || hex(%1$s))",
                name))
        : col(name).cast(DataTypes.StringType);
  }

  /** Columns by number, since a result may have two of one name. */
  private static Dataset<Row> numbered(Dataset<Row> result) {
    String[] names = new String[result.columns().length];
    for (int i = 0; i < names.length; i++) {
      names[i] = "c" + i;
    }
    return result.toDF(names);
  }
}
