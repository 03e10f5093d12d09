package io.sluice.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.sluice.settings.Settings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Schedulers read the graph from a file, since they parse it every few seconds. */
class GraphTest {
  @Test
  void theSchedulersFileIsThatOfTheContracts() throws Exception {
    Settings settings =
        Settings.read(
            Path.of("conf/environments/local.yaml"),
            Map.of("s3.access-key", "", "s3.secret-key", "", "privacy.key", ""));
    assertEquals(
        PipelineGraph.json(settings),
        Files.readString(Path.of("airflow-dags/graph.json")).strip(),
        "run make graph");
  }
}
