package io.sluice.pipeline;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.contract.Contract;
import io.sluice.contract.Contracts;
import io.sluice.mart.Mart;
import io.sluice.mart.Marts;
import io.sluice.model.Model;
import io.sluice.model.Models;
import io.sluice.settings.Key;
import io.sluice.settings.Settings;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * Prints what there is to run and in which order: sources with those they refer to, marts and
 * models with what they read.
 */
public final class PipelineGraph {
  private PipelineGraph() {}

  /**
   * One JSON object: {@code {"sources": [{name, owner, references}], "marts": [{name, owner,
   * reads}], "models": [{name, owner, reads}], "streams": [{name, owner}]}}; a mart reads sources,
   * a model tables; a stream is a source that arrives on a topic.
   */
  public static String json(Settings settings) {
    Contracts contracts = Contracts.read(Path.of(settings.get(Key.CONTRACTS)));
    ObjectNode root = new ObjectMapper().createObjectNode();
    ArrayNode sources = root.putArray("sources");
    for (Contract contract : contracts.inOrder()) {
      ObjectNode node = sources.addObject();
      node.put("name", contract.id());
      node.put("owner", contract.owner());
      contract.parents().forEach(node.putArray("references")::add);
    }
    ArrayNode marts = root.putArray("marts");
    for (Mart mart : Marts.of(contracts)) {
      ObjectNode node = marts.addObject();
      node.put("name", mart.name());
      node.put("owner", mart.owner());
      contracts.sources(mart.reads()).forEach(node.putArray("reads")::add);
    }
    ArrayNode models = root.putArray("models");
    for (Model model : Models.of(contracts)) {
      ObjectNode node = models.addObject();
      node.put("name", model.name());
      node.put("owner", model.owner());
      Stream.concat(model.reads().stream(), model.learnsFrom().stream())
          .distinct()
          .forEach(node.putArray("reads")::add);
    }
    ArrayNode streams = root.putArray("streams");
    for (Contract contract : contracts.inOrder()) {
      if (!contract.topics().isEmpty()) {
        streams.addObject().put("name", contract.id()).put("owner", contract.owner());
      }
    }
    return root.toPrettyString();
  }
}
