package io.sluice.demo.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * A real schema registry on this machine (Apicurio, in memory), in a JVM of its own: for the demo
 * and the tests.
 *
 * <p>Speaks the Confluent-compatible API below {@link #url}. Listens on loopback only. Forgets all
 * schemas when it stops.
 */
public final class RegistryServer implements AutoCloseable {
  private final ServerJvm jvm;
  private final String url;

  private RegistryServer(ServerJvm jvm, String url) {
    this.jvm = jvm;
    this.url = url;
  }

  /**
   * Starts a registry.
   *
   * @param jars the folder of the registry's own jars
   * @param folder where it writes its log
   * @param port 0 for any free one
   */
  public static RegistryServer start(Path jars, Path folder, int port) throws IOException {
    int at = port == 0 ? ServerJvm.freePort() : port;
    String url = "http://127.0.0.1:" + at + "/apis/ccompat/v7";
    ServerJvm jvm =
        ServerJvm.start(
            "schema registry",
            jars,
            folder.resolve("registry.log"),
            List.of(
                "-Xmx256m",
                "-Dquarkus.http.host=127.0.0.1",
                "-Dquarkus.http.port=" + at,
                "-Dquarkus.log.level=WARN",
                "-jar",
                runner(jars).toAbsolutePath().toString()));
    jvm.await(() -> S3Server.answers(url + "/subjects"));
    return new RegistryServer(jvm, url);
  }

  /** The one jar among them that can be run; none if the folder is not there. */
  private static Path runner(Path jars) throws IOException {
    if (!Files.isDirectory(jars)) {
      return jars;
    }
    try (Stream<Path> files = Files.list(jars)) {
      return files
          .filter(file -> file.toString().endsWith("-runner.jar"))
          .findFirst()
          .orElseThrow(() -> new IOException(jars + ": no *-runner.jar there"));
    }
  }

  /** Where the Confluent-compatible API is. */
  public String url() {
    return url;
  }

  @Override
  public void close() {
    jvm.stop();
  }
}
