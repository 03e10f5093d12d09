package io.sluice.contract;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Set;

/** Makes a typed {@link Delivery} of an arrival's option {@code delivery}. */
final class DeliveryMapper {
  private static final Set<String> KEYS = Set.of("of", "manifest", "parts", "marker", "quiet");

  private final FileErrors errors;
  private final NodeReader nodes;

  DeliveryMapper(FileErrors errors) {
    this.errors = errors;
    this.nodes = new NodeReader(errors);
  }

  /** The delivery that is stated; each file by itself if none is. */
  Delivery delivery(JsonNode node, String place) {
    if (node.isMissingNode()) {
      return Delivery.BY_FILE;
    }
    if (!node.isObject()) {
      errors.add(place, "must be a map, such as {of: folder, marker: _SUCCESS}");
      return Delivery.BY_FILE;
    }
    nodes.refuseUnknownKeys(node, KEYS, place);
    Delivery delivery =
        new Delivery(
            nodes.choice(
                Delivery.Of.class, node.path("of").asText("file"), place + ".of", Delivery.Of.FILE),
            NodeReader.text(node, "manifest"),
            NodeReader.text(node, "parts"),
            NodeReader.text(node, "marker"),
            quiet(node, place + ".quiet"));
    judge(delivery, node, place);
    return delivery;
  }

  private void judge(Delivery delivery, JsonNode node, String place) {
    if (!delivery.isFolder() && node.size() > (node.has("of") ? 1 : 0)) {
      errors.add(place, "says when a folder is complete, and goes with of: folder");
    }
    if (delivery.isFolder()
        && delivery.manifest() == null
        && delivery.marker() == null
        && delivery.quiet() == null) {
      errors.add(
          place,
          "must say when a folder is complete: by a manifest with its parts, by a marker such as"
              + " _SUCCESS, or by a quiet time such as PT15M");
    }
    if ((delivery.manifest() == null) != (delivery.parts() == null)) {
      errors.add(place, "manifest (which file) and parts (where it names them) go together");
    }
  }

  private Duration quiet(JsonNode node, String place) {
    if (!node.has("quiet")) {
      return null;
    }
    try {
      Duration quiet = Duration.parse(node.path("quiet").asText());
      if (!quiet.isNegative()) {
        return quiet;
      }
    } catch (DateTimeParseException e) {
      // Told with the others.
    }
    errors.add(place, "must be a duration of ISO 8601, such as PT15M");
    return null;
  }
}
