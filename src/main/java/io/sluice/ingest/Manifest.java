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
   * @param path names of members, with dots between them
   * @throws IOException if it is no JSON, or holds nothing but texts there, or no text
   */
  static List<String> parts(byte[] content, String path) throws IOException {
    List<JsonNode> nodes;
    try {
      nodes = flat(List.of(JSON.readTree(content)));
    } catch (JsonProcessingException e) {
      throw new IOException("it is no JSON: " + e.getOriginalMessage(), e);
    }
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
    if (parts.isEmpty()) {
      throw new IOException("it names no parts at " + path);
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
