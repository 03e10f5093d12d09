package io.sluice;

import static org.apache.spark.sql.functions.col;

import io.sluice.contract.Contract;
import io.sluice.landing.Bronze;
import io.sluice.landing.Quarantine;
import io.sluice.lineage.Trace;
import io.sluice.ops.Account;
import io.sluice.ops.Run;
import io.sluice.quality.Verdict;
import io.sluice.table.Changes;
import io.sluice.table.Stage;
import io.sluice.table.TableSpec;
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
final class Refine {
  /** The version of quarantine that silver's newest batch goes with. */
  static final String QUARANTINE = "quarantine";

  private final Workplace place;
  private final Contract contract;
  private final Silver silver;

  Refine(Workplace place, String source) {
    this.place = place;
    this.contract = place.contracts().get(source);
    this.silver = new Silver(place, contract);
  }

  Workplace.Published run() {
    return place.run("refine", contract.id(), this::publish);
  }

  /** Judges the new rows and says what a run would do; publishes nothing. */
  String rehearse() {
    Stage stage = Stage.begin(silver.table(), silver.spec());
    Changes news = silver.bronze().changes(stage.checkpoint(Silver.CHECKPOINT));
    if (news.isEmpty()) {
      return "nothing new";
    }
    Silver.Tally tally = silver.tally(silver.judged(news.rows(), news.bytes(), new Trace()));
    return String.format(
        "%,d new rows, %,d of them to quarantine %s, for the days %s",
        tally.read(), tally.quarantined(), tally.reasons(), tally.days());
  }

  private Workplace.Published publish(Run run, Trace trace) {
    Stage stage = Stage.begin(silver.table(), silver.spec());
    Stage quarantine = Stage.begin(silver.quarantine(), Quarantine.spec(contract));
    long handled = stage.checkpoint(Silver.CHECKPOINT);
    long pending = quarantine.checkpoint(Silver.CHECKPOINT);
    silver.quarantine().mustReach(stage.checkpoint(QUARANTINE), silver.table().name());
    Changes news = silver.bronze().changes(handled);
    if (news.isEmpty()) {
      return Workplace.Published.NOTHING_NEW;
    }
    if (pending > handled) {
      // A driver has died between its two commits, or is between them now.
      stage = stage.takeOver(silver.spec());
    }
    trace.reads(silver.bronze().path(), Bronze.schema(), news.until());
    Dataset<Row> rows = silver.judged(news.rows(), news.bytes(), trace);
    Silver.Tally tally = silver.tally(rows);
    Silver.Settled settled = silver.settle(stage, rows, tally);
    Account account = settled.account();
    List<Verdict> verdicts = new ArrayList<>(silver.builtIn(account, tally));
    verdicts.addAll(settled.verdicts());
    place.judge(
        run,
        trace,
        silver.table().name(),
        verdicts,
        "Look at what arrived (sluice sql), mend the source or its contract, then run refine again.");
    if (tally.quarantined() > 0) {
      quarantine
          .append(Quarantine.rows(rows, contract, run, news.until()))
          .checkpoint(Silver.CHECKPOINT, news.until());
    }
    // Rows of a run that died between its two commits; they are judged again in this one.
    quarantine.discard(col("batch").gt(handled));
    String json = account.json(run, handled, news.until());
    if (!quarantine.isEmpty()) {
      long version = quarantine.publish(SaveMode.Append, json);
      stage.checkpoint(QUARANTINE, version);
      TableSpec spec = Quarantine.spec(contract);
      trace.wrote(
          silver.quarantine().path(),
          spec.comment(),
          spec.schema(),
          version,
          account.quarantined(),
          List.of(
              new Trace.Origin("raw", silver.bronze().path(), "raw", "", contract.isProtected())));
    }
    stage.checkpoint(Silver.CHECKPOINT, news.until());
    long version = silver.publish(stage, SaveMode.Append, account, json, trace);
    return new Workplace.Published(account, version);
  }
}
