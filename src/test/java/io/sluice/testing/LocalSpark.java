package io.sluice.testing;

import io.sluice.bench.CrashingS3A;
import io.sluice.demo.server.S3Server;
import io.sluice.settings.Session;
import io.sluice.settings.Settings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.spark.sql.SparkSession;

/**
 * The one Spark session and the one S3 server of the test JVM, each started when first asked for.
 *
 * <p>The session knows where the server will be before it is there, since what a session is first
 * opened with stays: tests that need no S3 start none, and those behind them in the same JVM do.
 */
public final class LocalSpark {
  private static final int PORT = freePort();

  private static S3Server server;
  private static Path folder;

  private LocalSpark() {}

  /** The session, with the S3 server behind {@code s3a://lake} and {@code s3a://landing}. */
  public static SparkSession get() {
    server();
    return withoutS3();
  }

  /** The same session, for tests that read and write nothing on S3: no server is started for it. */
  public static SparkSession withoutS3() {
    return Session.open(settings(Map.of()), "tests");
  }

  /** The tests' settings, with some of them changed; they lead to the server, started or not. */
  public static synchronized Settings settings(Map<String, String> overrides) {
    Map<String, String> all = new LinkedHashMap<>();
    all.put("s3.endpoint", "http://127.0.0.1:" + PORT);
    all.put("s3.access-key", secret("access-key", S3Server.ACCESS_KEY));
    all.put("s3.secret-key", secret("secret-key", S3Server.SECRET_KEY));
    all.put("privacy.key", secret("privacy-key", "a key of tests, 32 bytes long or more"));
    all.put("lineage.file", folder().resolve("lineage.jsonl").toString());
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
        server =
            S3Server.start(
                Path.of(System.getProperty("sluice.servers", "target/servers"), "s3"),
                folder(),
                PORT,
                List.of("lake", "landing"));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return server;
  }

  /** The folder of the server and of the secrets. */
  private static synchronized Path folder() {
    if (folder == null) {
      try {
        folder = Files.createTempDirectory(Files.createDirectories(Path.of("target")), "s3-");
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return folder;
  }

  /**
   * A port that nothing listens on, below those that systems give to whoever asks for any: it stays
   * free until the server is started.
   */
  private static int freePort() {
    Random random = new Random();
    for (int i = 0; i < 100; i++) {
      int port = 20_000 + random.nextInt(10_000);
      try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
        return socket.getLocalPort();
      } catch (IOException e) {
        // Taken; another one.
      }
    }
    throw new IllegalStateException("no free port from 20000 to 29999");
  }

  private static String secret(String name, String value) {
    Path file = folder().resolve(name);
    try {
      Files.writeString(file, value);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return "file:" + file.toAbsolutePath();
  }
}
