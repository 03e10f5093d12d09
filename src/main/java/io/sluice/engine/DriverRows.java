package io.sluice.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.apache.spark.Partition;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.apache.spark.TaskContext$;
import org.apache.spark.TaskContextImpl;
import org.apache.spark.executor.TaskMetrics$;
import org.apache.spark.memory.TaskMemoryManager;
import org.apache.spark.rdd.RDD;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.catalyst.InternalRow;
import scala.Option;
import scala.collection.Iterator;

/**
 * Reads a dataset's rows in the calling thread: no job, no task, no executor.
 *
 * <p>For plans of one pass over few rows: scans of files or topics, projections, filters. The same
 * generated code runs as in Spark's tasks, so the rows are those that a job would give, partition
 * by partition. A plan with a shuffle, a sort or a broadcast join runs jobs of its own for these.
 * Cost: the plan's planning, and its rows in memory.
 */
public final class DriverRows {
  /** Spark counts its tasks from 0. */
  private static final AtomicLong NEXT = new AtomicLong(Long.MIN_VALUE);

  private DriverRows() {}

  /** The rows, each a copy of its own. */
  public static LocalRows of(Dataset<?> dataset) {
    List<InternalRow> rows = new ArrayList<>();
    forEach(dataset, row -> rows.add(row.internal().copy()));
    return LocalRows.internal(dataset.schema(), rows);
  }

  /**
   * Gives the rows to a reader one by one: only one of them is in memory.
   *
   * @param reader copies what it keeps of a row
   */
  public static void forEach(Dataset<?> dataset, Consumer<LocalRows.LocalRow> reader) {
    RDD<InternalRow> rdd = dataset.queryExecution().toRdd();
    for (Partition partition : rdd.partitions()) {
      TaskContext before = TaskContext.get();
      long id = NEXT.getAndIncrement();
      TaskContextImpl context = context(partition, id);
      SparkEnv.get().blockManager().registerTask(id);
      TaskContext$.MODULE$.setTaskContext(context);
      try {
        Iterator<InternalRow> all = rdd.iterator(partition, context);
        while (all.hasNext()) {
          reader.accept(new LocalRows.LocalRow(all.next()));
        }
      } finally {
        // Whichever way it ended, its listeners close what was opened.
        context.markTaskCompleted(Option.empty());
        context.taskMemoryManager().cleanUpAllAllocatedMemory();
        SparkEnv.get().blockManager().releaseAllLocksForTask(id);
        if (before == null) {
          TaskContext$.MODULE$.unset();
        } else {
          TaskContext$.MODULE$.setTaskContext(before);
        }
      }
    }
  }

  /** What the code of a task asks for: who it is, memory, and counters that nobody reads. */
  private static TaskContextImpl context(Partition partition, long id) {
    SparkEnv spark = SparkEnv.get();
    return new TaskContextImpl(
        0,
        0,
        partition.index(),
        id,
        0,
        1,
        new TaskMemoryManager(spark.memoryManager(), id),
        new Properties(),
        spark.metricsSystem(),
        TaskMetrics$.MODULE$.empty(),
        1,
        Scala.map(Map.of()));
  }
}
