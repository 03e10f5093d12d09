package io.sluice.refine;

import static io.sluice.engine.Columns.named;
import static org.apache.spark.sql.functions.greatest;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.when;

import io.sluice.contract.Contract;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataType;

/**
 * Up to which version all rows of a source have been ended at once. A record that does so is a
 * deletion without a key.
 *
 * @param key a column of the key, null where a row is a truncation
 * @param held the greatest ordering value of the truncations that are remembered; null for none
 * @param news the greatest of those that a batch brings; null for none
 */
record Truncation(String key, Object held, Object news) {

  /** The greatest ordering value of the truncations among rows; null for none. Costs a job. */
  static Object newest(Contract contract, Dataset<Row> rows) {
    return rows.where(isTruncation(contract)).agg(max(named(contract.ordering()))).head().get(0);
  }

  /** Whether a deletion ends all rows. */
  static Column isTruncation(Contract contract) {
    return named(contract.keyColumns().get(0)).isNull();
  }

  /** Whether the batch brings one, so that rows may leave the table whose keys it does not name. */
  boolean isNews() {
    return news != null;
  }

  /**
   * Versions that are held of the rows' keys, raised to the truncations; a truncation's own, to
   * those before it.
   *
   * @param version may be null
   * @param type the ordering column's
   */
  Column raised(Column version, DataType type) {
    Column before = lit(held).cast(type);
    return when(named(key).isNull(), greatest(version, before))
        .otherwise(greatest(version, before, lit(news).cast(type)));
  }
}
