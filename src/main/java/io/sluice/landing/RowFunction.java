package io.sluice.landing;

import static scala.collection.JavaConverters.asScalaIterator;

import java.io.IOException;
import java.io.UncheckedIOException;
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
import org.apache.spark.sql.catalyst.expressions.codegen.CodeAndComment;
import org.apache.spark.sql.catalyst.expressions.codegen.CodeGenerator;
import org.apache.spark.sql.catalyst.expressions.codegen.CodegenContext;
import org.apache.spark.sql.catalyst.expressions.codegen.GeneratedClass;
import org.apache.spark.sql.execution.BufferedRowIterator;
import org.apache.spark.sql.execution.InputAdapter;
import org.apache.spark.sql.execution.SparkPlan;
import org.apache.spark.sql.execution.WholeStageCodegenExec;
import org.apache.spark.sql.types.StructType;
import scala.Tuple2;

/**
 * A function of single rows that Spark has planned and compiled once, to be run in this JVM over
 * rows at hand, again and again: no planning, no job.
 *
 * <p>It is the code that Spark's tasks would run, generated from the same plan, so that rows come
 * out as they do there. Not for several threads at once.
 */
public final class RowFunction {
  private final StructType schema;
  private final GeneratedClass code;
  private final Object[] references;

  private RowFunction(StructType schema, GeneratedClass code, Object[] references) {
    this.schema = schema;
    this.code = code;
    this.references = references;
  }

  /** Compiles a function; empty if it is more than one pass over single rows. */
  public static Optional<RowFunction> of(
      SparkSession spark, StructType input, UnaryOperator<Dataset<Row>> function) {
    RDD<InternalRow> none =
        JavaSparkContext.fromSparkContext(spark.sparkContext()).<InternalRow>emptyRDD().rdd();
    Dataset<Row> rows = function.apply(spark.internalCreateDataFrame(none, input, false));
    if (!(rows.queryExecution().executedPlan() instanceof WholeStageCodegenExec stage)
        || !isOnePass(stage.child())) {
      return Optional.empty();
    }
    Tuple2<CodegenContext, CodeAndComment> generated = stage.doCodeGen();
    return Optional.of(
        new RowFunction(
            rows.schema(),
            CodeGenerator.compile(generated._2())._1(),
            (Object[])
                generated._1().references().toArray(scala.reflect.ClassTag$.MODULE$.Object())));
  }

  private static boolean isOnePass(SparkPlan plan) {
    return !(plan instanceof InputAdapter)
        && plan.children().size() <= 1
        && (plan.children().isEmpty() || isOnePass(plan.children().head()));
  }

  /** The columns that come out. */
  public StructType schema() {
    return schema;
  }

  /** The rows that come out, each a copy of its own. */
  @SuppressWarnings("unchecked")
  public List<InternalRow> apply(List<InternalRow> rows) {
    BufferedRowIterator out = (BufferedRowIterator) code.generate(references);
    out.init(0, new scala.collection.Iterator[] {asScalaIterator(rows.iterator())});
    List<InternalRow> all = new ArrayList<>(rows.size());
    try {
      while (out.hasNext()) {
        all.add(out.next().copy());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return all;
  }
}
