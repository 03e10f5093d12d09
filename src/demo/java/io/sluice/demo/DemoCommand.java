package io.sluice.demo;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Reads options of {@code demo}; runs {@link Demo}. */
@Command(
    name = "demo",
    mixinStandardHelpOptions = true,
    description = "All of the above on an S3 server of its own, with data whose truth is known.")
final class DemoCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(names = "--dir", defaultValue = "target/demo", description = "Default: ${DEFAULT-VALUE}.")
  private Path dir;

  @Option(names = "--scale", defaultValue = "1", description = "Default: ${DEFAULT-VALUE}.")
  private double scale;

  @Option(names = "--days", defaultValue = "3", description = "Default: ${DEFAULT-VALUE}.")
  private int days;

  @Override
  public Integer call() {
    return new Demo(dir, scale, days).run(spec.commandLine().getOut());
  }
}
