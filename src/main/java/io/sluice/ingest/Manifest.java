package io.sluice.ingest;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Reads a delivery's manifest: a JSON document that names its parts somewhere. */
final class Manifest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private Manifest() {}

  /**
   * The texts at a path of members; arrays are walked.
   *
   * @param paths names of members, with dots between them; of several paths, with a bar between
   *     them, the first that leads to anything
   * @throws IOException if it is no JSON, or holds something else than texts there, or no text
   */
  static List<String> parts(byte[] content, String paths) throws IOException {
    JsonNode manifest;
    try {
      manifest = JSON.readTree(content);
    } catch (JsonProcessingException e) {
      throw new IOException("it is no JSON: " + e.getOriginalMessage(), e);
    }
    for (String path : paths.split("\\|")) {
      List<String> parts = at(manifest, path.strip());
      if (!parts.isEmpty()) {
        return parts;
      }
    }
    throw new IOException("it names no parts at " + paths);
  }

  private static List<String> at(JsonNode manifest, String path) throws IOException {
    List<JsonNode> nodes = flat(List.of(manifest));
    for (String member : path.split("\\.")) {
      List<JsonNode> next = new ArrayList<>();
      for (JsonNode node : nodes) {
        if (node.has(member)) {
          next.add(node.get(member));
        }
      }
      nodes = flat(next);
    }
    List<String> parts = new ArrayList<>();
    for (JsonNode node : nodes) {
      if (!node.isTextual()) {
        throw new IOException("it holds something other than names at " + path);
      }
      parts.add(node.asText());
    }
    return parts;
  }

  private static List<JsonNode> flat(List<JsonNode> nodes) {
    List<JsonNode> flat = new ArrayList<>();
    for (JsonNode node : nodes) {
      if (node.isArray()) {
        List<JsonNode> elements = new ArrayList<>();
        node.forEach(elements::add);
        flat.addAll(flat(elements));
      } else {
        flat.add(node);
      }
    }
    return flat;
  }
}
