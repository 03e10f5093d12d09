package io.sluice.demo;

import io.sluice.demo.server.S3Server;
import io.sluice.run.RunContext;
import io.sluice.settings.Settings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A demo's folder as a lake: an S3 server over it, and the settings that lead commands there. */
public final class DemoLake {
  /** The key of the demo's protected fields: its data is made up. */
  private static final String PRIVACY_KEY = "sluice demo: nothing here is about a real person";

  private DemoLake() {}

  /** Starts the S3 server of a demo; it ends with this JVM. Gives the settings that lead to it. */
  public static Map<String, String> serve(Path dir, int port) {
    Path jars = Path.of(System.getProperty("sluice.servers", "target/servers"), "s3");
    try {
      Path secrets = Files.createDirectories(dir.resolve("secrets"));
      S3Server server = S3Server.start(jars, dir, port, List.of("landing", "lake"));
      return Map.of(
          "s3.endpoint", server.endpoint(),
          "s3.access-key", secret(secrets, "access-key", S3Server.ACCESS_KEY),
          "s3.secret-key", secret(secrets, "secret-key", S3Server.SECRET_KEY),
          "privacy.key", secret(secrets, "privacy-key", PRIVACY_KEY),
          "lineage.file", dir.resolve("lineage.jsonl").toString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Opens the local environment with settings changed. */
  public static RunContext open(Map<String, String> settings, String command) {
    return RunContext.open(
        Settings.read(Path.of("conf/environments/local.yaml"), settings), command);
  }

  private static String secret(Path folder, String name, String value) throws IOException {
    Path file = folder.resolve(name);
    Files.writeString(file, value);
    return "file:" + file.toAbsolutePath();
  }
}
