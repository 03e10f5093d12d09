package io.sluice.demo.server;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A real S3 server on this machine (S3Proxy over a folder), in a JVM of its own: for the demo and
 * the tests.
 *
 * <p>Speaks S3 over HTTP with signatures and honours conditional PUTs. Listens on loopback only.
 */
public final class S3Server implements AutoCloseable {
  public static final String ACCESS_KEY = "sluice";
  public static final String SECRET_KEY = "sluice-local-only";

  private final ServerJvm jvm;
  private final String endpoint;
  private final Path data;

  private S3Server(ServerJvm jvm, String endpoint, Path data) {
    this.jvm = jvm;
    this.endpoint = endpoint;
    this.data = data;
  }

  /**
   * Starts a server over a folder; its sub-folders are the buckets.
   *
   * @param jars the folder of the server's own jars
   * @param folder holds {@code data} and the server's settings and log
   * @param port 0 for any free one
   * @throws IOException if it does not answer
   */
  public static S3Server start(Path jars, Path folder, int port, List<String> buckets)
      throws IOException {
    Path data = folder.resolve("data");
    for (String bucket : buckets) {
      Files.createDirectories(data.resolve(bucket));
    }
    String endpoint = "http://127.0.0.1:" + (port == 0 ? ServerJvm.freePort() : port);
    Path settings = folder.resolve("s3proxy.properties");
    Files.writeString(
        settings,
        String.join(
            "\n",
            "s3proxy.endpoint=" + endpoint,
            "s3proxy.authorization=aws-v2-or-v4",
            "s3proxy.identity=" + ACCESS_KEY,
            "s3proxy.credential=" + SECRET_KEY,
            "jclouds.provider=filesystem-nio2",
            "jclouds.filesystem.basedir=" + data.toAbsolutePath(),
            ""));
    // Its default logs every request at DEBUG, which slows it down many times over.
    Files.writeString(
        folder.resolve("logback.xml"),
        "<configuration><appender name=\"E\" class=\"ch.qos.logback.core.ConsoleAppender\">"
            + "<encoder><pattern>%d %p %c{1} %m%n</pattern></encoder></appender>"
            + "<root level=\"WARN\"><appender-ref ref=\"E\"/></root></configuration>");
    ServerJvm jvm =
        ServerJvm.start(
            "S3 server",
            jars,
            folder.resolve("s3proxy.log"),
            List.of(
                "-Xmx384m",
                "-cp",
                folder.toAbsolutePath() + ":" + jars.toAbsolutePath() + "/*",
                "org.gaul.s3proxy.Main",
                "--properties",
                settings.toString()));
    jvm.await(() -> answers(endpoint));
    return new S3Server(jvm, endpoint, data);
  }

  /** Whether anything speaks HTTP there. */
  static boolean answers(String endpoint) {
    try {
      HttpURLConnection connection =
          (HttpURLConnection) URI.create(endpoint).toURL().openConnection();
      connection.setConnectTimeout(500);
      connection.setReadTimeout(2000);
      return connection.getResponseCode() > 0;
    } catch (IOException e) {
      return false;
    }
  }

  public String endpoint() {
    return endpoint;
  }

  /** The folder whose sub-folders are the buckets. */
  public Path data() {
    return data;
  }

  @Override
  public void close() {
    jvm.stop();
  }
}
