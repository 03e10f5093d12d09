package io.sluice.engine;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.catalyst.expressions.Alias;
import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.catalyst.expressions.AttributeSet;
import org.apache.spark.sql.catalyst.expressions.ExprId;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.plans.logical.Generate;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.catalyst.plans.logical.SubqueryAlias;
import org.apache.spark.sql.catalyst.plans.logical.Union;

/**
 * Finds, for each column of a computed dataset, the input columns it is computed from, by following
 * Spark's analyzed plan from the inputs up.
 *
 * <p>Columns that only decide which rows there are (filters, join keys, groups) are not among them.
 */
public final class PlanOrigins {
  private static final String MARK = "sluice_input:";

  private final Map<ExprId, SortedSet<String>> origins = new HashMap<>();

  private PlanOrigins() {}

  /** The same rows, marked so that {@link #of} knows where they come from. */
  public static Dataset<Row> mark(Dataset<Row> rows, String location) {
    return rows.as(MARK + location);
  }

  /** The origins of the dataset's columns among the marked inputs. */
  public static List<ColumnOrigin> of(Dataset<Row> rows) {
    PlanOrigins found = new PlanOrigins();
    LogicalPlan plan = rows.queryExecution().analyzed();
    found.visit(plan);
    List<ColumnOrigin> columns = new ArrayList<>();
    for (Attribute column : Scala.list(plan.output())) {
      for (String origin : found.of(column.exprId())) {
        int bar = origin.lastIndexOf('|');
        String field = origin.substring(bar + 1);
        columns.add(
            new ColumnOrigin(
                column.name(),
                origin.substring(0, bar),
                field,
                field.equals(column.name()) ? "" : "computed",
                false));
      }
    }
    return columns;
  }

  private SortedSet<String> of(ExprId id) {
    return origins.getOrDefault(id, new TreeSet<>());
  }

  private void visit(LogicalPlan plan) {
    Scala.list(plan.children()).forEach(this::visit);
    if (plan instanceof SubqueryAlias alias && alias.alias().startsWith(MARK)) {
      String location = alias.alias().substring(MARK.length());
      for (Attribute column : Scala.list(plan.output())) {
        origins.put(column.exprId(), new TreeSet<>(List.of(location + "|" + column.name())));
      }
      return;
    }
    for (Expression expression : Scala.list(plan.expressions())) {
      if (expression instanceof Alias alias) {
        // A count of rows names no column: it depends on all that its node reads.
        boolean names = !alias.references().isEmpty();
        origins.put(alias.exprId(), of(names ? alias.references() : plan.references()));
      }
    }
    if (plan instanceof Union union) {
      List<Attribute> output = Scala.list(union.output());
      for (int i = 0; i < output.size(); i++) {
        SortedSet<String> all = new TreeSet<>();
        for (LogicalPlan child : Scala.list(union.children())) {
          all.addAll(of(child.output().apply(i).exprId()));
        }
        origins.put(output.get(i).exprId(), all);
      }
    } else if (plan instanceof Generate generate) {
      SortedSet<String> from = of(((Expression) generate.generator()).references());
      Scala.list(generate.generatorOutput()).forEach(column -> origins.put(column.exprId(), from));
    }
    for (Attribute column : Scala.list(plan.output())) {
      // A node that makes columns in a way of its own: they may come from anything it reads.
      origins.computeIfAbsent(column.exprId(), id -> of(plan.references()));
    }
  }

  private SortedSet<String> of(AttributeSet references) {
    SortedSet<String> all = new TreeSet<>();
    for (Attribute reference : Scala.list(references.toSeq())) {
      all.addAll(of(reference.exprId()));
    }
    return all;
  }
}
