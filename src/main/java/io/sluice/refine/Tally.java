package io.sluice.refine;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.posexplode_outer;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.when;

import io.sluice.contract.Contract;
import java.sql.Date;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataTypes;

/**
 * What a batch of judged rows holds.
 *
 * @param read its rows
 * @param quarantined those that broke a rule
 * @param reasons how many rows broke each rule, by {@code field/rule}
 * @param days the days of the valid rows, by the contract's partition field; none without one
 */
record Tally(long read, long quarantined, SortedMap<String, Long> reasons, List<Date> days) {

  /** Of no batch. */
  static final Tally NONE = new Tally(0, 0, new TreeMap<>(), List.of());

  /** Counts judged rows; costs one pass over them. */
  static Tally of(Contract contract, Dataset<Row> judged) {
    Column valid = col("_reasons").isNull();
    Column day =
        contract
            .partition()
            .map(field -> when(valid, col(field.name())))
            .orElse(lit(null).cast(DataTypes.DateType));
    List<Row> groups =
        judged
            .select(day.as("day"), valid.as("valid"), posexplode_outer(col("_reasons")))
            .groupBy(
                col("day"), col("valid"), col("col.field").as("field"), col("col.rule").as("rule"))
            .agg(
                sum(when(col("pos").isNull().or(col("pos").equalTo(0)), 1L).otherwise(0L)),
                count(lit(1)))
            .collectAsList();
    long read = 0;
    long quarantined = 0;
    SortedMap<String, Long> reasons = new TreeMap<>();
    Set<Date> days = new HashSet<>();
    for (Row group : groups) {
      read += group.getLong(4);
      if (group.getBoolean(1)) {
        if (!group.isNullAt(0)) {
          days.add(group.getDate(0));
        }
      } else {
        quarantined += group.getLong(4);
        reasons.merge(group.getString(2) + "/" + group.getString(3), group.getLong(5), Long::sum);
      }
    }
    return new Tally(read, quarantined, reasons, days.stream().sorted().toList());
  }
}
