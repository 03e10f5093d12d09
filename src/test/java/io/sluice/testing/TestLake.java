package io.sluice.testing;

import io.sluice.contract.Contracts;
import io.sluice.ingest.LandingFolder;
import io.sluice.lineage.LineageEmitter;
import io.sluice.run.RunContext;
import io.sluice.run.RunLog;
import io.sluice.settings.Key;
import io.sluice.settings.Session;
import io.sluice.settings.Settings;
import io.sluice.table.Lake;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.spark.sql.SparkSession;

/** A lake and a landing folder of a test's own, on the tests' S3 server. */
public final class TestLake {
  private TestLake() {}

  /**
   * Opens a lake under a name.
   *
   * @param contracts the folder of its contracts
   */
  public static RunContext open(String name, Path contracts) {
    return open(name, contracts, Map.of());
  }

  public static RunContext open(String name, Path contracts, Map<String, String> overrides) {
    Map<String, String> all = new LinkedHashMap<>();
    all.put("lake.root", "s3a://lake/" + name);
    all.put("landing.root", "s3a://landing/" + name);
    all.put("contracts", contracts.toString());
    all.put("lineage.transport", "none");
    all.putAll(overrides);
    LocalSpark.server();
    Settings settings = LocalSpark.settings(all);
    SparkSession spark = Session.open(settings, "tests");
    Lake lake = Lake.open(spark, settings.get(Key.LAKE));
    return new RunContext(
        settings,
        Contracts.read(contracts),
        spark,
        lake,
        new RunLog(lake, Clock.systemUTC()),
        LineageEmitter.open(settings, spark.sparkContext().getConf()));
  }

  /** Lands a file. */
  public static void land(RunContext context, String path, String content) {
    land(context, path, content.getBytes(StandardCharsets.UTF_8));
  }

  public static void land(RunContext context, String path, byte[] content) {
    try (OutputStream out = LandingFolder.of(context).create(path)) {
      out.write(content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Copies a lake and its landing folder to another name, with the times of their files. */
  public static void copy(Path data, String from, String to) throws IOException {
    for (String bucket : List.of("lake", "landing")) {
      Path source = data.resolve(bucket).resolve(from);
      try (Stream<Path> files = Files.walk(source)) {
        for (Path file : files.toList()) {
          Path copy = data.resolve(bucket).resolve(to).resolve(source.relativize(file).toString());
          if (Files.isDirectory(file)) {
            Files.createDirectories(copy);
          } else {
            Files.copy(file, copy, StandardCopyOption.COPY_ATTRIBUTES);
          }
        }
      }
    }
  }
}
