package io.sluice.kafka;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
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
import org.apache.avro.Schema;
import org.apache.avro.SchemaParseException;

/** Asks a schema registry, by its Confluent-compatible API, for the Avro schema behind a number. */
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
   * The schema of a number, whole: schemas that it refers to are written into it. Empty if the
   * registry has no Avro schema of that number.
   *
   * @throws DownException if it does not answer
   * @throws io.sluice.settings.ValidationErrors.ValidationException if it refuses the user or the
   *     password
   */
  public Optional<String> schema(int id) {
    JsonNode answer = get("/schemas/ids/" + id);
    if (answer == null || !answer.path("schemaType").asText("AVRO").equals("AVRO")) {
      return Optional.empty();
    }
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
      String subject =
          URLEncoder.encode(reference.path("subject").asText(), StandardCharsets.UTF_8);
      JsonNode referred =
          get("/subjects/" + subject + "/versions/" + reference.path("version").asText());
      if (referred != null && !parser.getTypes().containsKey(reference.path("name").asText())) {
        refer(referred, parser);
        parser.parse(referred.path("schema").asText());
      }
    }
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
