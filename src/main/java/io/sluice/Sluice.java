package io.sluice;

import io.sluice.landing.LandedFile;
import io.sluice.local.S3Server;
import io.sluice.mart.Mart;
import io.sluice.ops.StoppedException;
import io.sluice.settings.Faults;
import io.sluice.settings.Key;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * The programs, one subcommand each.
 *
 * <p>Exit codes: 0 done, 1 crashed, 2 wrong use, settings or contracts, 3 stopped by a check.
 */
@Command(
    name = "sluice",
    description = "Carries raw data through quality gates into gold tables and models.",
    version = "sluice " + Sluice.VERSION,
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "PROGRAM",
    sortOptions = false)
public final class Sluice implements Callable<Integer> {
  /** The version of this build, as in pom.xml; a test holds them equal. */
  static final String VERSION = "0.1.0";

  @Spec private CommandLine.Model.CommandSpec spec;

  private Sluice() {}

  public static void main(String[] arguments) {
    System.exit(run(arguments));
  }

  /** Runs a program and gives its exit code. */
  static int run(String... arguments) {
    return new CommandLine(new Sluice())
        .setExecutionExceptionHandler(Sluice::report)
        .setCaseInsensitiveEnumValuesAllowed(true)
        .execute(arguments);
  }

  private static int report(
      Exception failure, CommandLine command, CommandLine.ParseResult parsed) {
    if (failure instanceof Faults.FaultyException) {
      command.getErr().println(failure.getMessage());
      return 2;
    }
    if (failure instanceof StoppedException) {
      command.getErr().println("Stopped: " + failure.getMessage());
      for (Throwable other : failure.getSuppressed()) {
        command.getErr().println("Stopped: " + other.getMessage());
      }
      return 3;
    }
    failure.printStackTrace(command.getErr());
    return 1;
  }

  @Override
  public Integer call() {
    throw new CommandLine.ParameterException(spec.commandLine(), "name a program");
  }

  @Command(description = "Landed files of a source -> bronze, exactly as received.")
  int ingest(
      @Mixin Environment environment,
      @Option(names = "--source", required = true, description = "The source; may be given again.")
          List<String> sources,
      @Option(names = "--dry-run", description = "Only say which files would be ingested.")
          boolean dryRun) {
    try (Workplace place = environment.open("ingest")) {
      for (String source : sources) {
        Ingest ingest = new Ingest(place, source);
        if (dryRun) {
          List<LandedFile> files = ingest.news();
          files.forEach(file -> spec.commandLine().getOut().println(file.path()));
          spec.commandLine().getOut().printf("%s: %d files%n", source, files.size());
        } else {
          ingest.run();
        }
      }
      return 0;
    }
  }

  @Command(description = "New bronze rows of a source -> silver, and quarantine.")
  int refine(
      @Mixin Environment environment,
      @Option(names = "--source", required = true, description = "The source; may be given again.")
          List<String> sources,
      @Option(names = "--dry-run", description = "Judge the new rows and say so, publish nothing.")
          boolean dryRun) {
    try (Workplace place = environment.open("refine")) {
      for (String source : sources) {
        Refine refine = new Refine(place, source);
        if (dryRun) {
          spec.commandLine().getOut().println(source + ": " + refine.rehearse());
        } else {
          refine.run();
        }
      }
      return 0;
    }
  }

  @Command(description = "Silver -> a gold mart, only the periods that changed.")
  int build(
      @Mixin Environment environment,
      @Option(names = "--mart", required = true, description = "The mart; may be given again.")
          List<String> marts,
      @Option(names = "--dry-run", description = "Only say which periods would be built.")
          boolean dryRun) {
    try (Workplace place = environment.open("build")) {
      for (String name : marts) {
        Mart mart = Marts.get(name, place.contracts());
        if (dryRun) {
          spec.commandLine().getOut().println(name + ": " + new Build(place, mart).periods());
        } else {
          new Build(place, mart).run();
        }
      }
      return 0;
    }
  }

  @Command(description = "Feature tables and outcomes -> a new version of a model, and its card.")
  int train(
      @Mixin Environment environment,
      @Option(names = "--model", required = true, description = "The model; may be given again.")
          List<String> models) {
    try (Workplace place = environment.open("train")) {
      for (String name : models) {
        new Train(place, Models.get(name, place.contracts())).run();
      }
      return 0;
    }
  }

  @Command(description = "Feature rows not yet scored -> predictions.")
  int score(
      @Mixin Environment environment,
      @Option(names = "--model", required = true, description = "The model; may be given again.")
          List<String> models,
      @Option(names = "--from", description = "Score the days from here on again.") LocalDate from,
      @Option(names = "--to", description = "The last of these days.") LocalDate to) {
    if ((from == null) != (to == null)) {
      throw new CommandLine.ParameterException(
          spec.commandLine(), "--from and --to go together: the first and last day to score again");
    }
    try (Workplace place = environment.open("score")) {
      for (String name : models) {
        Score score = new Score(place, Models.get(name, place.contracts()));
        if (from == null) {
          score.run();
        } else {
          score.again(from, to);
        }
      }
      return 0;
    }
  }

  @Command(description = "Makes a version that passed its gate the champion, or a canary.")
  int promote(
      @Mixin Environment environment,
      @Option(names = "--model", required = true, description = "The model.") String model,
      @Option(names = "--version", description = "The version; default: the newest.")
          Integer version,
      @Option(
              names = "--canary",
              paramLabel = "PERCENT",
              description = "Only let it serve so many of a hundred buckets of entities.")
          Integer canary) {
    if (canary != null && (canary < 1 || canary > 99)) {
      throw new CommandLine.ParameterException(
          spec.commandLine(), "--canary must be from 1 to 99, not " + canary);
    }
    try (Workplace place = environment.open("promote")) {
      Promote promote = new Promote(place, Models.get(model, place.contracts()));
      if (canary == null) {
        promote.promote(Optional.ofNullable(version));
      } else {
        promote.canary(Optional.ofNullable(version), canary);
      }
      return 0;
    }
  }

  @Command(description = "Gives back to a model's champion before, or takes a canary out.")
  int rollback(
      @Mixin Environment environment,
      @Option(names = "--model", required = true, description = "The model.") String model,
      @Option(names = "--reason", required = true, description = "Why, for the record.")
          String reason) {
    try (Workplace place = environment.open("rollback")) {
      new Promote(place, Models.get(model, place.contracts())).rollback(reason);
      return 0;
    }
  }

  @Command(description = "Trains, promotes what passed its gate, and scores, model by model.")
  int retrain(
      @Mixin Environment environment,
      @Option(names = "--model", description = "The model; may be given again; default: all.")
          List<String> models) {
    try (Workplace place = environment.open("retrain")) {
      new Retrain(place)
          .run(
              models == null
                  ? Models.of(place.contracts())
                  : models.stream().map(name -> Models.get(name, place.contracts())).toList());
      return 0;
    }
  }

  @Command(description = "Ingests, refines and builds everything, in the contracts' order.")
  int nightly(@Mixin Environment environment) {
    try (Workplace place = environment.open("nightly")) {
      new Nightly(place).run();
      return 0;
    }
  }

  @Command(description = "Makes raw files of every source for some days, and the truth about them.")
  int generate(
      @Mixin Environment environment,
      @Option(names = "--seed", defaultValue = "1", description = "Default: ${DEFAULT-VALUE}.")
          long seed,
      @Option(names = "--from", required = true, description = "The first day.") LocalDate from,
      @Option(names = "--days", defaultValue = "1", description = "Default: ${DEFAULT-VALUE}.")
          int days,
      @Option(
              names = "--skip",
              defaultValue = "0",
              description = "Days at the start that have been made before.")
          int skip,
      @Option(
              names = "--scale",
              defaultValue = "1",
              description = "1 is 2,000 orders, 2,000 calls and 100 machines a day.")
          double scale,
      @Option(names = "--truth", required = true, description = "The file to write the truth to.")
          Path truth) {
    try (Workplace place = environment.open("generate")) {
      new Generate(place.landing(), seed, from, scale).days(skip, days, truth);
      return 0;
    }
  }

  @Command(description = "Checks every contract, mart and setting, before any data moves.")
  int validate(@Mixin Environment environment) {
    spec.commandLine().getOut().println(Validate.run(environment.settings()));
    return 0;
  }

  @Command(
      description = "Writes a page of what ran, what was rejected, and where it all came from.")
  int report(
      @Mixin Environment environment,
      @Option(
              names = "--out",
              defaultValue = "target/report.html",
              description = "Default: ${DEFAULT-VALUE}.")
          Path out) {
    try (Workplace place = environment.open("report")) {
      new Report(place).write(out);
      spec.commandLine().getOut().println(out.toAbsolutePath());
      return 0;
    }
  }

  @Command(description = "Answers a query over tables named layer.table, such as gold.spend_daily.")
  int sql(
      @Mixin Environment environment,
      @Option(names = "--format", defaultValue = "table", description = "table, csv or json.")
          Sql.Format format,
      @Parameters(paramLabel = "STATEMENT") String statement) {
    try (Workplace place = environment.open("sql")) {
      new Sql(place).run(statement, System.out, format);
      return 0;
    }
  }

  @Command(description = "Prints every setting with its type, default and meaning.")
  int settings() {
    for (Key<?> key : Key.all()) {
      spec.commandLine()
          .getOut()
          .printf(
              "%-26s %-28s %s%n%26s %s%n",
              key.name(),
              key.type(),
              key.fallback() == null ? "(must be set)" : key.fallback(),
              "",
              key.description());
    }
    return 0;
  }

  @Command(
      description = "Prints the sources and marts, with what each reads, as JSON: for schedulers.")
  int graph(@Mixin Environment environment) {
    spec.commandLine().getOut().println(Graph.json(environment.settings()));
    return 0;
  }

  @Command(
      description = "All of the above on an S3 server of its own, with data whose truth is known.")
  int demo(
      @Option(
              names = "--dir",
              defaultValue = "target/demo",
              description = "Default: ${DEFAULT-VALUE}.")
          Path dir,
      @Option(names = "--scale", defaultValue = "1", description = "Default: ${DEFAULT-VALUE}.")
          double scale,
      @Option(names = "--days", defaultValue = "3", description = "Default: ${DEFAULT-VALUE}.")
          int days) {
    return new Demo(dir, scale, days).run(spec.commandLine().getOut());
  }

  @Command(
      name = "demo-real",
      description = "Exported real orders, landed a week at a time, a night after each.")
  int demoReal(
      @Option(names = "--export", required = true, description = "The folder of the export.")
          Path export,
      @Option(
              names = "--dir",
              defaultValue = "target/demo-real",
              description = "Default: ${DEFAULT-VALUE}.")
          Path dir,
      @Option(names = "--weeks", defaultValue = "53", description = "Default: ${DEFAULT-VALUE}.")
          int weeks) {
    return new DemoReal(export, dir, weeks).run(spec.commandLine().getOut());
  }

  @Command(description = "Serves the tables of a demo over S3 until it is interrupted.")
  int serve(
      @Option(names = "--demo", required = true, description = "The demo's folder.") Path demo,
      @Option(names = "--port", defaultValue = "9878", description = "Default: ${DEFAULT-VALUE}.")
          int port)
      throws InterruptedException {
    PrintWriter out = spec.commandLine().getOut();
    out.println("AWS_ENDPOINT_URL=" + Environment.serve(demo, port).get("s3.endpoint"));
    out.println("AWS_ACCESS_KEY_ID=" + S3Server.ACCESS_KEY);
    out.println("AWS_SECRET_ACCESS_KEY=" + S3Server.SECRET_KEY);
    out.println("Tables: s3://lake/<layer>/<table>");
    out.flush();
    Thread.currentThread().join();
    return 0;
  }
}
