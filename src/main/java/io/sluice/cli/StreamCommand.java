package io.sluice.cli;

import io.sluice.run.RunContext;
import io.sluice.stream.TopicStream;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.util.ShutdownHookManager;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Reads options of {@code stream}; runs {@link TopicStream} until it has caught up or is stopped.
 */
@Command(
    name = "stream",
    mixinStandardHelpOptions = true,
    description = "Kafka topics -> bronze, silver, quarantine and alerts, continuously.")
final class StreamCommand implements Runnable {
  @Mixin private EnvironmentOptions environment;

  @Option(names = "--source", description = "The source; may be given again. Default: all.")
  private List<String> sources;

  @Option(
      names = "--until-caught-up",
      description = "End when everything that has arrived is handled.")
  private boolean untilCaughtUp;

  @Override
  public void run() {
    try (RunContext context = environment.open("stream")) {
      TopicStream stream = new TopicStream(context, sources == null ? List.of() : sources, 10);
      // Before Spark's own hook, which would end the session under the batch that is running.
      ShutdownHookManager.get().addShutdownHook(stream::stop, 100, 5, TimeUnit.MINUTES);
      stream.run(untilCaughtUp ? TopicStream.Until.CAUGHT_UP : TopicStream.Until.STOPPED);
    }
  }
}
