package io.sluice.engine;

import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.catalyst.plans.logical.RepartitionByExpression;
import org.apache.spark.sql.catalyst.plans.physical.Partitioning;
import org.apache.spark.sql.execution.LogicalRDD;
import org.apache.spark.sql.execution.LogicalRDD$;
import org.apache.spark.sql.execution.QueryExecution;
import scala.Option;

/**
 * Rows brought together by some columns once, and then read several times.
 *
 * <p>Spark keeps a shuffle's files as long as its plan is referred to, so a second pass over them
 * reads them without computing the rows again; and it is told how the rows are partitioned, so that
 * a window or join on those columns moves nothing. Lost files are computed again. Cheaper than
 * persisting: nothing is written but the shuffle.
 */
public final class ReusedShuffle {
  private ReusedShuffle() {}

  /**
   * Runs the plan of {@code rows} up to a shuffle by {@code columns} and gives the rows behind it.
   */
  public static Dataset<Row> by(Dataset<Row> rows, int partitions, Column... columns) {
    Dataset<Row> shuffled = rows.repartition(partitions, columns);
    QueryExecution plan = shuffled.queryExecution();
    LogicalRDD behind = LogicalRDD$.MODULE$.fromDataset(plan.toRdd(), shuffled, false);
    // An adaptive plan does not say how its last shuffle partitions; and of no rows, or by
    // constants
    // alone, it makes another number of partitions than it was asked for.
    Partitioning by = ((RepartitionByExpression) plan.analyzed()).partitioning();
    if (behind.rdd().getNumPartitions() == by.numPartitions()) {
      behind =
          new LogicalRDD(
              behind.output(),
              behind.rdd(),
              by,
              behind.outputOrdering(),
              behind.isStreaming(),
              rows.sparkSession(),
              Option.apply(behind.stats()),
              Option.apply(behind.constraints()));
    }
    return Dataset.ofRows(rows.sparkSession(), behind);
  }
}
