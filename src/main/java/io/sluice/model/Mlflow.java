package io.sluice.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Shows the lake's models in an MLflow tracking server: a run and a registered version for each
 * version, and the aliases {@code champion} and {@code challenger}.
 *
 * <p>The lake is the truth and MLflow a view of it: what is missing there is made, in the order of
 * the versions, and nothing is read back. Doing it again changes nothing. Cost: three requests for
 * a model without news, seven more for a new version.
 */
public final class Mlflow {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration TO_CONNECT = Duration.ofSeconds(5);
  private static final Duration TO_ANSWER = Duration.ofSeconds(20);

  /** Longer values are refused by some of the server's stores. */
  private static final int LONGEST_TAG = 5_000;

  private static final String VERSION = "sluice.version";
  private static final String PROXIED = "mlflow-artifacts:";

  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(TO_CONNECT)
          .build();
  private final String url;
  private final String authorization;
  private final String environment;

  /**
   * @param url of the tracking server
   * @param user for basic authentication; empty for a bearer token
   * @param token the password or token; empty for none
   * @param environment goes before the models' names, since environments may share a server
   */
  public Mlflow(String url, String user, String token, String environment) {
    this.url = url.replaceFirst("/+$", "");
    this.authorization =
        token.isEmpty()
            ? ""
            : user.isEmpty()
                ? "Bearer " + token
                : "Basic "
                    + Base64.getEncoder()
                        .encodeToString((user + ":" + token).getBytes(StandardCharsets.UTF_8));
    this.environment = environment;
  }

  /**
   * Makes what is missing of a model, and puts the aliases where the lake says.
   *
   * @throws IOException if the server does not answer, or refuses
   */
  public void catchUp(Model model, ModelRegistry registry) throws IOException {
    List<ModelVersion> versions = registry.versions(model.name());
    if (versions.isEmpty()) {
      return;
    }
    String name = environment + "." + model.name();
    Map<String, String> aliases = registered(model, name);
    Map<Integer, String> there = there(name);
    for (ModelVersion version : versions) {
      if (!there.containsKey(version.version())) {
        there.put(version.version(), register(name, version, registry.location(version)));
      }
    }
    ServingState state = registry.state(model.name());
    alias(name, "champion", state.champion().map(there::get), aliases);
    alias(name, "challenger", state.challenger().map(there::get), aliases);
  }

  /** Makes the registered model unless it is there; gives its aliases with their versions. */
  private Map<String, String> registered(Model model, String name) throws IOException {
    Map<String, String> aliases = new TreeMap<>();
    Optional<JsonNode> found = get("registered-models/get", "name", name);
    if (found.isEmpty()) {
      ObjectNode body = JSON.createObjectNode().put("name", name);
      body.put("description", model.description() + " Kept by sluice; the lake is the truth.");
      tag(body.putArray("tags"), "owner", model.owner());
      post("registered-models/create", body);
    }
    found.ifPresent(
        answer ->
            answer
                .at("/registered_model/aliases")
                .forEach(
                    alias ->
                        aliases.put(alias.path("alias").asText(), alias.path("version").asText())));
    return aliases;
  }

  /** MLflow's number of each version that is registered. */
  private Map<Integer, String> there(String name) throws IOException {
    Map<Integer, String> there = new TreeMap<>();
    String page = "";
    do {
      JsonNode answer =
          get("model-versions/search", "filter", "name='" + name + "'", "page_token", page)
              .orElseThrow();
      for (JsonNode version : answer.path("model_versions")) {
        for (JsonNode tag : version.path("tags")) {
          if (tag.path("key").asText().equals(VERSION)) {
            there.put(tag.path("value").asInt(), version.path("version").asText());
          }
        }
      }
      page = answer.path("next_page_token").asText("");
    } while (!page.isEmpty());
    return there;
  }

  private void alias(
      String name, String alias, Optional<String> version, Map<String, String> aliases)
      throws IOException {
    if (version.equals(Optional.ofNullable(aliases.get(alias)))) {
      return;
    }
    ObjectNode body = JSON.createObjectNode().put("name", name).put("alias", alias);
    if (version.isPresent()) {
      post("registered-models/alias", body.put("version", version.get()));
    } else {
      send("DELETE", "mlflow/registered-models/alias", JSON.writeValueAsString(body));
    }
  }

  /** Makes a version's run and registers it; gives MLflow's number. */
  private String register(String name, ModelVersion version, String location) throws IOException {
    Card card = Card.read(version.card());
    String experiment = experiment(name);
    JsonNode run = run(experiment, version, card);
    String runId = run.at("/info/run_id").asText();
    post("runs/log-batch", figures(runId, version, card));
    String artifacts = run.at("/info/artifact_uri").asText();
    if (artifacts.startsWith(PROXIED)) {
      String folder = URI.create(artifacts).getPath().replaceFirst("^/+", "");
      send("PUT", "mlflow-artifacts/artifacts/" + folder + "/card.json", version.card());
    }
    post(
        "runs/update",
        JSON.createObjectNode()
            .put("run_id", runId)
            .put("status", "FINISHED")
            .put("end_time", began(card) + Math.round(1000 * card.seconds())));
    ObjectNode body = JSON.createObjectNode().put("name", name).put("source", location);
    body.put("run_id", runId);
    body.put(
        "description",
        version.passed()
            ? "The gate lets it be promoted."
            : "The gate refuses it: " + String.join("; ", version.reasons()));
    ArrayNode tags = body.putArray("tags");
    tag(tags, VERSION, "" + version.version());
    tag(tags, "sluice.digest", version.digest());
    return post("model-versions/create", body).at("/model_version/version").asText();
  }

  private String experiment(String name) throws IOException {
    Optional<JsonNode> found = get("experiments/get-by-name", "experiment_name", name);
    return found.isPresent()
        ? found.get().at("/experiment/experiment_id").asText()
        : post("experiments/create", JSON.createObjectNode().put("name", name))
            .path("experiment_id")
            .asText();
  }

  /** The version's run: one that was begun and not finished, or a new one. */
  private JsonNode run(String experiment, ModelVersion version, Card card) throws IOException {
    ObjectNode search = JSON.createObjectNode();
    search.putArray("experiment_ids").add(experiment);
    search.put("filter", "tags.`" + VERSION + "` = '" + version.version() + "'");
    JsonNode found = post("runs/search", search).path("runs");
    if (!found.isEmpty()) {
      return found.get(0);
    }
    ObjectNode body = JSON.createObjectNode().put("experiment_id", experiment);
    body.put("run_name", version.model() + " version " + version.version());
    body.put("start_time", began(card));
    ArrayNode tags = body.putArray("tags");
    tag(tags, VERSION, "" + version.version());
    tag(tags, "sluice.model", version.model());
    tag(tags, "sluice.digest", version.digest());
    tag(tags, "sluice.data_hash", card.hash());
    tag(tags, "sluice.code", card.code());
    tag(tags, "sluice.why", card.why());
    tag(tags, "sluice.gate", version.passed() ? "passed" : String.join("; ", version.reasons()));
    card.tables().forEach((table, at) -> tag(tags, "sluice.table." + table, "" + at));
    card.contracts().forEach((source, of) -> tag(tags, "sluice.contract." + source, of));
    card.days().forEach((part, days) -> tag(tags, "sluice.days." + part.substring(2), days));
    tag(tags, "mlflow.source.name", "sluice train --model " + version.model());
    tag(tags, "mlflow.source.type", "JOB");
    return post("runs/create", body).path("run");
  }

  private static long began(Card card) {
    return Instant.parse(card.trainedAt()).toEpochMilli();
  }

  private static ObjectNode figures(String runId, ModelVersion version, Card card) {
    ObjectNode body = JSON.createObjectNode().put("run_id", runId);
    ArrayNode parameters = body.putArray("params");
    tag(parameters, "candidate", card.candidate());
    card.parameters().forEach((name, value) -> tag(parameters, name, value));
    Map<String, Double> metrics = new TreeMap<>(card.metrics());
    metrics.put("merit", version.merit());
    metrics.put("threshold", version.threshold());
    metrics.put("rows_learned_from", (double) card.rows());
    metrics.put("seconds", card.seconds());
    metrics.put("cpu_seconds", card.cpuSeconds());
    card.segments()
        .forEach(
            (segment, figures) ->
                figures.forEach(
                    (figure, value) ->
                        metrics.put(
                            "segment/" + segment.replaceAll("[^\\w .-]", "_") + "/" + figure,
                            value)));
    ArrayNode logged = body.putArray("metrics");
    metrics.forEach(
        (name, value) -> {
          if (Double.isFinite(value)) {
            logged
                .addObject()
                .put("key", name)
                .put("value", value)
                .put("timestamp", began(card))
                .put("step", 0);
          }
        });
    return body;
  }

  private static void tag(ArrayNode tags, String key, String value) {
    tags.addObject()
        .put("key", key)
        .put(
            "value",
            value.length() <= LONGEST_TAG ? value : value.substring(0, LONGEST_TAG - 1) + "…");
  }

  private Optional<JsonNode> get(String call, String... query) throws IOException {
    StringBuilder path = new StringBuilder("mlflow/").append(call);
    for (int i = 0; i < query.length; i += 2) {
      path.append(i == 0 ? '?' : '&')
          .append(query[i])
          .append('=')
          .append(URLEncoder.encode(query[i + 1], StandardCharsets.UTF_8));
    }
    return send("GET", path.toString(), "");
  }

  private JsonNode post(String call, ObjectNode body) throws IOException {
    return send("POST", "mlflow/" + call, JSON.writeValueAsString(body))
        .orElseThrow(() -> new IOException(url + " knows no " + call));
  }

  /** The answer; empty if what was asked for does not exist. */
  private Optional<JsonNode> send(String method, String path, String body) throws IOException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(url + "/api/2.0/" + path))
            .timeout(TO_ANSWER)
            .header("Content-Type", "application/json")
            .method(
                method,
                body.isEmpty()
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofString(body));
    if (!authorization.isEmpty()) {
      request.header("Authorization", authorization);
    }
    HttpResponse<String> answer;
    try {
      answer = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while " + url + " was asked", e);
    }
    if (answer.statusCode() == 404) {
      return Optional.empty();
    }
    if (answer.statusCode() / 100 != 2) {
      throw new IOException(
          url
              + " answers "
              + answer.statusCode()
              + " to "
              + path.replaceFirst("\\?.*", "")
              + ": "
              + answer.body());
    }
    return Optional.of(JSON.readTree(answer.body()));
  }
}
