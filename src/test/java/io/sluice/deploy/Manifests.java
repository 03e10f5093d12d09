package io.sluice.deploy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;

/** Reads the files of {@code spark-apps}, as they stand and as kustomize renders them. */
final class Manifests {
  static final Path BASE = Path.of("spark-apps/base");
  static final Path OVERLAYS = Path.of("spark-apps/overlays");

  private static final ObjectMapper JSON = new ObjectMapper();

  private Manifests() {}

  /** Every document of every file below a folder, by file; kustomize's own files left out. */
  static Map<String, JsonNode> below(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      Map<String, JsonNode> all = new TreeMap<>();
      for (Path file :
          files
              .filter(file -> file.toString().endsWith(".yaml"))
              .filter(file -> !file.endsWith("kustomization.yaml"))
              .toList()) {
        List<JsonNode> documents = parse(Files.readString(file));
        for (int i = 0; i < documents.size(); i++) {
          all.put(file + (documents.size() == 1 ? "" : "#" + i), documents.get(i));
        }
      }
      return all;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What kustomize makes of an overlay; empty if kubectl is not installed. */
  static Optional<Map<String, JsonNode>> render(Path overlay) throws Exception {
    Process process;
    try {
      process = new ProcessBuilder("kubectl", "kustomize", overlay.toString()).start();
    } catch (IOException e) {
      return Optional.empty();
    }
    String text = new String(process.getInputStream().readAllBytes(), "UTF-8");
    String error = new String(process.getErrorStream().readAllBytes(), "UTF-8");
    if (process.waitFor() != 0) {
      throw new IllegalStateException(overlay + ": " + error);
    }
    Map<String, JsonNode> all = new TreeMap<>();
    for (JsonNode document : parse(text)) {
      all.put(
          overlay + "/" + document.at("/kind").asText() + "/" + document.at("/metadata/name"),
          document);
    }
    return Optional.of(all);
  }

  /** Every document; a key that stands twice is refused. */
  static List<JsonNode> parse(String text) {
    LoaderOptions options = new LoaderOptions();
    options.setAllowDuplicateKeys(false);
    List<JsonNode> documents = new ArrayList<>();
    new Yaml(options).loadAll(text).forEach(one -> documents.add(JSON.valueToTree(one)));
    return documents;
  }
}
