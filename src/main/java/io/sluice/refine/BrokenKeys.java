package io.sluice.refine;

import static io.sluice.engine.Columns.named;
import static org.apache.spark.sql.functions.broadcast;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.not;
import static org.apache.spark.sql.functions.row_number;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.when;

import io.sluice.contract.Contract;
import io.sluice.engine.Scala;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.expressions.Window;

/**
 * The keys whose record in the newest delivery of their scope is broken, and which older row of
 * them stays: nobody knows what the newest says of them, and so what held before goes on.
 *
 * <p>A key is followed back, delivery by delivery, for as long as its records are broken. If it is
 * valid then, that row stays; if the delivery lacks it, none does; if no delivery of the batch is
 * left, the table's row stays. So several deliveries of one batch give what they give one by one.
 *
 * <p>Cost: a shuffle of the keys of the rows, where there are broken ones.
 */
record BrokenKeys(Contract contract, Dataset<Row> keys) {
  /** How many deliveries of the scope are newer than a row's, of those that the table lacks. */
  static final String RANK = "_rank";

  /** How many deliveries of its scope the table lacks. */
  static final String NEWS = "_news";

  private static final String AT = "_stays_at";
  private static final String DELIVERY = "_stays_delivery";

  /**
   * @param judged rows with the key, {@code _arrived_at}, {@code _delivery}, {@link #RANK} and
   *     {@link #NEWS}
   */
  static BrokenKeys of(Contract contract, Dataset<Row> judged) {
    Column[] key = named(contract.keyColumns());
    Column first = col(RANK).equalTo(0);
    // Of each key and delivery whether a valid row is there.
    Dataset<Row> told =
        judged
            .groupBy(named(contract.keyColumns(), col(RANK), col(NEWS)))
            .agg(
                max(col("_reasons").isNull()).as("_valid"),
                max(struct(col(Contract.ARRIVED_AT).as(AT), col(Refiner.DELIVERY).as(DELIVERY)))
                    .as("_version"));
    Dataset<Row> broken = told.where(first.and(not(col("_valid")))).select(key);
    Dataset<Row> stays =
        told.join(broken, Scala.seq(contract.keyColumns()), "left_semi")
            .withColumn(
                "_nth", row_number().over(Window.partitionBy(key).orderBy(RANK)).minus(lit(1)))
            .where(col("_nth").equalTo(col(RANK)))
            .groupBy(named(contract.keyColumns(), col(NEWS)))
            .agg(
                min(when(col("_valid"), struct(col(RANK), col("_version")))).as("_stays"),
                count(lit(1)).as("_run"))
            .where(col("_stays").isNotNull().or(col("_run").equalTo(col(NEWS))))
            .select(
                named(
                    contract.keyColumns(),
                    col("_stays._version." + AT).as(AT),
                    col("_stays._version." + DELIVERY).as(DELIVERY)));
    return new BrokenKeys(contract, stays);
  }

  /** Those of some rows of the batch that stay, though a newer delivery of their scope has come. */
  Dataset<Row> staying(Dataset<Row> older) {
    return older
        .join(broadcast(keys.where(col(AT).isNotNull())), Scala.seq(contract.keyColumns()), "inner")
        .where(
            col(Contract.ARRIVED_AT)
                .equalTo(col(AT))
                .and(coalesce(col(Refiner.DELIVERY), lit("")).equalTo(col(DELIVERY))))
        .drop(AT, DELIVERY);
  }

  /** Rows of the table with a column that is true where they stay. */
  Dataset<Row> marked(Dataset<Row> table, String column) {
    Dataset<Row> staying =
        keys.where(col(AT).isNull())
            .select(named(contract.keyColumns()))
            .withColumn(column, lit(true));
    return table
        .join(broadcast(staying), Scala.seq(contract.keyColumns()), "left_outer")
        .withColumn(column, coalesce(col(column), lit(false)));
  }
}
