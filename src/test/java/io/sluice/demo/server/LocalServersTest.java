package io.sluice.demo.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.testing.LocalKafka;
import io.sluice.testing.NeedsServers;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The broker and the registry of demo and tests are real ones. */
@NeedsServers
class LocalServersTest {

  @Test
  void aBrokerKeepsWhatItIsSentInOrder() throws Exception {
    LocalKafka.topic("servers", 1);
    LocalKafka.send("servers", 0, LocalKafka.bytes("a", "b", "c"));
    assertEquals(
        List.of("0 a", "1 b", "2 c"),
        LocalKafka.read("servers").stream()
            .map(
                record ->
                    record.offset() + " " + new String(record.value(), StandardCharsets.UTF_8))
            .toList());
  }

  @Test
  void aRegistryGivesSchemasByNumber() throws Exception {
    String schema =
        "{\"schema\":\"{\\\"type\\\":\\\"record\\\",\\\"name\\\":\\\"s\\\",\\\"fields\\\":[]}\"}";
    HttpClient client = HttpClient.newHttpClient();
    URI subject = URI.create(LocalKafka.registry().url() + "/subjects/servers-value/versions");
    String id =
        client
            .send(
                HttpRequest.newBuilder(subject)
                    .header("Content-Type", "application/vnd.schemaregistry.v1+json")
                    .POST(HttpRequest.BodyPublishers.ofString(schema))
                    .build(),
                HttpResponse.BodyHandlers.ofString())
            .body();
    assertTrue(id.matches("\\{\"id\":\\d+}"), id);
  }

  @Test
  void missingJarsAreSaid(@TempDir Path temp) {
    Path none = temp.resolve("none");
    for (IOException e :
        List.of(
            assertThrows(IOException.class, () -> KafkaServer.start(none, temp, 0)),
            assertThrows(IOException.class, () -> RegistryServer.start(none, temp, 0)))) {
      assertTrue(e.getMessage().contains("`make build` puts them there"), e.getMessage());
    }
  }
}
