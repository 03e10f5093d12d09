package io.sluice.local;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A real S3 server on this machine (S3Proxy over a folder), in a JVM of its own: for the demo and
 * the tests.
 *
 * <p>Speaks S3 over HTTP with signatures and honours conditional PUTs. Listens on loopback only.
 */
public final class S3Server implements AutoCloseable {
  public static final String ACCESS_KEY = "sluice";
  public static final String SECRET_KEY = "sluice-local-only";

  private final Process process;
  private final String endpoint;
  private final Path data;

  private S3Server(Process process, String endpoint, Path data) {
    this.process = process;
    this.endpoint = endpoint;
    this.data = data;
  }

  /**
   * Starts a server over a folder; its sub-folders are the buckets.
   *
   * @param jars the folder of the server's own jars
   * @param folder holds {@code data} and the server's settings and log
   * @param port 0 for any free one
   * @throws IOException if it does not answer within 30 seconds
   */
  public static S3Server start(Path jars, Path folder, int port, List<String> buckets)
      throws IOException {
    if (!Files.isDirectory(jars)) {
      throw new IOException(
          jars + ": the S3 server's jars are not there; `make build` puts them there");
    }
    Path data = folder.resolve("data");
    for (String bucket : buckets) {
      Files.createDirectories(data.resolve(bucket));
    }
    String endpoint = "http://127.0.0.1:" + (port == 0 ? freePort() : port);
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
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx384m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                folder.toAbsolutePath() + ":" + jars.toAbsolutePath() + "/*",
                "org.gaul.s3proxy.Main",
                "--properties",
                settings.toString())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("s3proxy.log").toFile())
            .start();
    S3Server server = new S3Server(process, endpoint, data);
    Runtime.getRuntime().addShutdownHook(new Thread(process::destroy));
    server.await(folder);
    return server;
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private void await(Path folder) throws IOException {
    long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (System.nanoTime() < deadline && process.isAlive()) {
      if (answers()) {
        return;
      }
      try {
        process.waitFor(100, TimeUnit.MILLISECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        break;
      }
    }
    process.destroy();
    throw new IOException("the S3 server does not answer; see " + folder.resolve("s3proxy.log"));
  }

  private boolean answers() {
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
    process.destroy();
    try {
      process.waitFor(10, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
