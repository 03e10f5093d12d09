package io.sluice.refine;

import static org.apache.spark.sql.functions.col;

import io.sluice.contract.Contract;
import io.sluice.engine.ColumnOrigin;
import io.sluice.ingest.Bronze;
import io.sluice.lineage.LineageRecorder;
import io.sluice.quality.CheckResult;
import io.sluice.run.RowCounts;
import io.sluice.run.Run;
import io.sluice.run.RunContext;
import io.sluice.run.RunRecorder;
import io.sluice.run.RunResult;
import io.sluice.table.Changes;
import io.sluice.table.TableSpec;
import io.sluice.table.TableTransaction;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;

/**
 * Reads a source's new bronze rows and writes them to silver, typed, judged, newest version by key;
 * broken rows go to quarantine whole.
 *
 * <p>Guarantee: silver, its checkpoint and the account of every row read become visible in one
 * commit, after rules and checks have judged them; a batch that an error-level check fails leaves
 * silver as it was. Run again after any interruption, it ends with the same tables. Cost: the new
 * rows once through one shuffle, and of silver the files of those days that the new rows name:
 * their keys, and whole those in which a row is replaced.
 */
public final class Refine {
  /** The version of quarantine that silver's newest batch goes with. */
  public static final String QUARANTINE = "quarantine";

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
    TableTransaction transaction = TableTransaction.begin(silver.table(), silver.spec());
    Changes news = silver.bronze().changes(transaction.checkpoint(SilverTable.CHECKPOINT));
    if (news.isEmpty()) {
      return "nothing new";
    }
    SilverTable.Tally tally =
        silver.tally(silver.judged(news.rows(), news.bytes(), LineageRecorder.unused()));
    return String.format(
        "%,d new rows, %,d of them to quarantine %s, for the days %s",
        tally.read(), tally.quarantined(), tally.reasons(), tally.days());
  }

  private RunResult publish(Run run, LineageRecorder recorder) {
    TableTransaction transaction = TableTransaction.begin(silver.table(), silver.spec());
    TableTransaction quarantine =
        TableTransaction.begin(silver.quarantine(), Quarantine.spec(contract));
    long handled = transaction.checkpoint(SilverTable.CHECKPOINT);
    long pending = quarantine.checkpoint(SilverTable.CHECKPOINT);
    silver.quarantine().mustReach(transaction.checkpoint(QUARANTINE), silver.table().name());
    Changes news = silver.bronze().changes(handled);
    if (news.isEmpty()) {
      return RunResult.NOTHING_NEW;
    }
    if (pending > handled) {
      // A driver has died between its two commits, or is between them now.
      transaction = transaction.fence(silver.spec());
    }
    recorder.reads(silver.bronze().path(), Bronze.schema(), news.until());
    Dataset<Row> rows = silver.judged(news.rows(), news.bytes(), recorder);
    SilverTable.Tally tally = silver.tally(rows);
    SilverTable.Resolved resolved = silver.resolve(transaction, rows, tally);
    RowCounts rowCounts = resolved.rowCounts();
    List<CheckResult> checkResults = new ArrayList<>(silver.builtIn(rowCounts, tally));
    checkResults.addAll(resolved.checkResults());
    RunRecorder.requirePassed(
        context,
        run,
        recorder,
        silver.table().name(),
        checkResults,
        "Look at what arrived (sluice sql), fix the source or its contract, then run refine again.");
    if (tally.quarantined() > 0) {
      quarantine
          .append(Quarantine.rows(rows, contract, run, news.until()))
          .checkpoint(SilverTable.CHECKPOINT, news.until());
    }
    // Rows of a run that died between its two commits; they are judged again in this one.
    quarantine.discard(col("batch").gt(handled));
    String json = rowCounts.json(run, handled, news.until());
    if (!quarantine.isEmpty()) {
      long version = quarantine.publish(SaveMode.Append, json);
      transaction.checkpoint(QUARANTINE, version);
      TableSpec spec = Quarantine.spec(contract);
      recorder.wrote(
          silver.quarantine().path(),
          spec.comment(),
          spec.schema(),
          version,
          rowCounts.quarantined(),
          List.of(
              new ColumnOrigin("raw", silver.bronze().path(), "raw", "", contract.isProtected())));
    }
    transaction.checkpoint(SilverTable.CHECKPOINT, news.until());
    long version = silver.publish(transaction, SaveMode.Append, rowCounts, json, recorder);
    return new RunResult(rowCounts, version);
  }
}
