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
 * Adds up the CPU time of a run's tasks, wherever they run.
 *
 * <p>Spark tells of tasks a little later than they end, so the last of them may be missing.
 */
final class TaskTime extends SparkListener implements AutoCloseable {
  private final SparkSession spark;
  private final String group;
  private final Set<Integer> stages = ConcurrentHashMap.newKeySet();
  private final AtomicLong nanoseconds = new AtomicLong();

  TaskTime(SparkSession spark, Run run) {
    this.spark = spark;
    this.group = run.id();
    spark.sparkContext().addSparkListener(this);
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

  double seconds() {
    return nanoseconds.get() / 1e9;
  }

  @Override
  public void close() {
    spark.sparkContext().removeSparkListener(this);
  }
}
