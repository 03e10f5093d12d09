package io.sluice.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Predicate;
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
import org.apache.spark.sql.catalyst.expressions.UnsafeRow;
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
    return upTo(dataset, Long.MAX_VALUE).orElseThrow();
  }

  /** The same; empty if they are more than so many bytes, of which no more are read then. */
  public static Optional<LocalRows> upTo(Dataset<?> dataset, long most) {
    List<InternalRow> rows = new ArrayList<>();
    long[] bytes = {0};
    boolean isWhole =
        read(
            dataset,
            row -> {
              rows.add(row.internal().copy());
              bytes[0] += row.internal() instanceof UnsafeRow sized ? sized.getSizeInBytes() : 0;
              return bytes[0] <= most;
            });
    return isWhole ? Optional.of(LocalRows.internal(dataset.schema(), rows)) : Optional.empty();
  }

  /**
   * Gives the rows to a reader one by one: only one of them is in memory.
   *
   * @param reader copies what it keeps of a row
   */
  public static void forEach(Dataset<?> dataset, Consumer<LocalRows.LocalRow> reader) {
    read(
        dataset,
        row -> {
          reader.accept(row);
          return true;
        });
  }

  /** Whether the reader has taken all rows: it says of each whether it wants more. */
  private static boolean read(Dataset<?> dataset, Predicate<LocalRows.LocalRow> reader) {
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
          if (!reader.test(new LocalRows.LocalRow(all.next()))) {
            return false;
          }
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
    return true;
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
