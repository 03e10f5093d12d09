package io.sluice.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.rdd.RDD;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.BasePredicate;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.Predicate;
import org.apache.spark.sql.catalyst.expressions.UnsafeProjection;
import org.apache.spark.sql.execution.FilterExec;
import org.apache.spark.sql.execution.InputAdapter;
import org.apache.spark.sql.execution.ProjectExec;
import org.apache.spark.sql.execution.RDDScanExec;
import org.apache.spark.sql.execution.SparkPlan;
import org.apache.spark.sql.execution.WholeStageCodegenExec;
import org.apache.spark.sql.types.StructType;

/**
 * A function of single rows that Spark has planned and compiled once, to be run in this JVM over
 * rows at hand, again and again: no planning, no job.
 *
 * <p>It is the projections and filters of the plan that Spark's tasks would run, so that rows come
 * out as they do there. Not for several threads at once.
 */
public final class CompiledRows {
  private final StructType schema;
  private final List<UnaryOperator<InternalRow>> steps;

  private CompiledRows(StructType schema, List<UnaryOperator<InternalRow>> steps) {
    this.schema = schema;
    this.steps = steps;
  }

  /** Compiles a function; empty if it is more than one pass over single rows. */
  public static Optional<CompiledRows> of(
      SparkSession spark, StructType input, UnaryOperator<Dataset<Row>> function) {
    RDD<InternalRow> none =
        JavaSparkContext.fromSparkContext(spark.sparkContext()).<InternalRow>emptyRDD().rdd();
    Dataset<Row> rows = function.apply(spark.internalCreateDataFrame(none, input, false));
    List<UnaryOperator<InternalRow>> steps = new ArrayList<>();
    return collect(rows.queryExecution().executedPlan(), steps)
        ? Optional.of(new CompiledRows(rows.schema(), steps))
        : Optional.empty();
  }

  private static boolean collect(SparkPlan plan, List<UnaryOperator<InternalRow>> steps) {
    if (plan instanceof RDDScanExec) {
      return true;
    }
    if (plan instanceof WholeStageCodegenExec stage) {
      return collect(stage.child(), steps);
    }
    if (plan instanceof InputAdapter adapter) {
      return collect(adapter.child(), steps);
    }
    if (plan instanceof ProjectExec project && collect(project.child(), steps)) {
      List<Expression> columns = new ArrayList<>();
      Scala.list(project.projectList()).forEach(column -> columns.add((Expression) column));
      UnsafeProjection projection =
          UnsafeProjection.create(Scala.seq(columns), project.child().output());
      projection.initialize(0);
      steps.add(projection::apply);
      return true;
    }
    if (plan instanceof FilterExec filter && collect(filter.child(), steps)) {
      BasePredicate predicate = Predicate.create(filter.condition(), filter.child().output());
      predicate.initialize(0);
      steps.add(row -> predicate.eval(row) ? row : null);
      return true;
    }
    return false;
  }

  /** The columns that come out. */
  public StructType schema() {
    return schema;
  }

  /** The rows that come out, each a copy of its own. */
  public LocalRows apply(LocalRows rows) {
    return LocalRows.internal(schema, apply(rows.internal()));
  }

  /** The same over rows in Spark's internal form. */
  public List<InternalRow> apply(List<InternalRow> rows) {
    List<InternalRow> all = new ArrayList<>(rows.size());
    for (InternalRow in : rows) {
      InternalRow row = in;
      for (UnaryOperator<InternalRow> step : steps) {
        row = step.apply(row);
        if (row == null) {
          break;
        }
      }
      if (row != null) {
        all.add(row.copy());
      }
    }
    return all;
  }
}
