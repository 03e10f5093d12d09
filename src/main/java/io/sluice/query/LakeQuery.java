package io.sluice.query;

import io.sluice.engine.QueryGuard;
import io.sluice.run.RunContext;
import io.sluice.settings.ValidationErrors;
import io.sluice.table.Lake;
import io.sluice.table.LakeTable;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.hadoop.fs.Path;
import org.apache.spark.SparkException;
import org.apache.spark.SparkThrowable;
import org.apache.spark.sql.AnalysisException;
import org.apache.spark.sql.SparkSession;

/**
 * Reads the lake's tables by their names, {@code layer.table}, through one SQL statement and prints
 * its result.
 *
 * <p>Guarantee: nothing is written and nothing but the lake's tables is read; a statement whose
 * plan could do more, or run code of its own, is refused before it does anything. Cost: the
 * statement's, and a look at the log of each table that it mentions (of each there is, for {@code
 * SHOW}).
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

  private static final Pattern NAME = Pattern.compile("\\w+");

  private final SparkSession spark;
  private final Lake lake;
  private final Set<String> folders = new HashSet<>();

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
   *     is no table of the lake, would do more than read, or fails on a value
   */
  public void run(String statement, PrintStream out, Format format) {
    // Else ${env:NAME} in a statement becomes a variable of the environment.
    spark.conf().set("spark.sql.variable.substitute", "false");
    try {
      QueryGuard guard = QueryGuard.parse(spark, statement);
      guard.whatDoesNotRead().ifPresent(LakeQuery::refuse);
      register(guard);
      guard.whatReadsElsewhere(this::isOfLake).ifPresent(LakeQuery::refuse);
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
    List<Throwable> causes = causes(e);
    Optional<Throwable> known = causes.stream().filter(LakeQuery::isKnown).findFirst();
    if (known.isPresent() && known.get() instanceof SparkThrowable problem) {
      Set<String> absences = Set.of("TABLE_OR_VIEW_NOT_FOUND", "SCHEMA_NOT_FOUND");
      return absences.contains(problem.getErrorClass())
          ? absent(String.join(".", problem.getMessageParameters().values()).replace("`", ""))
          : error(QueryGuard.firstLine(known.get()));
    }
    if (causes.stream().anyMatch(SparkException.class::isInstance)) {
      // A job failed, on a value or on a file: the last cause says on what.
      return error(QueryGuard.firstLine(causes.get(causes.size() - 1)));
    }
    return e instanceof RuntimeException unexpected ? unexpected : new IllegalStateException(e);
  }

  private static List<Throwable> causes(Throwable failure) {
    List<Throwable> causes = new ArrayList<>();
    for (Throwable at = failure; at != null && !causes.contains(at); at = at.getCause()) {
      causes.add(at);
    }
    return causes;
  }

  /** Whether Spark names what is wrong with the statement, or with a value that it meets. */
  private static boolean isKnown(Throwable cause) {
    return cause instanceof AnalysisException
        || cause instanceof SparkThrowable problem
            && problem.getErrorClass() != null
            && !problem.isInternalError();
  }

  private ValidationErrors.ValidationException absent(String table) {
    return error("no such table: " + table + "; there are " + names());
  }

  private static ValidationErrors.ValidationException error(String message) {
    ValidationErrors errors = new ValidationErrors();
    errors.add("statement", message);
    return errors.exception();
  }

  private static void refuse(String what) {
    throw error(
        "would do more than read the lake's tables ("
            + what
            + "); SELECT, WITH, SHOW, DESCRIBE and EXPLAIN of tables named layer.table are possible");
  }

  // Tables by name.

  /** Gives Spark the tables that the statement names, or all if it asks what there is. */
  private void register(QueryGuard guard) throws AnalysisException {
    if (guard.asksWhatThereIs()) {
      for (String layer : Lake.LAYERS) {
        for (String name : lake.tables(layer)) {
          register(layer, name);
        }
      }
    }
    for (List<String> parts : guard.tables()) {
      List<String> name = parts.stream().map(part -> part.toLowerCase(Locale.ROOT)).toList();
      boolean isOfLake =
          name.size() == 2
              && Lake.LAYERS.contains(name.get(0))
              && NAME.matcher(name.get(1)).matches()
              && lake.table(name.get(0), name.get(1)).exists();
      if (!isOfLake) {
        throw absent(String.join(".", parts));
      }
      register(name.get(0), name.get(1));
    }
  }

  private void register(String layer, String name) throws AnalysisException {
    LakeTable table = lake.table(layer, name);
    if (folders.add(qualified(table.path()))) {
      String sqlName = layer + ".`" + name + "`";
      String folder = lake.root() + "/" + layer;
      spark.sql("CREATE DATABASE IF NOT EXISTS " + layer + " LOCATION " + quoted(folder));
      if (spark.catalog().tableExists(sqlName)
          && "EXTERNAL".equals(spark.catalog().getTable(sqlName).tableType())) {
        // The session may hold the name for another lake's table, whose files stay as they are.
        spark.sql("DROP TABLE " + sqlName);
      }
      spark.catalog().createTable(sqlName, table.path(), "delta");
    }
  }

  private boolean isOfLake(String folder) {
    return folders.contains(qualified(folder));
  }

  private String qualified(String folder) {
    Path path = new Path(folder);
    try {
      return path.getFileSystem(spark.sparkContext().hadoopConfiguration())
          .makeQualified(path)
          .toString();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
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
