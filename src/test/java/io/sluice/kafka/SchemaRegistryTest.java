package io.sluice.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import io.sluice.settings.ValidationErrors;
import io.sluice.testing.LocalSpark;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a registry's answers are taken for. */
class SchemaRegistryTest {
  @TempDir private Path folder;
  private final Map<String, String> answers = new HashMap<>();
  private final List<Boolean> slashes = new ArrayList<>();
  private HttpServer server;
  private String authorization;
  private int status = 200;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          authorization = exchange.getRequestHeaders().getFirst("Authorization");
          if (exchange.getRequestURI().getRawPath().contains("%2F")) {
            slashes.add(true);
          }
          String answer = answers.get(exchange.getRequestURI().getPath());
          byte[] bytes = (answer == null ? "{}" : answer).getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(
              answer == null && status == 200 ? 404 : status, bytes.length);
          exchange.getResponseBody().write(bytes);
          exchange.close();
        });
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private SchemaRegistry registry(String user) {
    Map<String, String> settings = new HashMap<>();
    settings.put("registry.url", "http://127.0.0.1:" + server.getAddress().getPort() + "/");
    if (!user.isEmpty()) {
      settings.put("registry.user", user);
      settings.put("registry.password", "file:" + secret("s3cret"));
    }
    return new SchemaRegistry(LocalSpark.settings(settings));
  }

  private Path secret(String text) {
    try {
      return Files.writeString(folder.resolve("secret"), text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String refusal(String user) {
    return assertThrows(ValidationErrors.ValidationException.class, () -> registry(user).schema(1))
        .getMessage();
  }

  @Test
  void schemasComeWholeWithThoseTheyReferTo() {
    answers.put(
        "/schemas/ids/1",
        "{\"schema\": \"{\\\"type\\\":\\\"record\\\",\\\"name\\\":\\\"a\\\",\\\"fields\\\":[{\\\"name\\\":\\\"b\\\",\\\"type\\\":\\\"b\\\"}]}\","
            + "\"references\": [{\"name\": \"b\", \"subject\": \"b\", \"version\": 2}]}");
    answers.put(
        "/subjects/b/versions/2",
        "{\"schema\": \"{\\\"type\\\":\\\"enum\\\",\\\"name\\\":\\\"b\\\",\\\"symbols\\\":[\\\"X\\\"]}\"}");
    String schema = registry("reader").schema(1).orElseThrow();
    assertTrue(schema.contains("\"symbols\":[\"X\"]"), schema);
    assertEquals("Basic cmVhZGVyOnMzY3JldA==", authorization);
  }

  @Test
  void protobufSchemasComeWithTheFilesThatTheyReferTo() {
    answers.put(
        "/schemas/ids/1",
        "{\"schemaType\": \"PROTOBUF\", \"schema\": \"message A {}\", \"references\": ["
            + "{\"name\": \"x/b.proto\", \"subject\": \"x/b.proto\", \"version\": 2},"
            + "{\"name\": \"gone.proto\", \"subject\": \"gone\", \"version\": 1}]}");
    // A path's slashes are part of its subject's name.
    answers.put(
        "/subjects/x/b.proto/versions/2",
        "{\"schema\": \"message B {}\", \"references\": ["
            + "{\"name\": \"c.proto\", \"subject\": \"c\", \"version\": 1},"
            + "{\"name\": \"x/b.proto\", \"subject\": \"x/b.proto\", \"version\": 2}]}");
    answers.put("/subjects/c/versions/1", "{\"schema\": \"message C {}\"}");
    assertEquals(
        "{\"schemaType\":\"PROTOBUF\",\"schema\":\"message A {}\",\"references\":["
            + "{\"name\":\"c.proto\",\"schema\":\"message C {}\"},"
            + "{\"name\":\"x/b.proto\",\"schema\":\"message B {}\"}]}",
        registry("").schema(1).orElseThrow());
    assertEquals(List.of(true), slashes);
  }

  @Test
  void otherNumbersAndOtherSchemasAreNone() {
    assertEquals(Optional.empty(), registry("").schema(1));
    answers.put("/schemas/ids/1", "{\"schemaType\": \"JSON\", \"schema\": \"{}\"}");
    assertEquals(Optional.empty(), registry("").schema(1));
    answers.put("/schemas/ids/1", "{\"schema\": \"no schema\"}");
    assertEquals(Optional.empty(), registry("").schema(1));
  }

  @Test
  void aRefusedPasswordIsAnErrorThatNamesTheSettings() {
    status = 401;
    String refused = refusal("reader");
    assertTrue(
        refused.contains("registry.user, registry.password: the registry at http://"), refused);
    assertFalse(refused.contains("s3cret"), refused);
    status = 403;
    assertTrue(refusal("reader").contains("does not let this user read schemas (403)"));
  }

  @Test
  void aMissingPasswordIsAnErrorThatNamesTheSettings() {
    status = 401;
    assertTrue(refusal("").contains("registry.user, registry.password: must be set"));
  }

  @Test
  void whatMayPassIsAnOutage() {
    status = 503;
    SchemaRegistry.DownException down =
        assertThrows(SchemaRegistry.DownException.class, () -> registry("").schema(1));
    assertTrue(down.getMessage().contains("503"), down.getMessage());
    SchemaRegistry registry = registry("");
    server.stop(0);
    assertThrows(SchemaRegistry.DownException.class, () -> registry.schema(1));
  }
}
