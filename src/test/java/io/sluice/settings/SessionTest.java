package io.sluice.settings;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Holds what {@link Session} tells Spark. */
class SessionTest {
  @TempDir private Path folder;

  /** Spark 4 has another default: with it a cast that fails would stop a run. */
  @Test
  void ansiModeIsOffWhateverSparksDefaultIs() throws IOException {
    assertEquals("false", conf(Map.of()).get("spark.sql.ansi.enabled"));
  }

  @Test
  void environmentsOwnSparkSettingsWin() throws IOException {
    Map<String, String> conf = conf(Map.of("spark.sql.codegen.cache.maxEntries", "7"));
    assertEquals("7", conf.get("spark.sql.codegen.cache.maxEntries"));
    assertEquals("sluice ingest", conf.get("spark.app.name"));
  }

  @Test
  void endpointSaysWhetherConnectionsAreEncrypted() throws IOException {
    String key = "spark.hadoop.fs.s3a.connection.ssl.enabled";
    assertEquals("false", conf(Map.of("s3.endpoint", "http://127.0.0.1:1")).get(key));
    assertEquals("true", conf(Map.of("s3.endpoint", "https://s3.example")).get(key));
    assertEquals(null, conf(Map.of()).get(key));
  }

  private Map<String, String> conf(Map<String, String> overrides) throws IOException {
    Path file = folder.resolve("dev.yaml");
    Files.writeString(file, "lake.root: s3a://lake\nlanding.root: s3a://landing\n");
    return Session.conf(Settings.read(file, overrides), "ingest");
  }
}
