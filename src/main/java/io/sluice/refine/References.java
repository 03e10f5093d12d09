package io.sluice.refine;

import static io.sluice.engine.Columns.named;
import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat;
import static org.apache.spark.sql.functions.concat_ws;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.not;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.when;

import io.sluice.contract.Contract;
import io.sluice.contract.Reference;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * Judges typed rows by what they refer to: adds a reason to {@code _reasons} for each reference
 * whose values stand in no row of the parent, and {@code _waits_for}: of a row that breaks no other
 * rule the parents that lack them, with commas between; null of any other row. Pure.
 *
 * <p>A row in which a value of a reference is null refers to nothing.
 */
final class References {
  /** The parents for which alone a row is broken. */
  static final String WAITS_FOR = "_waits_for";

  private References() {}

  /**
   * The rows, and helper columns named {@code _found_}…. Cost: a broadcast join for each reference.
   *
   * @param accepted for each reference of the contract its parent's fields, in their order
   */
  static Dataset<Row> judge(
      Contract contract, Dataset<Row> typed, Map<Reference, Dataset<Row>> accepted) {
    List<Reference> references = contract.references();
    Dataset<Row> judged = typed;
    Column[] found = new Column[references.size()];
    for (int i = 0; i < found.length; i++) {
      List<String> fields = references.get(i).fields();
      String[] names = new String[fields.size()];
      Column same = lit(true);
      for (int k = 0; k < names.length; k++) {
        names[k] = found(i) + "_" + k;
        same = same.and(named(fields.get(k)).equalTo(col(names[k])));
      }
      Dataset<Row> values = accepted.get(references.get(i)).toDF(names).distinct();
      judged = judged.join(values, same, "left_outer");
      // Null of a row that has found none, since null equals nothing.
      found[i] = col(names[0]).isNotNull();
    }
    return judge(contract, judged, found);
  }

  /** The columns by which {@link #judge(Contract, Dataset)} is told of what has been found. */
  static StructType marks(Contract contract) {
    StructType marks = new StructType();
    for (int i = 0; i < contract.references().size(); i++) {
      marks = marks.add(found(i), DataTypes.BooleanType);
    }
    return marks;
  }

  /**
   * The same where it is known already what is accepted.
   *
   * @param typed with the columns of {@link #marks}: whether a reference's values are
   */
  static Dataset<Row> judge(Contract contract, Dataset<Row> typed) {
    Column[] found =
        Stream.of(marks(contract).fieldNames())
            .map(name -> coalesce(col(name), lit(false)))
            .toArray(Column[]::new);
    return judge(contract, typed, found);
  }

  /**
   * @param found for each reference whether its values are accepted
   */
  private static Dataset<Row> judge(Contract contract, Dataset<Row> rows, Column[] found) {
    List<Reference> references = contract.references();
    Column[] broken = new Column[found.length];
    for (int i = 0; i < found.length; i++) {
      broken[i] = not(found[i].or(isExempt(contract)));
      for (String field : references.get(i).fields()) {
        broken[i] = broken[i].and(named(field).isNotNull());
      }
    }
    Dataset<Row> judged = rows.withColumn(WAITS_FOR, waitsFor(contract, broken));
    for (int i = 0; i < found.length; i++) {
      Column reason = reason(references.get(i));
      Column reasons = col("_reasons");
      judged =
          judged.withColumn(
              "_reasons",
              when(broken[i], when(reasons.isNull(), reason).otherwise(concat(reasons, reason)))
                  .otherwise(reasons));
    }
    return judged;
  }

  /** By the reasons that there are before those of references are added. */
  private static Column waitsFor(Contract contract, Column[] broken) {
    Column none = lit(null).cast(DataTypes.StringType);
    Column any = lit(false);
    for (Column one : broken) {
      any = any.or(one);
    }
    Column[] parents =
        contract.parents().stream()
            .map(
                parent -> {
                  Column lacks = lit(false);
                  for (int i = 0; i < broken.length; i++) {
                    if (contract.references().get(i).source().equals(parent)) {
                      lacks = lacks.or(broken[i]);
                    }
                  }
                  return when(lacks, lit(parent)).otherwise(none);
                })
            .toArray(Column[]::new);
    return broken.length == 0
        ? none
        : when(col("_reasons").isNull().and(any), concat_ws(",", parents)).otherwise(none);
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

  private static Column reason(Reference reference) {
    return array(
            struct(
                lit(reference.name()).as("field"),
                lit("reference").as("rule"),
                lit("not in " + reference.target()).as("message")))
        .cast(Findings.REASONS);
  }
}
