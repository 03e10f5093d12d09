package io.sluice.cli;

import io.sluice.settings.Key;
import java.io.PrintWriter;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Prints every setting that there is, as {@link Key} declares it; reads nothing. */
@Command(
    name = "settings",
    mixinStandardHelpOptions = true,
    description = "Prints every setting with its type, default and meaning.")
final class SettingsCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    PrintWriter out = spec.commandLine().getOut();
    for (Key<?> key : Key.all()) {
      out.printf(
          Locale.ROOT,
          "%-26s %-28s %s%n%26s %s%n",
          key.name(),
          key.type(),
          key.fallback() == null ? "(must be set)" : key.fallback(),
          "",
          key.description());
    }
  }
}
