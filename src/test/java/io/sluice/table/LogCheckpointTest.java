package io.sluice.table;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.testing.LocalSpark;
import io.sluice.testing.NeedsServers;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;

/** A commit need not wait for the checkpoint of its log. */
@NeedsServers
class LogCheckpointTest {
  @Test
  void isLeftToOthersWhenItIsDue() throws IOException {
    SparkSession spark = LocalSpark.get();
    LakeTable table = Lake.open(spark, "s3a://lake/log-checkpoint").silver("things");
    Dataset<Row> rows = spark.range(2).toDF("n");
    TableSpec spec =
        new TableSpec(
            "Things.",
            rows.schema(),
            List.of(),
            List.of("n"),
            Map.of("delta.checkpointInterval", "3"));
    List<Runnable> due = new ArrayList<>();
    for (int commit = 0; commit < 5; commit++) {
      TableTransaction.begin(table, spec)
          .checkpointsBy(due::add)
          .append(rows)
          .checkpoint(new Checkpoint("reader"), commit)
          .publish(SaveMode.Append, "{}");
    }
    Path checkpoint = new Path(table.path(), "_delta_log/00000000000000000003.checkpoint.parquet");
    var fs = checkpoint.getFileSystem(spark.sparkContext().hadoopConfiguration());
    assertEquals(1, due.size());
    assertFalse(fs.exists(checkpoint));

    // Later commits stand already, and the next ones begin where it does.
    due.get(0).run();
    assertTrue(fs.exists(checkpoint));
    TableTransaction.begin(table, spec).append(rows).publish(SaveMode.Append, "{}");
    assertEquals(12, table.read().count());
    assertEquals(4, table.checkpoint(new Checkpoint("reader")));
  }
}
