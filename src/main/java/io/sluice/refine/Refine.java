package io.sluice.refine;

import io.sluice.contract.Contract;
import io.sluice.ingest.Bronze;
import io.sluice.lineage.LineageRecorder;
import io.sluice.quality.CheckResult;
import io.sluice.run.Run;
import io.sluice.run.RunContext;
import io.sluice.run.RunResult;
import io.sluice.table.Changes;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * Reads a source's new bronze rows and writes them to silver, typed, judged, newest version by key;
 * broken rows go to quarantine whole.
 *
 * <p>Guarantee: as {@link RefineCommit} says. Cost: the new rows once through one shuffle, and of
 * silver the files of those days that the new rows name: their keys, and whole those in which a row
 * is replaced.
 */
public final class Refine {
  private final RunContext context;
  private final Contract contract;
  private final SilverTable silver;
  private final QuarantineGate gate;

  public Refine(RunContext context, String source) {
    this(context, source, QuarantineGate.of(context.contracts().get(source)));
  }

  /**
   * @param gate decides whether too many of the new rows are broken
   */
  public Refine(RunContext context, String source, QuarantineGate gate) {
    this.context = context;
    this.contract = context.contracts().get(source);
    this.silver = new SilverTable(context, contract);
    this.gate = gate;
  }

  public RunResult run() {
    return context.run("refine", contract.id(), this::publish);
  }

  /**
   * What a run would do.
   *
   * @param sentence the new rows, those to quarantine with their reasons, the days
   * @param stop why it would publish nothing; empty if it would
   */
  public record Rehearsal(String sentence, Optional<String> stop) {}

  /**
   * Judges the new rows and says what a run would do; writes and publishes nothing. Cost: as a run,
   * without what is written.
   */
  public Rehearsal rehearse() {
    RefineCommit commit = RefineCommit.begin(context, silver);
    Changes news = silver.bronze().news(commit.handled());
    if (news.isEmpty()) {
      return new Rehearsal("nothing new", Optional.empty());
    }
    RowJudge judge = RowJudge.open(context, contract);
    Dataset<Row> judged = judge.judged(news.rows(), news.bytes(), LineageRecorder.unused());
    Staged staged =
        // The run is never recorded: no row is put into quarantine in its name.
        new JobStager(
                silver,
                judge,
                judged,
                new Run("", "refine", contract.id(), Instant.EPOCH),
                news.until())
            .rehearse(commit.targets());
    Tally tally = staged.tally();
    String sentence =
        String.format(
            Locale.ROOT,
            "%,d new rows, %,d of them to quarantine %s, for the days %s",
            tally.read(),
            tally.quarantined(),
            tally.reasons(),
            tally.days());
    List<CheckResult> stopping = CheckResult.stopping(commit.ofNews(staged, gate));
    return new Rehearsal(
        sentence,
        stopping.isEmpty()
            ? Optional.empty()
            : Optional.of(
                stopping.stream().map(CheckResult::sentence).collect(Collectors.joining("; "))
                    + ". "
                    + RefineCommit.advice(contract)));
  }

  private RunResult publish(Run run, LineageRecorder recorder) {
    RefineCommit commit = RefineCommit.begin(context, silver);
    Changes news = silver.bronze().news(commit.handled());
    if (news.isEmpty()) {
      // A run may have died behind silver, or the history has only now been asked for.
      History.of(context, silver)
          .ifPresent(history -> history.catchUp(run, recorder, commit.handled()));
      return RunResult.NOTHING_NEW;
    }
    commit.fence();
    recorder.reads(silver.bronze().path(), Bronze.schema(), news.until());
    RowJudge judge = RowJudge.open(context, contract);
    Dataset<Row> judged = judge.judged(news.rows(), news.bytes(), recorder);
    Staged staged =
        commit.stage(new JobStager(silver, judge, judged, run, news.until())).orElseThrow();
    return commit.publishNews(run, recorder, staged, news.until(), gate);
  }
}
