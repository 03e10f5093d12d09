package io.sluice.engine;

import static org.apache.spark.sql.functions.col;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.sluice.testing.LocalSpark;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DriverRowsTest {
  private final SparkSession spark = LocalSpark.withoutS3();
  @TempDir private Path folder;

  @Test
  void readsFilesFiltersAndProjectsInTheCallingThread() {
    String path = folder.resolve("numbers").toUri().toString();
    spark.range(0, 1000, 1, 3).withColumn("double", col("id").multiply(2)).write().parquet(path);
    Dataset<Row> some = spark.read().parquet(path).where("id % 100 = 7").selectExpr("double");
    int jobs = spark.sparkContext().statusTracker().getJobIdsForGroup(null).length;

    List<Long> read = new ArrayList<>();
    DriverRows.of(some).forEach(row -> read.add(row.number(0)));

    assertEquals(
        LongStream.range(0, 10).map(hundred -> 2 * (100 * hundred + 7)).boxed().toList(),
        read.stream().sorted().toList());
    assertEquals(jobs, spark.sparkContext().statusTracker().getJobIdsForGroup(null).length);
  }

  @Test
  void failsAsTheRowsDo() {
    Dataset<Row> failing = spark.range(3).selectExpr("raise_error(concat('no ', id))");

    assertThrows(RuntimeException.class, () -> DriverRows.of(failing));

    assertEquals(3, DriverRows.of(spark.range(3)).size());
  }
}
