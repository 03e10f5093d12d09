package io.sluice.query;

import io.sluice.engine.QueryGuard;
import io.sluice.run.RunContext;
import io.sluice.settings.ValidationErrors;
import io.sluice.table.Lake;
import io.sluice.table.LakeTable;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.apache.spark.sql.AnalysisException;
import org.apache.spark.sql.SparkSession;

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

  private static final Pattern MENTION =
      Pattern.compile(
          "\\b(" + String.join("|", Lake.LAYERS) + ")`?\\s*\\.\\s*`?(\\w+)",
          Pattern.CASE_INSENSITIVE);

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
      QueryGuard guard = QueryGuard.parse(spark, statement);
      guard.whatDoesNotRead().ifPresent(LakeQuery::refuse);
      register(statement, guard);
      guard.whatActs().ifPresent(LakeQuery::refuse);
      Results results = new Results(spark.sql(statement), out);
      switch (format) {
        case TABLE -> {
          if (guard.isCommand()) {
            results.answer();
          } else {
            results.table();
          }
        }
        case CSV -> results.csv();
        case JSON -> results.json();
      }
      out.flush();
    } catch (Exception e) {
      // Spark throws checked exceptions that it does not declare.
      throw error(e);
    }
  }

  private RuntimeException error(Exception e) {
    if (!(e instanceof AnalysisException problem)) {
      return e instanceof RuntimeException unexpected ? unexpected : new IllegalStateException(e);
    }
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

  private static void refuse(String what) {
    throw error(
        "would do more than read ("
            + what
            + "); SELECT, WITH, SHOW, DESCRIBE and EXPLAIN are possible");
  }

  // Tables by name.

  /** Names the tables that the statement mentions, or all if it asks what there is. */
  private void register(String statement, QueryGuard guard) {
    if (guard.asksWhatThereIs()) {
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
}
