package io.sluice;

import io.sluice.contract.Contract;
import io.sluice.contract.Contracts;
import io.sluice.landing.LandingFolder;
import io.sluice.lineage.Lineage;
import io.sluice.lineage.Trace;
import io.sluice.ops.Account;
import io.sluice.ops.Run;
import io.sluice.ops.RunLog;
import io.sluice.ops.StoppedException;
import io.sluice.quality.Verdict;
import io.sluice.settings.Faults;
import io.sluice.settings.Key;
import io.sluice.settings.Session;
import io.sluice.settings.Settings;
import io.sluice.table.DisturbedException;
import io.sluice.table.Lake;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import org.apache.spark.sql.SparkSession;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What every program works with, opened once: settings, contracts, session, lake and the log of
 * runs.
 */
public record Workplace(
    Settings settings,
    Contracts contracts,
    SparkSession spark,
    Lake lake,
    LandingFolder landing,
    RunLog runs,
    Lineage lineage)
    implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger("sluice");
  private static final int TRIES = 10;

  /**
   * Opens all of it.
   *
   * @throws io.sluice.settings.Faults.FaultyException if settings or contracts have faults, before
   *     any data moves
   */
  static Workplace open(Settings settings, String program) {
    Contracts contracts = Contracts.read(Path.of(settings.get(Key.CONTRACTS)));
    checkKeys(settings, contracts);
    SparkSession spark = Session.open(settings, program);
    Lake lake = Lake.open(spark, settings.get(Key.LAKE));
    return new Workplace(
        settings,
        contracts,
        spark,
        lake,
        new LandingFolder(settings.get(Key.LANDING), spark.sparkContext().hadoopConfiguration()),
        new RunLog(lake, Clock.systemUTC()),
        Lineage.open(settings, spark.sparkContext().getConf()));
  }

  static void checkKeys(Settings settings, Contracts contracts) {
    Faults faults = new Faults();
    for (Contract contract : contracts.inOrder()) {
      if (!contract.topics().isEmpty() && settings.get(Key.KAFKA_SERVERS).isEmpty()) {
        faults.add(Key.KAFKA_SERVERS.name(), contract.id() + " arrives on a topic; it must be set");
      }
      if (contract.isAvro() && settings.get(Key.REGISTRY_URL).isEmpty()) {
        faults.add(Key.REGISTRY_URL.name(), contract.id() + " arrives as avro; it must be set");
      }
      if (contract.isProtected() && settings.privacyKey().isEmpty()) {
        faults.add(Key.PRIVACY_KEY.name(), contract.id() + " has protected fields; it must be set");
      }
    }
    faults.throwIfAny();
  }

  /** What a program's work on one subject published. */
  record Published(Account account, Long version) {
    static final Published NOTHING_NEW = new Published(Account.EMPTY, null);

    /** Both together: the second was published after this. */
    Published then(Published next) {
      if (this == NOTHING_NEW || next == NOTHING_NEW) {
        return this == NOTHING_NEW ? next : this;
      }
      return new Published(account.plus(next.account), next.version);
    }
  }

  /** The work of one run. */
  @FunctionalInterface
  interface Work {
    Published of(Run run, Trace trace);
  }

  /** Runs a program's work on one subject and records how it ended, also when it fails. */
  Published run(String program, String subject, Work work) {
    Run run = runs.begin(program, subject);
    spark.sparkContext().setJobGroup(run.id(), program + " " + subject, false);
    Trace trace = new Trace();
    lineage.started(run);
    try {
      Published published = undisturbed(work, run, trace);
      boolean nothing = published == Published.NOTHING_NEW;
      if (!nothing) {
        runs.end(run, Run.Outcome.DONE, published.account(), published.version(), null);
      }
      lineage.completed(run, trace);
      LOG.info(
          "{} {}: {}", program, subject, nothing ? "nothing new" : published.account().toString());
      return published;
    } catch (StoppedException e) {
      failed(run, trace, Run.Outcome.STOPPED, e.getMessage(), e);
      throw e;
    } catch (Exception e) {
      // Spark throws checked exceptions that its methods do not declare.
      failed(run, trace, Run.Outcome.CRASHED, e.toString(), e);
      throw e;
    } finally {
      spark.sparkContext().clearJobGroup();
    }
  }

  /** Does the work again when another program changed what it had read. */
  private static Published undisturbed(Work work, Run run, Trace trace) {
    for (int attempt = 1; ; attempt++) {
      try {
        return work.of(run, trace);
      } catch (DisturbedException e) {
        if (attempt == TRIES) {
          throw e;
        }
        LOG.info("{} {}: once more: {}", run.program(), run.subject(), e.getMessage());
      }
    }
  }

  /** Records how a run failed; a lake that cannot be written to any more does not hide why. */
  private void failed(
      Run run, Trace trace, Run.Outcome outcome, String message, Exception failure) {
    lineage.failed(run, trace, message);
    try {
      runs.end(run, outcome, Account.EMPTY, null, message);
    } catch (Exception e) {
      failure.addSuppressed(e);
    }
  }

  /**
   * Records what the checks said, and ends the run if any of them stops it.
   *
   * @param advice what the reader of the message can do
   */
  void judge(Run run, Trace trace, String table, List<Verdict> verdicts, String advice) {
    runs.record(run, table, verdicts);
    trace.judged(verdicts);
    List<Verdict> stopping = Verdict.stopping(verdicts);
    if (!stopping.isEmpty()) {
      throw new StoppedException(table, stopping, advice);
    }
    verdicts.stream()
        .filter(verdict -> verdict.outcome() == Verdict.Outcome.FAILED)
        .forEach(verdict -> LOG.warn("{}: warning: {}", table, verdict.sentence()));
  }

  /** Sends what lineage events still wait; the session stays open for others. */
  @Override
  public void close() {
    lineage.close();
  }
}
