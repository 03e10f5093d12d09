package io.sluice.table;

import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.execution.LogicalRDD;
import org.apache.spark.sql.execution.LogicalRDD$;

/**
 * Rows brought together by some columns once, and then read several times.
 *
 * <p>Spark keeps a shuffle's files as long as its plan is referred to, so a second pass over them
 * reads them without computing the rows again; and it knows how the rows are partitioned, so that a
 * window or join on those columns moves nothing. Lost files are computed again. Cheaper than
 * persisting: nothing is written but the shuffle.
 */
public final class Exchange {
  private Exchange() {}

  /**
   * Runs the plan of {@code rows} up to a shuffle by {@code columns} and gives the rows behind it.
   */
  public static Dataset<Row> by(Dataset<Row> rows, int partitions, Column... columns) {
    Dataset<Row> shuffled = rows.repartition(partitions, columns);
    LogicalRDD behind =
        LogicalRDD$.MODULE$.fromDataset(shuffled.queryExecution().toRdd(), shuffled, false);
    return Dataset.ofRows(rows.sparkSession(), behind);
  }
}
