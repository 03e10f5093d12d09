package io.sluice.engine;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.rdd.RDD;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.CatalystTypeConverters;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.analysis.UnresolvedAttribute;
import org.apache.spark.sql.catalyst.analysis.UnresolvedFunction;
import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.catalyst.expressions.AttributeReference;
import org.apache.spark.sql.catalyst.expressions.BasePredicate;
import org.apache.spark.sql.catalyst.expressions.Cast;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.JoinedRow;
import org.apache.spark.sql.catalyst.expressions.Literal;
import org.apache.spark.sql.catalyst.expressions.NamedExpression;
import org.apache.spark.sql.catalyst.expressions.Predicate;
import org.apache.spark.sql.catalyst.expressions.SubqueryExpression;
import org.apache.spark.sql.catalyst.expressions.UnsafeProjection;
import org.apache.spark.sql.catalyst.expressions.UnsafeRow;
import org.apache.spark.sql.catalyst.expressions.WindowExpression;
import org.apache.spark.sql.catalyst.expressions.aggregate.AggregateExpression;
import org.apache.spark.sql.catalyst.expressions.aggregate.DeclarativeAggregate;
import org.apache.spark.sql.catalyst.optimizer.ReplaceExpressions$;
import org.apache.spark.sql.catalyst.parser.CatalystSqlParser$;
import org.apache.spark.sql.catalyst.plans.logical.Aggregate;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.catalyst.util.package$;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.unsafe.types.UTF8String;
import scala.Function1;

/**
 * A condition over aggregates, such as {@code count(*) > 5 or sum(amount) > 1000}, that is asked
 * again with each row: what the rows so far come to is kept as a few bytes, a row is added to it,
 * and the condition is asked of it.
 *
 * <p>The aggregates are Spark's own, so they say of some rows what a query says of them. Those that
 * need all rows at once (distinct ones, percentiles, collections) are refused. Compiled once for
 * each copy; a copy is not for several threads at once. Cost: a generated function for each row;
 * memory: a buffer of some 8 to 32 bytes an aggregate.
 */
public final class WindowCondition implements Serializable {
  private static final long serialVersionUID = 1L;

  private final StructType input;
  private final List<Expression> initial;
  private final List<Expression> updates;
  private final Expression condition;
  private final List<String> names;
  private final List<Expression> values;
  private final List<Attribute> buffer;
  private final List<Attribute> columns;
  private transient Compiled compiled;

  private WindowCondition(StructType input, Planned planned, Expression condition) {
    this.input = input;
    this.initial = planned.initial;
    this.updates = planned.updates;
    this.condition = condition;
    this.names = new ArrayList<>(planned.values.keySet());
    this.values = new ArrayList<>(planned.values.values());
    this.buffer = planned.buffer;
    this.columns = planned.columns;
  }

  /** What is collected while the aggregates of a condition are replaced by what they come to. */
  private static final class Planned {
    private final List<Expression> initial = new ArrayList<>();
    private final List<Expression> updates = new ArrayList<>();
    private final Map<String, Expression> values = new LinkedHashMap<>();
    private final List<Attribute> buffer = new ArrayList<>();
    private final List<Attribute> columns = new ArrayList<>();
  }

  private static final class Compiled {
    private UnsafeProjection initial;
    private UnsafeProjection update;
    private BasePredicate condition;
    private UnsafeProjection values;
    private Function1<Object, Object> converter;
    private final JoinedRow joined = new JoinedRow();
  }

  /**
   * The columns that a condition reads.
   *
   * @throws IllegalArgumentException if the text is no expression, or one that people may not write
   */
  public static SortedSet<String> columns(String when) {
    Expression parsed;
    try {
      parsed = CatalystSqlParser$.MODULE$.parseExpression(when);
    } catch (Exception e) {
      // Spark throws checked exceptions that its parser does not declare.
      throw new IllegalArgumentException(
          "not a Spark SQL expression: "
              + String.valueOf(e.getMessage()).strip().lines().findFirst().orElse(""),
          e);
    }
    SortedSet<String> columns = new TreeSet<>();
    collect(parsed, columns);
    return columns;
  }

  private static void collect(Expression expression, SortedSet<String> columns) {
    Optional<String> refused = AllowedExpressions.refusal(expression);
    if (refused.isPresent()
        || expression instanceof SubqueryExpression
        || expression instanceof WindowExpression) {
      throw new IllegalArgumentException(
          refused.orElse("a subquery or window") + " cannot stand here");
    }
    if (expression instanceof UnresolvedFunction function
        && AllowedExpressions.isUnstable(function.nameParts().last())) {
      throw new IllegalArgumentException(
          function.nameParts().last() + "() gives another value each time and cannot stand here");
    }
    if (expression instanceof UnresolvedAttribute attribute) {
      columns.add(attribute.nameParts().head());
    }
    Scala.list(expression.children()).forEach(child -> collect(child, columns));
  }

  /**
   * Plans a condition over rows of some columns.
   *
   * @throws IllegalArgumentException with a message of one line, if Spark refuses it, it is not
   *     true or false, or an aggregate cannot be counted row by row
   */
  public static WindowCondition of(SparkSession spark, StructType input, String when) {
    columns(when);
    RDD<InternalRow> none =
        JavaSparkContext.fromSparkContext(spark.sparkContext()).<InternalRow>emptyRDD().rdd();
    LogicalPlan plan;
    try {
      Dataset<Row> rows =
          spark.internalCreateDataFrame(none, input, false).agg(functions.expr(when).as("holds"));
      if (!rows.schema().apply(0).dataType().equals(DataTypes.BooleanType)) {
        throw new IllegalArgumentException("must be true or false");
      }
      plan = ReplaceExpressions$.MODULE$.apply(rows.queryExecution().analyzed());
    } catch (IllegalArgumentException e) {
      throw e;
    } catch (Exception e) {
      // Spark throws checked exceptions that its methods do not declare.
      throw new IllegalArgumentException(
          String.valueOf(e.getMessage()).lines().findFirst().orElse(""), e);
    }
    if (!(plan instanceof Aggregate aggregate)) {
      throw new IllegalArgumentException(
          "must be a condition over aggregates, such as count(*) > 5");
    }
    Planned planned = new Planned();
    Scala.list(aggregate.child().output()).forEach(planned.columns::add);
    NamedExpression holds = aggregate.aggregateExpressions().head();
    Expression condition = replaced(((Expression) holds).children().head(), planned);
    if (planned.buffer.isEmpty()) {
      throw new IllegalArgumentException("must hold an aggregate, such as count(*)");
    }
    return new WindowCondition(input, planned, condition);
  }

  private static Expression replaced(Expression expression, Planned planned) {
    if (expression instanceof AggregateExpression one) {
      return value(one, planned);
    }
    List<Expression> children = new ArrayList<>();
    Scala.list(expression.children()).forEach(child -> children.add(replaced(child, planned)));
    return expression.withNewChildren(Scala.seq(children));
  }

  private static Expression value(AggregateExpression one, Planned planned) {
    String name = package$.MODULE$.toPrettySQL(one).replace("count(1)", "count(*)");
    if (one.isDistinct() || !(one.aggregateFunction() instanceof DeclarativeAggregate function)) {
      throw new IllegalArgumentException(
          name
              + " needs all rows of a window at once; count, sum, avg, min, max and their like do"
              + " not");
    }
    List<Expression> updates = new ArrayList<>();
    List<Attribute> own = new ArrayList<>();
    for (AttributeReference attribute : Scala.list(function.aggBufferAttributes())) {
      own.add(attribute);
    }
    Scala.list(function.initialValues()).forEach(planned.initial::add);
    Scala.list(function.updateExpressions()).forEach(updates::add);
    for (int i = 0; i < updates.size(); i++) {
      Expression update = updates.get(i);
      planned.updates.add(
          one.filter().isEmpty()
              ? update
              : new org.apache.spark.sql.catalyst.expressions.If(
                  new org.apache.spark.sql.catalyst.expressions.Coalesce(
                      Scala.seq(List.of(one.filter().get(), Literal.FalseLiteral()))),
                  update,
                  own.get(i)));
    }
    planned.buffer.addAll(own);
    Expression value = function.evaluateExpression();
    planned.values.putIfAbsent(
        name,
        new Cast(value, DataTypes.StringType, scala.Option.apply("UTC"), Cast.apply$default$4()));
    return value;
  }

  private Compiled compiled() {
    if (compiled == null) {
      Compiled fresh = new Compiled();
      List<Attribute> both = new ArrayList<>(buffer);
      both.addAll(columns);
      fresh.initial = projection(initial, List.of());
      fresh.update = projection(updates, both);
      fresh.condition = Predicate.create(condition, Scala.seq(buffer));
      fresh.condition.initialize(0);
      fresh.values = projection(values, buffer);
      fresh.converter = CatalystTypeConverters.createToCatalystConverter(input);
      compiled = fresh;
    }
    return compiled;
  }

  private static UnsafeProjection projection(List<Expression> of, List<Attribute> over) {
    UnsafeProjection projection = UnsafeProjection.create(Scala.seq(of), Scala.seq(over));
    projection.initialize(0);
    return projection;
  }

  /** What no row comes to. */
  public byte[] empty() {
    return compiled().initial.apply(InternalRow.empty()).copy().getBytes();
  }

  /**
   * What the rows so far come to with one more.
   *
   * @param row of the columns that the condition was planned over
   */
  public byte[] add(byte[] soFar, Row row) {
    Compiled functions = compiled();
    InternalRow more = (InternalRow) functions.converter.apply(row);
    return functions.update.apply(functions.joined.apply(row(soFar), more)).copy().getBytes();
  }

  /** Whether the condition is true of what the rows come to; null is not. */
  public boolean holds(byte[] soFar) {
    return compiled().condition.eval(row(soFar));
  }

  /** What the aggregates come to, as text by their names; null where one is. */
  public Map<String, String> values(byte[] soFar) {
    UnsafeRow texts = compiled().values.apply(row(soFar));
    Map<String, String> all = new LinkedHashMap<>();
    for (int i = 0; i < names.size(); i++) {
      UTF8String text = texts.isNullAt(i) ? null : texts.getUTF8String(i);
      all.put(names.get(i), text == null ? null : text.toString());
    }
    return all;
  }

  private UnsafeRow row(byte[] bytes) {
    UnsafeRow row = new UnsafeRow(buffer.size());
    row.pointTo(bytes, bytes.length);
    return row;
  }
}
