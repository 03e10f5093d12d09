package io.sluice.testing;

import io.sluice.cli.Sluice;
import io.sluice.settings.Key;
import io.sluice.settings.Settings;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A command as a user types it, over a lake on the tests' S3 server.
 *
 * @param code its exit code
 * @param err what it wrote to standard error
 */
public record Typed(int code, String err) {
  /**
   * Runs a command.
   *
   * @param lake the lake's name, as {@link TestLake} opens it
   * @param contracts the folder of its contracts
   */
  public static Typed run(String lake, Path contracts, List<String> arguments) {
    Settings tests = LocalSpark.settings(Map.of());
    List<String> all = new ArrayList<>(arguments);
    Map.of(
            "s3.endpoint", tests.get(Key.S3_ENDPOINT),
            "s3.access-key", "file:" + secret("access-key"),
            "s3.secret-key", "file:" + secret("secret-key"),
            "privacy.key", "file:" + secret("privacy-key"),
            "lineage.transport", "none",
            "lake.root", "s3a://lake/" + lake,
            "landing.root", "s3a://landing/" + lake,
            "contracts", contracts.toString())
        .forEach((key, value) -> all.addAll(List.of("--set", key + "=" + value)));
    PrintStream before = System.err;
    ByteArrayOutputStream captured = new ByteArrayOutputStream();
    System.setErr(new PrintStream(captured, true, StandardCharsets.UTF_8));
    int code;
    try {
      code = Sluice.run(all.toArray(String[]::new));
    } finally {
      System.setErr(before);
    }
    return new Typed(code, captured.toString(StandardCharsets.UTF_8));
  }

  private static Path secret(String name) {
    return LocalSpark.server().data().getParent().resolve(name).toAbsolutePath();
  }
}
