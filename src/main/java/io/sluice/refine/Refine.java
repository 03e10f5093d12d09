package io.sluice.refine;

import io.sluice.contract.Contract;
import io.sluice.ingest.Bronze;
import io.sluice.lineage.LineageRecorder;
import io.sluice.run.Run;
import io.sluice.run.RunContext;
import io.sluice.run.RunResult;
import io.sluice.table.Changes;
import java.util.Locale;
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

  public Refine(RunContext context, String source) {
    this.context = context;
    this.contract = context.contracts().get(source);
    this.silver = new SilverTable(context, contract);
  }

  public RunResult run() {
    return context.run("refine", contract.id(), this::publish);
  }

  /** Judges the new rows and says what a run would do; publishes nothing. */
  public String rehearse() {
    Changes news = silver.bronze().changes(RefineCommit.begin(context, silver).handled());
    if (news.isEmpty()) {
      return "nothing new";
    }
    Dataset<Row> judged =
        RowJudge.open(context, contract)
            .judged(news.rows(), news.bytes(), LineageRecorder.unused());
    Tally tally = Tally.of(contract, judged);
    return String.format(
        Locale.ROOT,
        "%,d new rows, %,d of them to quarantine %s, for the days %s",
        tally.read(),
        tally.quarantined(),
        tally.reasons(),
        tally.days());
  }

  private RunResult publish(Run run, LineageRecorder recorder) {
    RefineCommit commit = RefineCommit.begin(context, silver);
    Changes news = silver.bronze().changes(commit.handled());
    if (news.isEmpty()) {
      return RunResult.NOTHING_NEW;
    }
    commit.fence();
    recorder.reads(silver.bronze().path(), Bronze.schema(), news.until());
    RowJudge judge = RowJudge.open(context, contract);
    Dataset<Row> judged = judge.judged(news.rows(), news.bytes(), recorder);
    Staged staged =
        commit.stage(new JobStager(silver, judge, judged, run, news.until())).orElseThrow();
    return commit.publishNews(run, recorder, staged, news.until());
  }
}
