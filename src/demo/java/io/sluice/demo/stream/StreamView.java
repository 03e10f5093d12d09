package io.sluice.demo.stream;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Shows people what a stream says of itself: reads its metrics and the alerts on their topic, and
 * writes a table that is drawn anew on a terminal, or plain lines where there is none.
 */
final class StreamView {
  private static final Pattern NUMBER =
      Pattern.compile("(\\w+)\\{source=\"(\\w+)\",query=\"source\"(?:,(.*))?} (\\S+)");

  /** How often a line is written where nothing can be drawn anew. */
  private static final Duration LINES = Duration.ofSeconds(5);

  private static final int SHOWN = 8;

  /** What is known of a source: rows read, records behind, dead letters. */
  private record Numbers(double rows, double behind, double letters) {
    static final Numbers NONE = new Numbers(0, 0, 0);

    Numbers with(String name, double value) {
      return switch (name) {
        case "sluice_stream_rows_read_total" -> new Numbers(value, behind, letters);
        case "sluice_stream_lag_records" -> new Numbers(rows, behind + value, letters);
        case "sluice_stream_dead_letters_total" -> new Numbers(rows, behind, value);
        default -> this;
      };
    }
  }

  private final HttpClient http = HttpClient.newHttpClient();
  private final URI metrics;
  private final boolean drawn = System.console() != null;
  private final Deque<String> newest = new ArrayDeque<>();
  private Map<String, Numbers> before = Map.of();
  private long beforeAt = System.nanoTime();
  private long nextAt = System.nanoTime();
  private int lines;
  private int alerts;

  /**
   * @param port where the stream gives its metrics
   */
  StreamView(int port) {
    this.metrics = URI.create("http://127.0.0.1:" + port + "/metrics");
  }

  /** Shows what has come; {@code raised} are alerts as JSON. */
  void show(List<byte[]> raised, PrintWriter out) throws IOException, InterruptedException {
    for (byte[] one : raised) {
      alerts++;
      String alert = alert(one);
      if (drawn) {
        newest.addFirst(alert);
        while (newest.size() > SHOWN) {
          newest.removeLast();
        }
      } else {
        out.println("ALERT " + alert);
      }
    }
    long now = System.nanoTime();
    if (!drawn && now < nextAt) {
      out.flush();
      return;
    }
    nextAt = now + LINES.toNanos();
    Map<String, Numbers> numbers = numbers();
    List<String> table = new ArrayList<>();
    double seconds = (now - beforeAt) / 1e9;
    numbers.forEach(
        (source, one) ->
            table.add(
                String.format(
                    Locale.ROOT,
                    "%-16s %,8.0f rows %,7.0f/s %,7.0f behind %,5.0f dead letters",
                    source,
                    one.rows(),
                    (one.rows() - before.getOrDefault(source, Numbers.NONE).rows()) / seconds,
                    one.behind(),
                    one.letters())));
    before = numbers;
    beforeAt = now;
    table.add(String.format(Locale.ROOT, "%-16s %,8d", "alerts", alerts));
    draw(table, out);
  }

  private void draw(List<String> table, PrintWriter out) {
    if (drawn && lines > 0) {
      // Up to the first line of the table before, and away with what is below.
      out.print("\u001b[" + lines + "A\u001b[J");
    }
    table.forEach(out::println);
    lines = table.size();
    if (drawn) {
      newest.forEach(alert -> out.println("  " + alert));
      lines += newest.size();
    }
    out.flush();
  }

  /** An alert's message for people. */
  static String alert(byte[] message) {
    JsonNode alert;
    try {
      alert = new ObjectMapper().readTree(message);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return alert.path("alert").asText()
        + " "
        + alert.path("key").asText()
        + " in the window from "
        + alert.path("window_start").asText();
  }

  private Map<String, Numbers> numbers() throws IOException, InterruptedException {
    String text;
    try {
      text =
          http.send(
                  HttpRequest.newBuilder(metrics).build(),
                  HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8))
              .body();
    } catch (ConnectException e) {
      // It is about to begin.
      return Map.of();
    }
    Map<String, Numbers> numbers = new TreeMap<>();
    text.lines()
        .forEach(
            line -> {
              Matcher number = NUMBER.matcher(line);
              if (number.matches()) {
                numbers.merge(
                    number.group(2),
                    Numbers.NONE.with(number.group(1), Double.parseDouble(number.group(4))),
                    (a, b) -> a.with(number.group(1), Double.parseDouble(number.group(4))));
              }
            });
    return numbers;
  }

  /** How many rows the stream says that it has read of all sources. */
  double rows() throws IOException, InterruptedException {
    return numbers().values().stream().mapToDouble(Numbers::rows).sum();
  }
}
