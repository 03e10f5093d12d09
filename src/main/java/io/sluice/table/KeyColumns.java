package io.sluice.table;

import static io.sluice.engine.Columns.named;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.xxhash64;

import io.sluice.engine.Scala;
import java.sql.Date;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.types.StructType;

/**
 * By which columns the rows of a table are told apart.
 *
 * @param key the key's columns
 * @param ordering the column that tells a key's versions apart
 * @param partition the column that the table is partitioned by, a DATE, if it is
 * @param content what a row of some columns says, as a number
 */
public record KeyColumns(
    List<String> key,
    String ordering,
    Optional<String> partition,
    Function<StructType, Column> content) {

  /** A column that tells keys apart: equal for equal ones, and hardly ever for others. */
  public Column hash() {
    return xxhash64(keys());
  }

  Column[] keys() {
    return named(key);
  }

  /** The day of a row; null if the table is not partitioned. */
  Column day() {
    return partition.map(name -> named(name)).orElse(lit(null).cast("date"));
  }

  /** Whether a row is of one of some days; all are if the table is not partitioned. */
  Column isOf(Collection<?> days) {
    return partition.isEmpty() ? lit(true) : day().isin(days.toArray());
  }

  /**
   * The day of a file's rows; null if the table is not partitioned.
   *
   * @param partition the file's, as the log has it
   */
  Object day(scala.collection.immutable.Map<String, String> partition) {
    return this.partition
        .map(name -> Scala.javaMap(partition).get(name))
        .map(Date::valueOf)
        .orElse(null);
  }
}
