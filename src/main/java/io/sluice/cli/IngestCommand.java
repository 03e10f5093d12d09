package io.sluice.cli;

import io.sluice.ingest.Ingest;
import io.sluice.run.RunContext;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Reads options of {@code ingest}; runs {@link Ingest} for each source. */
@Command(
    name = "ingest",
    mixinStandardHelpOptions = true,
    description = "Files and Kafka records of a source -> bronze, exactly as received.")
final class IngestCommand implements Runnable {
  @Mixin private EnvironmentOptions environment;

  @Spec private CommandSpec spec;

  @Option(names = "--source", required = true, description = "The source; may be given again.")
  private List<String> sources;

  @Option(names = "--dry-run", description = "Only say what would be ingested.")
  private boolean dryRun;

  @Override
  public void run() {
    try (RunContext context = environment.open("ingest")) {
      for (String source : sources) {
        Ingest ingest = new Ingest(context, source);
        if (dryRun) {
          List<String> waiting = ingest.waiting();
          waiting.forEach(spec.commandLine().getOut()::println);
          spec.commandLine()
              .getOut()
              .printf(Locale.ROOT, "%s: %d waiting%n", source, waiting.size());
        } else {
          ingest.run();
        }
      }
    }
  }
}
