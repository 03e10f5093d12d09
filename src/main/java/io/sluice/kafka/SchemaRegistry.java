package io.sluice.kafka;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.settings.Key;
import io.sluice.settings.Settings;
import io.sluice.settings.ValidationErrors;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.avro.Schema;
import org.apache.avro.SchemaParseException;

/**
 * Asks a schema registry, by its Confluent-compatible API, for the Avro or Protobuf schema behind a
 * number.
 */
public final class SchemaRegistry {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final String url;
  private final String authorization;
  private final HttpClient client = HttpClient.newBuilder().connectTimeout(PATIENCE).build();

  public SchemaRegistry(Settings settings) {
    this.url = settings.get(Key.REGISTRY_URL).replaceFirst("/$", "");
    String user = settings.get(Key.REGISTRY_USER);
    this.authorization =
        user.isEmpty()
            ? ""
            : "Basic "
                + Base64.getEncoder()
                    .encodeToString(
                        (user + ":" + settings.get(Key.REGISTRY_PASSWORD))
                            .getBytes(StandardCharsets.UTF_8));
  }

  /** The registry did not answer, or not as a registry does; it may when asked again. */
  public static final class DownException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    DownException(String message, Throwable cause) {
      super(message, cause);
    }
  }

  public String url() {
    return url;
  }

  /**
   * The schema of a number, whole: schemas that it refers to are written into it. One of Avro is a
   * schema of Avro. One of Protobuf is a JSON object as the registry answers it, with {@code
   * schemaType}, {@code schema} and {@code references}; these have a {@code name} and, in place of
   * a version, the {@code schema}, and those that the registry does not have are left out. Empty if
   * the registry has no schema of that number, or one of another kind.
   *
   * @throws DownException if it does not answer
   * @throws io.sluice.settings.ValidationErrors.ValidationException if it refuses the user or the
   *     password
   */
  public Optional<String> schema(int id) {
    JsonNode answer = get("/schemas/ids/" + id);
    if (answer == null) {
      return Optional.empty();
    }
    return switch (answer.path("schemaType").asText("AVRO")) {
      case "AVRO" -> avro(answer);
      case "PROTOBUF" -> Optional.of(protobuf(answer));
      default -> Optional.empty();
    };
  }

  private Optional<String> avro(JsonNode answer) {
    Schema.Parser parser = new Schema.Parser();
    try {
      refer(answer, parser);
      return Optional.of(parser.parse(answer.path("schema").asText()).toString());
    } catch (SchemaParseException e) {
      return Optional.empty();
    }
  }

  private void refer(JsonNode answer, Schema.Parser parser) {
    for (JsonNode reference : answer.path("references")) {
      JsonNode referred = referred(reference);
      if (referred != null && !parser.getTypes().containsKey(reference.path("name").asText())) {
        refer(referred, parser);
        parser.parse(referred.path("schema").asText());
      }
    }
  }

  private String protobuf(JsonNode answer) {
    ObjectNode whole = JSON.createObjectNode();
    whole.put("schemaType", "PROTOBUF").put("schema", answer.path("schema").asText());
    SortedMap<String, String> files = new TreeMap<>();
    collect(answer, files);
    ArrayNode references = whole.putArray("references");
    files.forEach((name, file) -> references.addObject().put("name", name).put("schema", file));
    return whole.toString();
  }

  /** Collects the files that a schema refers to, and those that these refer to. */
  private void collect(JsonNode answer, SortedMap<String, String> files) {
    for (JsonNode reference : answer.path("references")) {
      String name = reference.path("name").asText();
      JsonNode referred = files.containsKey(name) ? null : referred(reference);
      if (referred != null) {
        files.put(name, referred.path("schema").asText());
        collect(referred, files);
      }
    }
  }

  private JsonNode referred(JsonNode reference) {
    String subject = URLEncoder.encode(reference.path("subject").asText(), StandardCharsets.UTF_8);
    return get("/subjects/" + subject + "/versions/" + reference.path("version").asText());
  }

  /** Waiting does not help: the registry is up, and it is the settings that are wrong. */
  private ValidationErrors.ValidationException refused(int status) {
    ValidationErrors errors = new ValidationErrors();
    String place = Key.REGISTRY_USER.name() + ", " + Key.REGISTRY_PASSWORD.name();
    errors.add(
        place,
        authorization.isEmpty()
            ? "must be set: " + url + " answers " + status + " to a request without them"
            : status == 401
                ? "the registry at " + url + " refuses them (401)"
                : "the registry at " + url + " does not let this user read schemas (403)");
    return errors.exception();
  }

  private JsonNode get(String path) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(url + path)).timeout(PATIENCE).GET();
    if (!authorization.isEmpty()) {
      request.header("Authorization", authorization);
    }
    try {
      HttpResponse<String> response =
          client.send(request.build(), HttpResponse.BodyHandlers.ofString());
      return switch (response.statusCode()) {
        case 200 -> JSON.readTree(response.body());
        case 404 -> null;
        case 401, 403 -> throw refused(response.statusCode());
        default ->
            throw new DownException(
                "registry.url " + url + ": answers " + response.statusCode() + " to " + path, null);
      };
    } catch (IOException e) {
      throw new DownException("registry.url " + url + ": does not answer (" + e + ")", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new DownException("registry.url " + url + ": interrupted", e);
    }
  }
}
