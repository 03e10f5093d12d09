package io.sluice.demo.stream;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Reads options of {@code demo-stream}; runs {@link DemoStream}. */
@Command(
    name = "demo-stream",
    mixinStandardHelpOptions = true,
    description =
        "The stream on a broker, registry and S3 server of its own, with events whose truth is"
            + " known.")
public final class DemoStreamCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--dir",
      defaultValue = "target/demo-stream",
      description = "Default: ${DEFAULT-VALUE}.")
  private Path dir;

  @Option(
      names = "--seconds",
      defaultValue = "90",
      description = "How long events are sent; default: ${DEFAULT-VALUE}.")
  private int seconds;

  @Option(
      names = "--rate",
      defaultValue = "100",
      description = "Payments a second; default: ${DEFAULT-VALUE}.")
  private int rate;

  @Override
  public Integer call() throws Exception {
    return new DemoStream(dir, Math.max(1, seconds), Math.max(1, rate))
        .run(spec.commandLine().getOut());
  }
}
