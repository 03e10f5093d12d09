package io.sluice.stream;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.sluice.settings.Key;
import io.sluice.settings.ValidationErrors;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/**
 * Gives a text at {@code http://<host>:<port>/metrics}, made anew for each request; reads nothing
 * else and writes nothing.
 */
final class MetricsServer implements AutoCloseable {
  private final HttpServer server;
  private final ExecutorService answering;

  private MetricsServer(HttpServer server, ExecutorService answering) {
    this.server = server;
    this.answering = answering;
  }

  /**
   * Begins to listen on all of this machine's addresses.
   *
   * @param port 0 for any free one
   * @throws ValidationErrors.ValidationException if the port cannot be had
   */
  static MetricsServer open(int port, Supplier<String> text) {
    HttpServer server;
    try {
      server = HttpServer.create(new InetSocketAddress(port), 0);
    } catch (IOException e) {
      ValidationErrors errors = new ValidationErrors();
      errors.add(
          Key.METRICS_PORT.name() + " " + port,
          "cannot be listened on ("
              + e.getMessage()
              + "); name a free port, or 0 to give no metrics");
      throw errors.exception();
    }
    // More than one, so that a collector that hangs does not keep the next one out.
    ExecutorService answering =
        Executors.newFixedThreadPool(
            2,
            task -> {
              Thread thread = new Thread(task, "metrics");
              thread.setDaemon(true);
              return thread;
            });
    server.setExecutor(answering);
    server.createContext("/metrics", exchange -> answer(exchange, text));
    server.start();
    return new MetricsServer(server, answering);
  }

  private static void answer(HttpExchange exchange, Supplier<String> text) throws IOException {
    try (exchange) {
      if (!exchange.getRequestMethod().equals("GET")) {
        exchange.getResponseHeaders().set("Allow", "GET");
        exchange.sendResponseHeaders(405, -1);
        return;
      }
      byte[] body = text.get().getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Content-Type", PrometheusText.CONTENT_TYPE);
      exchange.sendResponseHeaders(200, body.length);
      exchange.getResponseBody().write(body);
    }
  }

  /** The port that it listens on. */
  int port() {
    return server.getAddress().getPort();
  }

  @Override
  public void close() {
    server.stop(0);
    answering.shutdown();
  }
}
