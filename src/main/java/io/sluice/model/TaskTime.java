package io.sluice.model;

import io.sluice.run.Run;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerJobStart;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.sql.SparkSession;

/**
 * Measures what a run takes: adds up the CPU time of its tasks, wherever they run.
 *
 * <p>Spark tells of tasks a little later than they end, so the last of them may be missing.
 */
final class TaskTime extends SparkListener implements AutoCloseable {
  private final SparkSession spark;
  private final String group;
  private final Set<Integer> stages = ConcurrentHashMap.newKeySet();
  private final AtomicLong nanoseconds = new AtomicLong();
  private final long began = System.nanoTime();

  private TaskTime(SparkSession spark, String group) {
    this.spark = spark;
    this.group = group;
  }

  /** Begins to listen to a run's tasks; {@link #close} ends it. */
  static TaskTime measure(SparkSession spark, Run run) {
    TaskTime time = new TaskTime(spark, run.id());
    spark.sparkContext().addSparkListener(time);
    return time;
  }

  @Override
  public void onJobStart(SparkListenerJobStart job) {
    if (group.equals(job.properties().getProperty("spark.jobGroup.id"))) {
      job.stageInfos().foreach(stage -> stages.add(stage.stageId()));
    }
  }

  @Override
  public void onTaskEnd(SparkListenerTaskEnd task) {
    if (stages.contains(task.stageId()) && task.taskMetrics() != null) {
      nanoseconds.addAndGet(task.taskMetrics().executorCpuTime());
    }
  }

  /** CPU seconds of the tasks that have ended. */
  double cpuSeconds() {
    return nanoseconds.get() / 1e9;
  }

  /** Seconds since it began to listen. */
  double wallSeconds() {
    return (System.nanoTime() - began) / 1e9;
  }

  @Override
  public void close() {
    spark.sparkContext().removeSparkListener(this);
  }
}
