package io.sluice.cli;

import io.sluice.pipeline.Maintain;
import io.sluice.run.RunContext;
import io.sluice.table.LakeTable;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Reads options of {@code maintain}; runs {@link Maintain} for all tables or some. */
@Command(
    name = "maintain",
    mixinStandardHelpOptions = true,
    description = "Takes small files together and deletes those nobody can need any more.")
final class MaintainCommand implements Runnable {
  @Mixin private EnvironmentOptions environment;

  @Spec private CommandSpec spec;

  @Option(
      names = "--table",
      description = "Layer and table; may be given again (default: every table).")
  private List<String> tables;

  @Option(
      names = "--retain",
      paramLabel = "HOURS",
      description = "Keep files for so long (default: as long as is promised).")
  private Long retain;

  @Option(names = "--dry-run", description = "Only say what would be done.")
  private boolean dryRun;

  @Override
  public void run() {
    if (retain != null) {
      Values.requireWithin(spec, "--retain", retain, 1, 876_600);
    }
    try (RunContext context = environment.open("maintain")) {
      Maintain maintain = new Maintain(context, Instant.now());
      Duration retention = retain == null ? null : Duration.ofHours(retain);
      for (LakeTable table : maintain.tables(tables == null ? List.of() : tables)) {
        if (dryRun) {
          spec.commandLine().getOut().println(maintain.rehearse(table, retention));
        } else {
          maintain.run(table, retention);
        }
      }
    }
  }
}
