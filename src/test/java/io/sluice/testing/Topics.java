package io.sluice.testing;

import io.sluice.run.RunContext;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What tests and drills of sources that arrive on topics share. */
public final class Topics {
  private Topics() {}

  /**
   * Writes a source's contract with topics of its own into a folder of its own.
   *
   * @param from the folder of the contract, whose topics are named by the source
   * @return the new folder
   */
  public static Path contracts(Path from, String source, String topic) {
    try {
      Path folder = Files.createDirectories(LocalKafka.server().folder().resolve(topic));
      String contract =
          Files.readString(from.resolve(source + ".yaml"))
              .replace("topic: " + source, "topic: " + topic)
              .replace(source + "-dead", topic + "-dead")
              .replace("topic: spending-alerts", "topic: " + topic + "-alerts");
      Files.writeString(folder.resolve(source + ".yaml"), contract);
      return folder;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * How many of silver's commits were certainly made without a job: the small batches of a minute
   * are one run, and a run of refine makes one commit.
   */
  public static long smallBatches(RunContext context, String source) {
    return context
        .spark()
        .sql("describe history delta.`" + context.lake().silver(source).path() + "`")
        .selectExpr("get_json_object(userMetadata, '$.run_id') run")
        .groupBy("run")
        .count()
        .where("run is not null and count > 1")
        .selectExpr("coalesce(sum(count), 0)")
        .first()
        .getLong(0);
  }
}
