package io.sluice.engine;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.rdd.RDD;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.BindReferences;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.MutableProjection;
import org.apache.spark.sql.catalyst.expressions.package$;
import org.apache.spark.sql.execution.ProjectExec;
import org.apache.spark.sql.execution.SparkPlan;
import org.apache.spark.sql.execution.WholeStageCodegenExec;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.StructType;
import scala.Option;

/**
 * SQL expressions over one row, each of which may fail by itself: what one throws is its own
 * problem and nobody else's.
 *
 * <p>Expressions are read in Spark's ANSI mode: a text that is no number, an overflow, a division
 * by zero or a place outside of an array is a failure and no null; {@code try_cast} and its like
 * give null. Names tell case apart. Compiled once for each copy; a copy is not for several threads
 * at once.
 */
public final class RowExpressions implements Serializable {
  private static final long serialVersionUID = 1L;

  private static final Map<String, String> MODE =
      Map.of("spark.sql.ansi.enabled", "true", "spark.sql.caseSensitive", "true");

  private static final int MESSAGE_LENGTH = 300;
  private static final Map<SparkSession, SparkSession> SESSIONS = new WeakHashMap<>();

  private final List<Expression> expressions;
  private final List<DataType> types;
  private transient List<MutableProjection> compiled;

  private RowExpressions(List<Expression> expressions, List<DataType> types) {
    this.expressions = expressions;
    this.types = types;
  }

  /** How much of a failure is told. */
  public enum Telling {
    /** Spark's message, which may quote the row's values. */
    MESSAGE,
    /** The exception's kind, which quotes nothing. */
    KIND
  }

  /** What an expression has thrown on a row; its message may quote the row's values. */
  public static final class FailedException extends Exception {
    private static final long serialVersionUID = 1L;

    private FailedException(Throwable cause) {
      super(cause.getMessage(), cause, false, false);
    }

    /** What went wrong, in one line. */
    public String told(Telling telling) {
      String line =
          telling == Telling.KIND
              ? ""
              : String.valueOf(getMessage()).lines().findFirst().orElse("");
      if (line.isEmpty() || getMessage() == null) {
        return getCause().getClass().getSimpleName();
      }
      return line.length() > MESSAGE_LENGTH ? line.substring(0, MESSAGE_LENGTH) + "…" : line;
    }
  }

  /**
   * Plans expressions over a row of given columns.
   *
   * @throws IllegalArgumentException if Spark refuses one of them, or one is not computed from one
   *     row; with a message of one line
   */
  public static RowExpressions of(SparkSession spark, StructType input, List<String> sql) {
    if (sql.isEmpty()) {
      return new RowExpressions(List.of(), List.of());
    }
    SparkSession session = strict(spark);
    Option<SparkSession> before = SparkSession.getActiveSession();
    SparkSession.setActiveSession(session);
    try {
      RDD<InternalRow> none =
          JavaSparkContext.fromSparkContext(session.sparkContext()).<InternalRow>emptyRDD().rdd();
      Column[] columns = new Column[sql.size()];
      for (int i = 0; i < columns.length; i++) {
        columns[i] = functions.expr(sql.get(i)).as("e" + i);
      }
      Dataset<Row> rows = session.internalCreateDataFrame(none, input, false).select(columns);
      SparkPlan plan = rows.queryExecution().executedPlan();
      while (plan instanceof WholeStageCodegenExec stage) {
        plan = stage.child();
      }
      if (!Expressions.isProjection(rows) || !(plan instanceof ProjectExec project)) {
        throw new IllegalArgumentException(
            "must be computed from one row: no aggregate, no window");
      }
      List<Expression> bound = new ArrayList<>();
      Scala.list(project.projectList())
          .forEach(
              column ->
                  bound.add(
                      BoundedRegex.in(
                          BindReferences.bindReference(
                              (Expression) column,
                              package$.MODULE$.AttributeSeq(project.child().output()),
                              false))));
      List<DataType> types = new ArrayList<>();
      for (var field : rows.schema().fields()) {
        types.add(field.dataType());
      }
      return new RowExpressions(bound, types);
    } catch (IllegalArgumentException e) {
      throw e;
    } catch (Exception e) {
      // Spark throws checked exceptions that its methods do not declare; one of an expression of
      // constants alone comes when it is folded.
      throw new IllegalArgumentException(
          String.valueOf(e.getMessage()).lines().findFirst().orElse(""), e);
    } finally {
      if (before.isDefined()) {
        SparkSession.setActiveSession(before.get());
      } else {
        SparkSession.clearActiveSession();
      }
    }
  }

  /** A session in which expressions are read, made once: making one takes a tenth of a second. */
  private static SparkSession strict(SparkSession spark) {
    synchronized (SESSIONS) {
      return SESSIONS.computeIfAbsent(
          spark,
          of -> {
            SparkSession session = of.newSession();
            MODE.forEach(session.conf()::set);
            return session;
          });
    }
  }

  /** The type of what an expression gives. */
  public DataType type(int expression) {
    return types.get(expression);
  }

  /**
   * What an expression gives for a row, in Spark's internal form; it holds until the expression is
   * asked again.
   *
   * @throws FailedException if it throws on the row
   */
  public Object eval(int expression, NativeRow row) throws FailedException {
    if (compiled == null) {
      compiled = new ArrayList<>();
      for (Expression one : expressions) {
        MutableProjection projection = MutableProjection.create(Scala.seq(List.of(one)));
        projection.initialize(0);
        compiled.add(projection);
      }
    }
    try {
      return compiled.get(expression).apply(row).get(0, types.get(expression));
    } catch (Exception | StackOverflowError | OutOfMemoryError e) {
      // Spark throws checked exceptions that it does not declare; the errors are those of a value
      // that is nested or repeated beyond measure, and are over with it.
      throw new FailedException(e);
    }
  }
}
