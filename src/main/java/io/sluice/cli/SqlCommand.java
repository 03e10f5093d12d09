package io.sluice.cli;

import io.sluice.query.LakeQuery;
import io.sluice.run.RunContext;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Reads a statement; prints the rows that {@link LakeQuery} answers with. */
@Command(
    name = "sql",
    mixinStandardHelpOptions = true,
    description = "Answers a query over tables named layer.table, such as gold.spend_daily.")
final class SqlCommand implements Runnable {
  @Mixin private EnvironmentOptions environment;

  @Option(names = "--format", defaultValue = "table", description = "table, csv or json.")
  private LakeQuery.Format format;

  @Parameters(paramLabel = "STATEMENT")
  private String statement;

  @Override
  public void run() {
    try (RunContext context = environment.openToRead("sql")) {
      new LakeQuery(context).run(statement, System.out, format);
    }
  }
}
