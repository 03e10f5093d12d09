package io.sluice.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sluice.demo.server.S3Server;
import io.sluice.run.RunContext;
import io.sluice.run.StreamStatus;
import io.sluice.settings.Key;
import io.sluice.testing.LocalSpark;
import io.sluice.testing.NeedsServers;
import io.sluice.testing.TestLake;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code sluice stream --status} over a lake, with no broker anywhere. */
@NeedsServers
class StreamStatusTest {
  @TempDir private Path secrets;

  private static StreamStatus status(
      String source, String query, Instant at, StreamStatus.State state, String message) {
    return new StreamStatus(
        source, query, at, state, 60, 1200, 30L, 20L, 400L, 900L, 7L, 2_000_000L, 3, 12, message);
  }

  /** What the command prints. */
  private List<String> print(RunContext context, String... more) throws Exception {
    List<String> arguments = new ArrayList<>(List.of("stream", "--status"));
    for (Key<?> key : List.of(Key.LAKE, Key.LANDING, Key.CONTRACTS, Key.S3_ENDPOINT)) {
      arguments.addAll(List.of("--set", key.name() + "=" + context.settings().get(key)));
    }
    arguments.addAll(List.of("--set", "s3.access-key=" + secret(S3Server.ACCESS_KEY)));
    arguments.addAll(List.of("--set", "s3.secret-key=" + secret(S3Server.SECRET_KEY)));
    arguments.addAll(List.of("--set", "privacy.key="));
    // Nothing listens there.
    arguments.addAll(List.of("--set", "kafka.servers=127.0.0.1:1"));
    arguments.addAll(List.of(more));
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int code =
        Sluice.commandLine()
            .setOut(new PrintWriter(out))
            .setErr(new PrintWriter(err))
            .execute(arguments.toArray(String[]::new));
    assertEquals(0, code, err.toString());
    return out.toString().lines().toList();
  }

  private String secret(String value) throws Exception {
    Path file = secrets.resolve(value);
    Files.writeString(file, value);
    return "file:" + file.toAbsolutePath();
  }

  @Test
  void theNewestOfEachQueryIsPrinted() throws Exception {
    LocalSpark.server();
    RunContext context = TestLake.open("status", Path.of("src/demo/stream/contracts"));
    assertEquals(
        List.of("No stream has said anything for a week; start one: sluice stream"),
        print(context));

    Instant now = Instant.now().truncatedTo(ChronoUnit.MILLIS);
    context.runs().hold();
    context
        .runs()
        .record(
            List.of(
                status(
                    "transactions",
                    "alerts by user_id",
                    now.minusSeconds(30),
                    StreamStatus.State.RUNNING,
                    null),
                status(
                    "transactions",
                    "source",
                    now.minusSeconds(90),
                    StreamStatus.State.RUNNING,
                    null),
                status(
                    "gone",
                    "source",
                    now.minus(8, ChronoUnit.DAYS),
                    StreamStatus.State.RUNNING,
                    null)));
    context.runs().flush();
    context
        .runs()
        .record(
            List.of(
                status(
                    "transactions",
                    "source",
                    now.minusSeconds(30),
                    StreamStatus.State.HELD,
                    "too much is broken: sluice inspect --source transactions"),
                status(
                    "another", "source", now.minusSeconds(600), StreamStatus.State.RUNNING, null)));
    context.runs().release();

    List<String> lines = print(context);
    assertEquals(5, lines.size(), lines::toString);
    assertTrue(lines.get(0).startsWith("another, source: running, "), lines::toString);
    assertTrue(lines.get(1).contains("nothing has been heard of it for 10 minutes"), lines.get(1));
    assertEquals(
        "transactions, source: held, 1,200 rows (20.0/s), 30 records behind (partition: 20),"
            + " batch 400 ms, longest 900 ms, state 7 rows, 2.0 MB, 3 alerts, 12 dead letters;"
            + " in the 60 s before "
            + now.minusSeconds(30),
        lines.get(2));
    assertEquals("  too much is broken: sluice inspect --source transactions", lines.get(3));
    assertTrue(lines.get(4).startsWith("transactions, alerts by user_id: running, "), lines.get(4));

    assertEquals(lines.subList(2, 5), print(context, "--source", "transactions"));
    // Nothing was started, and nothing written beside the two commits.
    assertFalse(context.lake().ops("runs").exists());
    assertEquals(1, context.lake().ops("streams").version());
  }
}
