package io.sluice.cli;

import io.sluice.report.Report;
import io.sluice.run.RunContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
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

  @Option(
      names = "--days",
      defaultValue = "" + Report.DAYS,
      description =
          "Of how many days, up to now, runs and check results are shown one by one; totals are"
              + " over all there were. Default: ${DEFAULT-VALUE}.")
  private int days;

  /** Before a page is made that has nowhere to go. */
  private void requireWritable() {
    Path folder = out.toAbsolutePath().getParent();
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      folder = null;
    }
    if (folder == null || !Files.isWritable(folder) || Files.isDirectory(out)) {
      throw new ParameterException(
          spec.commandLine(), "--out must be a file that can be written, not " + out);
    }
  }

  @Override
  public void run() {
    Values.requireWithin(spec, "--days", days, 1, 36_525);
    requireWritable();
    try (RunContext context = environment.openToRead("report")) {
      new Report(context, days).write(out);
      spec.commandLine().getOut().println(out.toAbsolutePath());
    }
  }
}
