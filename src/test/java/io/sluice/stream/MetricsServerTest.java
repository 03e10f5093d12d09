package io.sluice.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.settings.ValidationErrors;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class MetricsServerTest {
  private static HttpResponse<String> ask(int port, String path, String method) throws Exception {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .method(method, HttpRequest.BodyPublishers.noBody())
                .build(),
            HttpResponse.BodyHandlers.ofString());
  }

  @Test
  void givesTheTextAnewEachTime() throws Exception {
    AtomicInteger asked = new AtomicInteger();
    try (MetricsServer server =
        MetricsServer.open(0, () -> "é " + asked.incrementAndGet() + "\n")) {
      HttpResponse<String> first = ask(server.port(), "/metrics", "GET");
      assertEquals(200, first.statusCode());
      assertEquals("é 1\n", first.body());
      assertEquals(
          PrometheusText.CONTENT_TYPE, first.headers().firstValue("content-type").orElseThrow());
      assertEquals("é 2\n", ask(server.port(), "/metrics", "GET").body());
      assertEquals(405, ask(server.port(), "/metrics", "POST").statusCode());
      assertEquals(404, ask(server.port(), "/", "GET").statusCode());
    }
  }

  @Test
  void aPortThatIsTakenIsRefusedByItsSetting() {
    try (MetricsServer server = MetricsServer.open(0, () -> "")) {
      ValidationErrors.ValidationException refused =
          assertThrows(
              ValidationErrors.ValidationException.class,
              () -> MetricsServer.open(server.port(), () -> ""));
      assertTrue(
          refused.getMessage().contains("metrics.port " + server.port()), refused.getMessage());
    }
  }
}
