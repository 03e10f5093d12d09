package io.sluice.demo;

import io.sluice.ingest.LandingFolder;
import io.sluice.run.RunContext;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Reads options of {@code generate}; runs {@link Generate} on the local environment. */
@Command(
    name = "generate",
    mixinStandardHelpOptions = true,
    description = "Makes raw files of every source for some days, and the truth about them.")
final class GenerateCommand implements Runnable {
  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "A setting in place of the local environment's; may be given again.")
  private final Map<String, String> overrides = new LinkedHashMap<>();

  @Option(names = "--seed", defaultValue = "1", description = "Default: ${DEFAULT-VALUE}.")
  private long seed;

  @Option(names = "--from", required = true, description = "The first day.")
  private LocalDate from;

  @Option(names = "--days", defaultValue = "1", description = "Default: ${DEFAULT-VALUE}.")
  private int days;

  @Option(
      names = "--skip",
      defaultValue = "0",
      description = "Days at the start that have been made before.")
  private int skip;

  @Option(
      names = "--scale",
      defaultValue = "1",
      description = "1 is 2,000 orders, 2,000 calls and 100 machines a day.")
  private double scale;

  @Option(names = "--truth", required = true, description = "The file to write the truth to.")
  private Path truth;

  @Override
  public void run() {
    try (RunContext context = DemoLake.open(overrides, "generate")) {
      new Generate(LandingFolder.of(context), seed, from, scale).days(skip, days, truth);
    }
  }
}
