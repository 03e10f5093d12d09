package io.sluice.run;

import io.sluice.contract.Arrival;
import io.sluice.contract.ArrivalFormats;
import io.sluice.contract.Contract;
import io.sluice.contract.Contracts;
import io.sluice.lineage.LineageEmitter;
import io.sluice.settings.Key;
import io.sluice.settings.Session;
import io.sluice.settings.Settings;
import io.sluice.settings.ValidationErrors;
import io.sluice.table.Lake;
import java.nio.file.Path;
import java.time.Clock;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import org.apache.spark.sql.SparkSession;

/**
 * What every command works with, opened once: settings, contracts, session, lake, the log of runs
 * and the lineage backend.
 */
public record RunContext(
    Settings settings,
    Contracts contracts,
    SparkSession spark,
    Lake lake,
    RunLog runs,
    LineageEmitter lineage)
    implements AutoCloseable {

  /**
   * Opens all of it.
   *
   * @throws ValidationErrors.ValidationException if settings or contracts have errors, before any
   *     data moves
   */
  public static RunContext open(Settings settings, String command) {
    return open(settings, command, Lake::open);
  }

  /**
   * Opens the same for a command that only reads: nothing is written to the lake, and the right to
   * read it is enough. A run cannot be begun.
   *
   * @throws ValidationErrors.ValidationException if settings or contracts have errors
   */
  public static RunContext openToRead(Settings settings, String command) {
    return open(settings, command, Lake::openToRead);
  }

  private static RunContext open(
      Settings settings, String command, BiFunction<SparkSession, String, Lake> opener) {
    Contracts contracts = Contracts.read(Path.of(settings.get(Key.CONTRACTS)));
    checkSettings(settings, contracts);
    SparkSession spark = Session.open(settings, command);
    Lake lake = opener.apply(spark, settings.get(Key.LAKE));
    return new RunContext(
        settings,
        contracts,
        spark,
        lake,
        new RunLog(lake, Clock.systemUTC()),
        LineageEmitter.open(settings, spark.sparkContext().getConf()));
  }

  /**
   * @throws ValidationErrors.ValidationException if a setting that a contract needs is not set
   */
  public static void checkSettings(Settings settings, Contracts contracts) {
    ValidationErrors errors = new ValidationErrors();
    for (Contract contract : contracts.inOrder()) {
      if (!contract.topics().isEmpty() && settings.get(Key.KAFKA_SERVERS).isEmpty()) {
        errors.add(Key.KAFKA_SERVERS.name(), contract.id() + " arrives on a topic; it must be set");
      }
      if (contract.needsWriterSchemas() && settings.get(Key.REGISTRY_URL).isEmpty()) {
        errors.add(
            Key.REGISTRY_URL.name(),
            contract.id() + " arrives as " + registered(contract) + "; it must be set");
      }
      if (contract.isProtected() && settings.privacyKey().isEmpty()) {
        errors.add(Key.PRIVACY_KEY.name(), contract.id() + " has protected fields; it must be set");
      }
    }
    errors.throwIfAny();
  }

  /** The formats of its arrivals whose schemas a registry has. */
  private static String registered(Contract contract) {
    return contract.arrivals().stream()
        .map(Arrival::format)
        .filter(format -> ArrivalFormats.get(format).needsWriterSchemas())
        .distinct()
        .collect(Collectors.joining(" and "));
  }

  /**
   * Does a command's work on one subject and records how it ended, as {@link RunRecorder#run} says.
   */
  public RunResult run(String command, String subject, RunRecorder.Work work) {
    return new RunRecorder(this).run(command, subject, work);
  }

  /** Sends the lineage events that still wait; the session stays open for others. */
  @Override
  public void close() {
    lineage.close();
  }
}
