package io.sluice.query;

import io.delta.sql.DeltaSparkSessionExtension;
import io.sluice.testing.LocalSpark;
import java.nio.file.Path;
import org.apache.spark.sql.SparkSession;

/** A session with Delta's SQL and a catalog of its own, whatever the tests' shared one has. */
final class QuerySession {
  private QuerySession() {}

  /** Opens it, as the active one; the shared one stays the default. */
  static SparkSession open(Path folder) {
    SparkSession shared = LocalSpark.withoutS3();
    SparkSession.clearActiveSession();
    SparkSession.clearDefaultSession();
    SparkSession session =
        SparkSession.builder()
            .withExtensions(new DeltaSparkSessionExtension())
            .config(
                "spark.sql.catalog.spark_catalog",
                "org.apache.spark.sql.delta.catalog.DeltaCatalog")
            .config("spark.sql.warehouse.dir", folder.resolve("warehouse").toString())
            .config("spark.databricks.delta.snapshotPartitions", "1")
            .config("spark.sql.session.timeZone", "UTC")
            .config("spark.sql.shuffle.partitions", "1")
            .getOrCreate();
    SparkSession.setDefaultSession(shared);
    return session;
  }
}
