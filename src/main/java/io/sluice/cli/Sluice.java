package io.sluice.cli;

import io.sluice.run.Build;
import io.sluice.run.StoppedException;
import io.sluice.settings.Printable;
import io.sluice.settings.ValidationErrors;
import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * The commands, one class each.
 *
 * <p>Exit codes: 0 done, 1 crashed, 2 wrong use, settings or contracts, 3 stopped by a check.
 */
@Command(
    name = "sluice",
    description = "Carries raw data through quality gates into gold tables and models.",
    version = "sluice " + Build.VERSION,
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    sortOptions = false,
    subcommands = {
      IngestCommand.class,
      RefineCommand.class,
      InspectCommand.class,
      BuildCommand.class,
      TrainCommand.class,
      ScoreCommand.class,
      PromoteCommand.class,
      RollbackCommand.class,
      RetrainCommand.class,
      NightlyCommand.class,
      BackfillCommand.class,
      MigrateCommand.class,
      ReplayCommand.class,
      RestoreCommand.class,
      MaintainCommand.class,
      StreamCommand.class,
      AlertsCommand.class,
      ValidateCommand.class,
      ReportCommand.class,
      SqlCommand.class,
      GraphCommand.class,
      SettingsCommand.class
    })
public final class Sluice implements Runnable {
  /** The exit code of a command that a check stopped. */
  static final int STOPPED = 3;

  @Spec private CommandSpec spec;

  private Sluice() {}

  public static void main(String[] arguments) {
    System.exit(run(arguments));
  }

  /** Runs a command and gives its exit code. */
  public static int run(String... arguments) {
    return commandLine().execute(arguments);
  }

  /** All commands, with the exit codes above; a launcher may add commands of its own. */
  public static CommandLine commandLine() {
    return Values.register(new CommandLine(new Sluice()))
        .setExecutionExceptionHandler(Sluice::report)
        .setParameterExceptionHandler(Sluice::misused)
        .setCaseInsensitiveEnumValuesAllowed(true);
  }

  /** Says in a sentence what cannot be meant, and where to look what can. */
  private static int misused(ParameterException misuse, String[] arguments) {
    CommandLine command = misuse.getCommandLine();
    PrintWriter err = command.getErr();
    err.println(misuse.getMessage());
    if (command.getParent() == null) {
      UnmatchedArgumentException.printSuggestions(misuse, err);
      command.usage(err);
    } else if (!UnmatchedArgumentException.printSuggestions(misuse, err)) {
      err.println("See: " + command.getCommandSpec().qualifiedName() + " --help");
    }
    return 2;
  }

  private static int report(Exception failure, CommandLine command, ParseResult parsed) {
    if (failure instanceof ValidationErrors.ValidationException) {
      command.getErr().println(failure.getMessage());
      return 2;
    }
    if (failure instanceof StoppedException) {
      command.getErr().println("Stopped: " + Printable.of(failure.getMessage()));
      for (Throwable other : failure.getSuppressed()) {
        command.getErr().println("Stopped: " + Printable.of(other.getMessage()));
      }
      return STOPPED;
    }
    failure.printStackTrace(command.getErr());
    return 1;
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "name a command");
  }
}
