package io.sluice.testing;

import io.sluice.bench.CrashingS3A;
import io.sluice.demo.server.S3Server;
import io.sluice.settings.Session;
import io.sluice.settings.Settings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.SparkSession;

/** The one Spark session and the one S3 server of the test JVM. */
public final class LocalSpark {
  private static S3Server server;
  private static Path folder;

  private LocalSpark() {}

  public static SparkSession get() {
    return Session.open(settings(Map.of()), "tests");
  }

  /** The tests' settings, with some of them changed. */
  public static synchronized Settings settings(Map<String, String> overrides) {
    PlainSpark.retire();
    Map<String, String> all = new LinkedHashMap<>();
    all.put("s3.endpoint", server().endpoint());
    all.put("s3.access-key", secret("access-key", S3Server.ACCESS_KEY));
    all.put("s3.secret-key", secret("secret-key", S3Server.SECRET_KEY));
    all.put("privacy.key", secret("privacy-key", "a key of tests, 32 bytes long or more"));
    all.put("lineage.file", folder.resolve("lineage.jsonl").toString());
    all.put("spark.master", "local[2]");
    all.put("spark.sql.shuffle.partitions", "2");
    all.put("spark.extraListeners", "");
    all.put("spark.hadoop.fs.s3a.impl", CrashingS3A.class.getName());
    all.putAll(overrides);
    return Settings.read(Path.of("conf/environments/local.yaml"), all);
  }

  /** The S3 server, started when first asked for. */
  public static synchronized S3Server server() {
    if (server == null) {
      try {
        folder = Files.createTempDirectory(Files.createDirectories(Path.of("target")), "s3-");
        server =
            S3Server.start(
                Path.of(System.getProperty("sluice.servers", "target/servers"), "s3"),
                folder,
                0,
                List.of("lake", "landing"));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return server;
  }

  private static String secret(String name, String value) {
    Path file = folder.resolve(name);
    try {
      Files.writeString(file, value);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return "file:" + file.toAbsolutePath();
  }
}
