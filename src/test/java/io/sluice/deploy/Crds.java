package io.sluice.deploy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The Spark operator's own schemas, closed: a field that they do not name is refused, which the API
 * server drops without a word.
 *
 * <p>{@code make crds} fetches them.
 */
final class Crds {
  static final Path FOLDER = Path.of("target/crds");

  private final Map<String, JsonSchema> schemas = new TreeMap<>();

  Crds() {
    for (JsonNode crd : Manifests.below(FOLDER).values()) {
      JsonNode version = crd.at("/spec/versions/0");
      JsonNode schema = version.at("/schema/openAPIV3Schema");
      close(schema);
      // What the API server adds is not for a file to state.
      ((ObjectNode) schema.get("properties")).remove("status");
      schemas.put(
          crd.at("/spec/group").asText()
              + "/"
              + version.get("name").asText()
              + " "
              + crd.at("/spec/names/kind").asText(),
          JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V7).getSchema(schema));
    }
  }

  static boolean areThere() {
    return Files.isDirectory(FOLDER);
  }

  List<String> errors(JsonNode manifest) {
    String kind = manifest.at("/apiVersion").asText() + " " + manifest.at("/kind").asText();
    JsonSchema schema = schemas.get(kind);
    return schema == null
        ? List.of(kind + ": no such kind; there are " + schemas.keySet())
        : schema.validate(manifest).stream().map(Object::toString).toList();
  }

  private static void close(JsonNode schema) {
    if (schema instanceof ObjectNode node
        && node.path("properties").isObject()
        && !node.has("additionalProperties")
        && !node.path("x-kubernetes-preserve-unknown-fields").asBoolean()) {
      node.put("additionalProperties", false);
    }
    schema.forEach(Crds::close);
  }
}
