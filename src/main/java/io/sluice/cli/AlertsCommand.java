package io.sluice.cli;

import io.sluice.contract.Contract;
import io.sluice.query.Results;
import io.sluice.run.RunContext;
import io.sluice.settings.ValidationErrors;
import io.sluice.stream.AlertBatch;
import io.sluice.table.LakeTable;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Reads options of {@code alerts}; prints what {@link AlertBatch} says of silver's rows. */
@Command(
    name = "alerts",
    mixinStandardHelpOptions = true,
    description =
        "What a source's declared alerts say of the rows that silver has; writes nothing.")
final class AlertsCommand implements Runnable {
  @Mixin private EnvironmentOptions environment;

  @Option(names = "--source", required = true, description = "The source.")
  private String source;

  @Option(
      names = "--from",
      required = true,
      description = "The first day in which windows begin, as YYYY-MM-DD, in UTC.")
  private LocalDate from;

  @Option(
      names = "--to",
      required = true,
      description = "The last day in which windows begin, as YYYY-MM-DD, in UTC.")
  private LocalDate to;

  @Override
  public void run() {
    try (RunContext context = environment.openToRead("alerts")) {
      Contract contract = context.contracts().get(source);
      ValidationErrors errors = new ValidationErrors();
      LakeTable silver = context.lake().silver(source);
      if (contract.alerts().isEmpty()) {
        errors.add("source " + source, "declares no alerts; see docs/contracts.md#alerts");
      }
      if (to.isBefore(from)) {
        errors.add("--to", to + " is before --from, " + from);
      }
      if (!silver.exists()) {
        errors.add("source " + source, "has no silver table yet; refine it first");
      }
      errors.throwIfAny();
      Dataset<Row> alerts =
          AlertBatch.of(contract, silver.read(), begin(from), begin(to.plusDays(1)))
              .orderBy("window_start", "alert", "key");
      Results.print(alerts, System.out);
    }
  }

  private static Instant begin(LocalDate day) {
    return day.atStartOfDay(ZoneOffset.UTC).toInstant();
  }
}
