package io.sluice.demo;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Reads options of {@code demo-real}; runs {@link DemoReal}. */
@Command(
    name = "demo-real",
    mixinStandardHelpOptions = true,
    description = "Exported real orders, landed a week at a time, a night after each.")
final class DemoRealCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(names = "--export", required = true, description = "The folder of the export.")
  private Path export;

  @Option(
      names = "--dir",
      defaultValue = "target/demo-real",
      description = "Default: ${DEFAULT-VALUE}.")
  private Path dir;

  @Option(names = "--weeks", defaultValue = "53", description = "Default: ${DEFAULT-VALUE}.")
  private int weeks;

  @Override
  public Integer call() {
    return new DemoReal(export, dir, weeks).run(spec.commandLine().getOut());
  }
}
