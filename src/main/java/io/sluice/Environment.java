package io.sluice;

import io.sluice.generate.Truth;
import io.sluice.local.S3Server;
import io.sluice.settings.Settings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Option;

/** The options of every program that say where it works. */
final class Environment {
  /** The key of the demo's protected fields: its data is made up. */
  private static final String DEMO_KEY = "sluice demo: nothing here is about a real person";

  @Option(
      names = "--env",
      paramLabel = "NAME",
      defaultValue = "${env:SLUICE_ENV:-local}",
      description = "The environment, a file of conf/environments (default: ${DEFAULT-VALUE}).")
  private String name = "local";

  @Option(
      names = "--conf",
      paramLabel = "DIR",
      defaultValue = "${env:SLUICE_CONF:-conf}",
      description = "The folder of settings (default: ${DEFAULT-VALUE}).")
  private Path conf = Path.of("conf");

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "A setting in place of the environment's; may be given again.")
  private Map<String, String> overrides = new LinkedHashMap<>();

  @Option(
      names = "--demo",
      paramLabel = "DIR",
      description = "Work on the lake of a demo, served by an S3 server of its own.")
  private Path demo;

  /** The environment of a demo in a folder. */
  static Environment demo(Path dir) {
    Environment environment = new Environment();
    environment.demo = dir;
    return environment;
  }

  /** The same with a setting changed. */
  Environment with(String key, String value) {
    overrides.put(key, value);
    return this;
  }

  /** The settings; all faults at once. */
  Settings settings() {
    Map<String, String> all = new LinkedHashMap<>();
    if (demo != null) {
      all.putAll(serve(demo, 0));
    }
    all.putAll(overrides);
    return Settings.read(conf.resolve("environments").resolve(name + ".yaml"), all);
  }

  /** The truth about a demo's data; nothing is known of other data. */
  Map<String, Truth> truth() {
    Path file = demo == null ? null : demo.resolve("truth.json");
    try {
      return file == null || !Files.exists(file) ? Map.of() : Generate.read(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Opens what a program works with. */
  Workplace open(String program) {
    return Workplace.open(settings(), program);
  }

  /** Starts the S3 server of a demo; it ends with this JVM. Gives the settings that lead to it. */
  static Map<String, String> serve(Path dir, int port) {
    Path jars = Path.of(System.getProperty("sluice.servers", "target/servers"), "s3");
    try {
      Path secrets = Files.createDirectories(dir.resolve("secrets"));
      S3Server server = S3Server.start(jars, dir, port, List.of("landing", "lake"));
      return Map.of(
          "s3.endpoint", server.endpoint(),
          "s3.access-key", secret(secrets, "access-key", S3Server.ACCESS_KEY),
          "s3.secret-key", secret(secrets, "secret-key", S3Server.SECRET_KEY),
          "privacy.key", secret(secrets, "privacy-key", DEMO_KEY),
          "lineage.file", dir.resolve("lineage.jsonl").toString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String secret(Path folder, String name, String value) throws IOException {
    Path file = folder.resolve(name);
    Files.writeString(file, value);
    return "file:" + file.toAbsolutePath();
  }
}
