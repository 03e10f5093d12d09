package io.sluice.cli;

import io.sluice.report.Report;
import io.sluice.run.RunContext;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Reads options of {@code report}; writes the page of {@link Report}. */
@Command(
    name = "report",
    mixinStandardHelpOptions = true,
    description = "Writes a page of what ran, what was rejected, and where it all came from.")
final class ReportCommand implements Runnable {
  @Mixin private EnvironmentOptions environment;

  @Spec private CommandSpec spec;

  @Option(
      names = "--out",
      defaultValue = "target/report.html",
      description = "Default: ${DEFAULT-VALUE}.")
  private Path out;

  @Override
  public void run() {
    try (RunContext context = environment.openToRead("report")) {
      new Report(context).write(out);
      spec.commandLine().getOut().println(out.toAbsolutePath());
    }
  }
}
