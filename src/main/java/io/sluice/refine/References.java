package io.sluice.refine;

import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.when;

import io.sluice.contract.Contract;
import io.sluice.contract.Field;
import io.sluice.contract.Field.Reference;
import java.util.Map;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * Judges typed rows by what their fields refer to: adds a reason to {@code _reasons} for each value
 * that is not among the accepted ones. Cost: a broadcast join for each reference.
 */
final class References {
  private References() {}

  /**
   * The rows, and helper columns named {@code _found_}….
   *
   * @param accepted for each reference of the contract its accepted values, one column
   */
  static Dataset<Row> judge(
      Contract contract, Dataset<Row> typed, Map<Reference, Dataset<Row>> accepted) {
    Dataset<Row> judged = typed;
    int join = 0;
    for (Field field : contract.fields()) {
      if (field.reference().isEmpty()) {
        continue;
      }
      Reference to = field.reference().get();
      String found = "_found_" + join++;
      Dataset<Row> of = accepted.get(to);
      Dataset<Row> values = of.select(of.col(of.columns()[0]).as(found)).distinct();
      Column value = col("`" + field.name() + "`");
      Column reason =
          array(
                  struct(
                      lit(field.name()).as("field"),
                      lit("reference").as("rule"),
                      lit("not in " + to.source() + "." + to.field()).as("message")))
              .cast(Findings.REASONS);
      Column reasons = col("_reasons");
      judged =
          judged
              .join(values, value.equalTo(col(found)), "left_outer")
              .withColumn(
                  "_reasons",
                  when(
                          value.isNotNull().and(col(found).isNull()),
                          when(reasons.isNull(), reason).otherwise(concat(reasons, reason)))
                      .otherwise(reasons));
    }
    return judged;
  }
}
