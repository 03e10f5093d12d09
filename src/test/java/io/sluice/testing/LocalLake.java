package io.sluice.testing;

import io.sluice.contract.Contracts;
import io.sluice.lineage.LineageEmitter;
import io.sluice.run.RunContext;
import io.sluice.run.RunLog;
import io.sluice.settings.Key;
import io.sluice.settings.Settings;
import io.sluice.table.Lake;
import java.nio.file.Path;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.spark.sql.SparkSession;

/** A lake in a folder of this machine, for tests of tables that need no S3 server. */
public final class LocalLake {
  private LocalLake() {}

  /**
   * Opens a lake with no table and no landed file.
   *
   * @param folder an empty one
   * @param contracts the folder of its contracts
   */
  public static RunContext open(Path folder, Path contracts, Map<String, String> overrides) {
    Map<String, String> all = new LinkedHashMap<>();
    all.put("lake.root", folder.resolve("lake").toUri().toString());
    all.put("landing.root", folder.resolve("landing").toUri().toString());
    all.put("contracts", contracts.toString());
    all.put("lineage.transport", "none");
    all.putAll(overrides);
    Settings settings = LocalSpark.settings(all);
    SparkSession spark = LocalSpark.withoutS3();
    Lake lake = Lake.open(spark, settings.get(Key.LAKE));
    return new RunContext(
        settings,
        Contracts.read(contracts),
        spark,
        lake,
        new RunLog(lake, Clock.systemUTC()),
        LineageEmitter.open(settings, spark.sparkContext().getConf()));
  }
}
