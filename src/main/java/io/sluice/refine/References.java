package io.sluice.refine;

import static io.sluice.engine.Columns.named;
import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.not;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.when;

import io.sluice.contract.Contract;
import io.sluice.contract.Field;
import io.sluice.contract.Field.Reference;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * Judges typed rows by what their fields refer to: adds a reason to {@code _reasons} for each value
 * that is not among the accepted ones. Pure.
 */
final class References {
  private References() {}

  /** The fields that refer to another source's, in the contract's order. */
  static List<Field> of(Contract contract) {
    return contract.fields().stream().filter(field -> field.reference().isPresent()).toList();
  }

  /**
   * The rows, and helper columns named {@code _found_}…. Cost: a broadcast join for each reference.
   *
   * @param accepted for each reference of the contract its accepted values, one column
   */
  static Dataset<Row> judge(
      Contract contract, Dataset<Row> typed, Map<Reference, Dataset<Row>> accepted) {
    Dataset<Row> judged = typed;
    int join = 0;
    for (Field field : of(contract)) {
      String found = found(join++);
      Dataset<Row> of = accepted.get(field.reference().orElseThrow());
      Dataset<Row> values = of.select(of.col(of.columns()[0]).as(found)).distinct();
      judged = judged.join(values, value(field).equalTo(col(found)), "left_outer");
      judged = judge(judged, field, col(found).isNotNull().or(isExempt(contract)));
    }
    return judged;
  }

  /** The columns by which {@link #judge(Contract, Dataset)} is told of what has been found. */
  static StructType marks(Contract contract) {
    StructType marks = new StructType();
    for (int i = 0; i < of(contract).size(); i++) {
      marks = marks.add(found(i), DataTypes.BooleanType);
    }
    return marks;
  }

  /**
   * The same where it is known already which values are accepted.
   *
   * @param typed with the columns of {@link #marks}: whether the field's value is accepted
   */
  static Dataset<Row> judge(Contract contract, Dataset<Row> typed) {
    Dataset<Row> judged = typed;
    int mark = 0;
    for (Field field : of(contract)) {
      judged =
          judge(judged, field, coalesce(col(found(mark++)), lit(false)).or(isExempt(contract)));
    }
    return judged;
  }

  /** Whether what a row refers to is not asked, since it is gone. */
  private static Column isExempt(Contract contract) {
    return contract.changes().hasDeletes()
        ? coalesce(col(Refiner.DELETED), lit(false))
        : lit(false);
  }

  private static String found(int number) {
    return "_found_" + number;
  }

  private static Column value(Field field) {
    return named(field.name());
  }

  private static Dataset<Row> judge(Dataset<Row> rows, Field field, Column isFound) {
    Reference to = field.reference().orElseThrow();
    Column reason =
        array(
                struct(
                    lit(field.name()).as("field"),
                    lit("reference").as("rule"),
                    lit("not in " + to.source() + "." + to.field()).as("message")))
            .cast(Findings.REASONS);
    Column reasons = col("_reasons");
    return rows.withColumn(
        "_reasons",
        when(
                value(field).isNotNull().and(not(isFound)),
                when(reasons.isNull(), reason).otherwise(concat(reasons, reason)))
            .otherwise(reasons));
  }
}
