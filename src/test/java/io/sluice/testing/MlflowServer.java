package io.sluice.testing;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A real MLflow server with a store of its own, and what a person would look up in it. */
public final class MlflowServer implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final Process process;
  private final String url;
  private final String token;

  private MlflowServer(Process process, String url, String token) {
    this.process = process;
    this.url = url;
    this.token = token;
  }

  public static MlflowServer start(int port, String token) throws Exception {
    Path python =
        Path.of(System.getProperty("sluice.servers", "target/servers"), "mlflow/bin/python");
    assumeTrue(Files.isExecutable(python), "no MLflow server; `make test` makes one");
    Path folder = Files.createTempDirectory(Path.of("target"), "mlflow-").toAbsolutePath();
    ProcessBuilder builder =
        new ProcessBuilder(
                python.toString(), "src/demo/servers/mlflow/serve.py", folder.toString(), "" + port)
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("log").toFile());
    builder.environment().put("TOKEN", token);
    MlflowServer server = new MlflowServer(builder.start(), "http://127.0.0.1:" + port, token);
    for (int i = 0; !server.answers(); i++) {
      if (i == 600 || !server.process.isAlive()) {
        server.close();
        throw new IllegalStateException(Files.readString(folder.resolve("log")));
      }
      Thread.sleep(200);
    }
    return server;
  }

  private boolean answers() throws InterruptedException {
    try {
      return send("GET", "/health", "").equals("OK");
    } catch (IOException e) {
      return false;
    }
  }

  private String send(String method, String path, String body)
      throws IOException, InterruptedException {
    HttpResponse<String> answer =
        http.send(
            HttpRequest.newBuilder(URI.create(url + path))
                .header("Authorization", "Bearer " + token)
                .header("Content-Type", "application/json")
                .method(method, HttpRequest.BodyPublishers.ofString(body))
                .build(),
            HttpResponse.BodyHandlers.ofString());
    if (answer.statusCode() != 200) {
      throw new IOException(answer.statusCode() + " " + answer.body());
    }
    return answer.body();
  }

  private JsonNode get(String call, String name, String value) throws Exception {
    return JSON.readTree(
        send(
            "GET",
            "/api/2.0/mlflow/"
                + call
                + "?"
                + name
                + "="
                + URLEncoder.encode(value, StandardCharsets.UTF_8),
            ""));
  }

  public Map<String, String> aliases(String name) throws Exception {
    Map<String, String> aliases = new TreeMap<>();
    get("registered-models/get", "name", name)
        .at("/registered_model/aliases")
        .forEach(
            alias -> aliases.put(alias.path("alias").asText(), alias.path("version").asText()));
    return aliases;
  }

  public List<String> versions(String name) throws Exception {
    List<String> versions = new ArrayList<>();
    get("model-versions/search", "filter", "name='" + name + "'")
        .path("model_versions")
        .forEach(version -> versions.add(version.path("version").asText()));
    return versions.stream().sorted().toList();
  }

  public JsonNode version(String name, String version) throws Exception {
    return JSON.readTree(
            send(
                "GET",
                "/api/2.0/mlflow/model-versions/get?name=" + name + "&version=" + version,
                ""))
        .path("model_version");
  }

  public JsonNode run(String id) throws Exception {
    return get("runs/get", "run_id", id).path("run");
  }

  public String artifact(JsonNode run, String name) throws Exception {
    String folder = URI.create(run.at("/info/artifact_uri").asText()).getPath();
    return send("GET", "/api/2.0/mlflow-artifacts/artifacts" + folder + "/" + name, "");
  }

  public void forget(String name, String version) throws Exception {
    send(
        "DELETE",
        "/api/2.0/mlflow/model-versions/delete",
        JSON.writeValueAsString(Map.of("name", name, "version", version)));
  }

  /** Tags, parameters or metrics by their names. */
  public static Map<String, String> map(JsonNode pairs) {
    Map<String, String> map = new TreeMap<>();
    pairs.forEach(pair -> map.put(pair.path("key").asText(), pair.path("value").asText()));
    return map;
  }

  @Override
  public void close() {
    process.destroy();
  }
}
