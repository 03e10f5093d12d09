package io.sluice;

import io.sluice.local.S3Server;
import io.sluice.mart.Mart;
import io.sluice.model.Model;
import io.sluice.ops.StoppedException;
import io.sluice.settings.Faults;
import io.sluice.settings.Key;
import io.sluice.table.Table;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.util.ShutdownHookManager;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
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

  /**
   * The version and, where it was built from a repository, the commit: {@code 0.1.0+1a2b3c4}, with
   * {@code .dirty} behind it if files had been changed.
   */
  static String code() {
    Properties built = new Properties();
    try (InputStream in = Sluice.class.getResourceAsStream("built-from.properties")) {
      if (in != null) {
        built.load(in);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    String commit = built.getProperty("git.commit.id.abbrev", "");
    return VERSION
        + (commit.isEmpty() ? "" : "+" + commit)
        + (built.getProperty("git.dirty", "").equals("true") ? ".dirty" : "");
  }

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

  @Command(description = "Files and Kafka records of a source -> bronze, exactly as received.")
  int ingest(
      @Mixin Environment environment,
      @Option(names = "--source", required = true, description = "The source; may be given again.")
          List<String> sources,
      @Option(names = "--dry-run", description = "Only say what would be ingested.")
          boolean dryRun) {
    try (Workplace place = environment.open("ingest")) {
      for (String source : sources) {
        Ingest ingest = new Ingest(place, source);
        if (dryRun) {
          List<String> waiting = ingest.waiting();
          waiting.forEach(spec.commandLine().getOut()::println);
          spec.commandLine().getOut().printf("%s: %d waiting%n", source, waiting.size());
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
          DeadLetters.send(place, place.contracts().get(source));
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
        Model model = Models.get(name, place.contracts());
        new Train(place, model).run();
        Mirror.show(place, List.of(model));
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
        Model model = Models.get(name, place.contracts());
        Score score = new Score(place, model);
        if (from == null) {
          score.run();
        } else {
          score.again(from, to);
        }
        Mirror.show(place, List.of(model));
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
      Model moved = Models.get(model, place.contracts());
      Promote promote = new Promote(place, moved);
      if (canary == null) {
        promote.promote(Optional.ofNullable(version));
      } else {
        promote.canary(Optional.ofNullable(version), canary);
      }
      Mirror.show(place, List.of(moved));
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
      Model moved = Models.get(model, place.contracts());
      new Promote(place, moved).rollback(reason);
      Mirror.show(place, List.of(moved));
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

  @Command(
      description = "Makes a range of days anew beside the live table, compares, and swaps it in.")
  int backfill(
      @Mixin Environment environment,
      @ArgGroup(multiplicity = "1") Subject subject,
      @Option(names = "--from", required = true, description = "The first day.") LocalDate from,
      @Option(names = "--to", required = true, description = "The last day.") LocalDate to,
      @Option(
              names = "--arrived-from",
              description = "Bronze rows that arrived before are not read (default: all are).")
          LocalDate arrivedFrom,
      @Option(
              names = "--step",
              defaultValue = "31",
              description = "Days that are built at once; default: ${DEFAULT-VALUE}.")
          int step,
      @Option(
              names = "--parallel",
              defaultValue = "1",
              description = "Steps that are built side by side; default: ${DEFAULT-VALUE}.")
          int parallel,
      @Option(names = "--dry-run", description = "Only say what would be read and touched.")
          boolean dryRun) {
    Backfill.Range range = new Backfill.Range(from, to, arrivedFrom, step, parallel);
    PrintWriter out = spec.commandLine().getOut();
    try (Workplace place = environment.open("backfill")) {
      if (subject.mart != null) {
        Build build = new Build(place, Marts.get(subject.mart, place.contracts()));
        out.println("gold." + subject.mart + ": periods " + build.periods(from, to));
        if (!dryRun) {
          build.backfill(from, to);
        }
      } else {
        Backfill backfill = new Backfill(place, subject.source, range);
        out.println(backfill.plan());
        if (!dryRun) {
          backfill.run();
        }
      }
      return 0;
    }
  }

  /** What a backfill makes anew. */
  private static final class Subject {
    @Option(names = "--source", required = true, description = "The source whose silver it is.")
    private String source;

    @Option(names = "--mart", required = true, description = "The mart.")
    private String mart;
  }

  @Command(description = "Quarantined rows, judged again by today's contract -> silver.")
  int replay(
      @Mixin Environment environment,
      @Option(names = "--source", required = true, description = "The source.") String source,
      @Option(names = "--reason", description = "Only rows that broke this, as quantity/range.")
          String reason,
      @Option(names = "--from", description = "Only rows that arrived on this day or later.")
          LocalDate from,
      @Option(names = "--to", description = "Only rows that arrived on this day or earlier.")
          LocalDate to,
      @Option(names = "--dry-run", description = "Judge the rows and say so, publish nothing.")
          boolean dryRun) {
    try (Workplace place = environment.open("replay")) {
      Replay replay = new Replay(place, source, Replay.Selection.of(reason, from, to));
      if (dryRun) {
        spec.commandLine().getOut().println(source + ": " + replay.rehearse());
      } else {
        replay.run();
      }
      return 0;
    }
  }

  @Command(description = "Brings a table back to an earlier version, and its programs with it.")
  int restore(
      @Mixin Environment environment,
      @Option(names = "--table", required = true, description = "Layer and table, as silver.calls.")
          String table,
      @Option(names = "--version", description = "The version to come back to.") Long version,
      @Option(names = "--time", description = "A time to come back to, as 2026-11-01T09:30:00Z.")
          Instant time,
      @Option(names = "--dry-run", description = "Only say what would change.") boolean dryRun) {
    try (Workplace place = environment.open("restore")) {
      Restore restore = new Restore(place, table, version, time);
      spec.commandLine().getOut().println(restore.plan());
      if (!dryRun) {
        restore.run();
      }
      return 0;
    }
  }

  @Command(description = "Takes small files together and deletes those nobody can need any more.")
  int maintain(
      @Mixin Environment environment,
      @Option(
              names = "--table",
              description = "Layer and table; may be given again (default: every table).")
          List<String> tables,
      @Option(
              names = "--retain",
              paramLabel = "HOURS",
              description = "Keep files for so long (default: as long as is promised).")
          Long retain,
      @Option(names = "--dry-run", description = "Only say what would be done.") boolean dryRun) {
    try (Workplace place = environment.open("maintain")) {
      Maintain maintain = new Maintain(place, Instant.now());
      Duration retention = retain == null ? null : Duration.ofHours(retain);
      for (Table table : maintain.tables(tables == null ? List.of() : tables)) {
        if (dryRun) {
          spec.commandLine().getOut().println(maintain.rehearse(table, retention));
        } else {
          maintain.run(table, retention);
        }
      }
      return 0;
    }
  }

  @Command(description = "Kafka topics -> bronze, silver, quarantine and alerts, continuously.")
  int stream(
      @Mixin Environment environment,
      @Option(names = "--source", description = "The source; may be given again. Default: all.")
          List<String> sources,
      @Option(
              names = "--until-caught-up",
              description = "End when everything that has arrived is handled.")
          boolean untilCaughtUp) {
    try (Workplace place = environment.open("stream")) {
      Stream stream = new Stream(place, sources == null ? List.of() : sources, 10);
      // Before Spark's own hook, which would end the session under the batch that is running.
      ShutdownHookManager.get().addShutdownHook(stream::stop, 100, 5, TimeUnit.MINUTES);
      stream.run(untilCaughtUp ? Stream.Until.CAUGHT_UP : Stream.Until.STOPPED);
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
      new Report(place, environment.truth()).write(out);
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
      description =
          "Prints sources, marts and models, with what each reads, as JSON: for schedulers.")
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
