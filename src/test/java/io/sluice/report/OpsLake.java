package io.sluice.report;

import io.sluice.run.RowCounts;
import io.sluice.run.Run;
import io.sluice.run.RunLog;
import io.sluice.table.Lake;
import io.sluice.table.TableSpec;
import io.sluice.table.TableTransaction;
import io.sluice.testing.LocalSpark;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.execution.QueryExecution;
import org.apache.spark.sql.util.QueryExecutionListener;

/** A lake in a local folder whose runs and tables a test makes up. */
final class OpsLake {
  static final Instant NOW = Instant.parse("2026-11-22T06:00:00Z");

  final SparkSession spark = LocalSpark.withoutS3();
  final Lake lake;
  final RunLog log;

  OpsLake(Path folder) {
    lake = Lake.open(spark, folder.toUri().toString());
    log = new RunLog(lake, Clock.fixed(NOW, ZoneOffset.UTC));
    log.begin("refine", "calls");
    log.hold();
  }

  /** A run that began some days ago; it waits in memory until {@code log.release()}. */
  void ran(String subject, long daysAgo, Run.Outcome outcome, RowCounts rowCounts) {
    Run run =
        new Run(
            subject + " " + daysAgo + " " + outcome,
            "refine",
            subject,
            NOW.minus(Duration.ofDays(daysAgo)));
    Long version = outcome == Run.Outcome.DONE ? 1000 - daysAgo : null;
    log.end(run, outcome, rowCounts, version, outcome == Run.Outcome.DONE ? null : "why");
  }

  /** Makes a table of the rows of a query. */
  void write(String layer, String name, String rows) {
    Dataset<Row> made = spark.sql(rows);
    TableTransaction.begin(
            lake.table(layer, name),
            new TableSpec("Made for a test.", made.schema().asNullable(), List.of(), List.of()))
        .append(made)
        .publish(SaveMode.Append, "{}");
  }

  /** A result, and how many rows queries brought into the driver for it. */
  record Counted<T>(T result, long rows) {}

  <T> Counted<T> counted(Supplier<T> work) throws TimeoutException {
    List<QueryExecution> collected = Collections.synchronizedList(new ArrayList<>());
    QueryExecutionListener listener =
        new QueryExecutionListener() {
          @Override
          public void onSuccess(String function, QueryExecution query, long nanoseconds) {
            if (function.equals("collectAsList")) {
              collected.add(query);
            }
          }

          @Override
          public void onFailure(String function, QueryExecution query, Exception exception) {}
        };
    spark.listenerManager().register(listener);
    try {
      T result = work.get();
      spark.sparkContext().listenerBus().waitUntilEmpty();
      return new Counted<>(
          result, collected.stream().mapToLong(query -> query.toRdd().count()).sum());
    } finally {
      spark.listenerManager().unregister(listener);
    }
  }
}
