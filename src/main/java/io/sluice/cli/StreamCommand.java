package io.sluice.cli;

import io.sluice.run.RunContext;
import io.sluice.run.StreamStatus;
import io.sluice.stream.TopicStream;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.util.ShutdownHookManager;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * Reads options of {@code stream}; runs {@link TopicStream} until it has caught up or is stopped,
 * or prints what it says of itself.
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

  @Option(
      names = "--status",
      description =
          "Print how the queries of the stream that is running elsewhere stand, from ops.streams;"
              + " start nothing.")
  private boolean status;

  @Spec private CommandSpec spec;

  @Override
  public void run() {
    if (status) {
      printStatus();
      return;
    }
    try (RunContext context = environment.open("stream")) {
      TopicStream stream = new TopicStream(context, sources == null ? List.of() : sources, 10);
      // Before Spark's own hook, which would end the session under the batch that is running.
      ShutdownHookManager.get().addShutdownHook(stream::stop, 100, 5, TimeUnit.MINUTES);
      stream.run(untilCaughtUp ? TopicStream.Until.CAUGHT_UP : TopicStream.Until.STOPPED);
    }
  }

  private void printStatus() {
    if (untilCaughtUp) {
      throw new ParameterException(
          spec.commandLine(), "--status starts nothing, and --until-caught-up does; give one");
    }
    PrintWriter out = spec.commandLine().getOut();
    try (RunContext context = environment.openToRead("stream")) {
      Instant now = Instant.now();
      List<StreamStatus> all =
          StreamStatus.newest(context.lake(), now).stream()
              .filter(one -> sources == null || sources.contains(one.source()))
              .toList();
      if (all.isEmpty()) {
        out.println("No stream has said anything for a week; start one: sluice stream");
      }
      all.forEach(one -> one.lines(now).forEach(out::println));
      out.flush();
    }
  }
}
