package io.sluice.refine;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.struct;

import io.sluice.contract.Contract;
import io.sluice.lineage.LineageRecorder;
import io.sluice.run.RunContext;
import io.sluice.run.RunResult;
import io.sluice.run.StoppedException;
import io.sluice.settings.Key;
import io.sluice.settings.Printable;
import io.sluice.table.Checkpoint;
import io.sluice.table.LakeTable;
import io.sluice.table.TableTransaction;
import java.sql.Timestamp;
import java.time.Clock;
import java.time.Duration;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings quarantined rows of a source into silver that break no rule but that what they refer to
 * was not there, once it is. Reads {@code quarantine.<source>} and the parents' silver; writes what
 * {@link Replay} writes, by a run of that name, and into quarantine's log how far it has looked.
 *
 * <p>Guarantee: that of {@link Replay}. Of rows quarantined less than {@link Key#WAITING_DAYS} ago
 * none is passed over, whatever is published meanwhile; at most {@link Key#WAITING_ROWS} come at a
 * time, those first that arrived first. A check that stops them leaves them where they are and
 * fails nothing else. Rows that come in free rows of other sources only when those are looked
 * after, so it ends.
 *
 * <p>Cost: a look at the logs of quarantine and of the parents, if no parent has new rows, or if by
 * their statistics no file of quarantine holds such a row. Else a replay of the rows that wait; of
 * those that came since the last look, if the parents have stayed as they were. If more wait than
 * may come, they are judged twice. A commit to quarantine for each look that read rows.
 */
public final class WaitingRows {
  private static final Logger LOG = LoggerFactory.getLogger("sluice");

  private final RunContext context;
  private final Contract contract;
  private final SilverTable silver;
  private final Clock clock;

  public WaitingRows(RunContext context, String source) {
    this(context, source, Clock.systemUTC());
  }

  WaitingRows(RunContext context, String source, Clock clock) {
    this.context = context;
    this.contract = context.contracts().get(source);
    this.silver = new SilverTable(context, contract);
    this.clock = clock;
  }

  /** Gives what has come in; nothing new if nothing has, or if a check has stopped it. */
  public RunResult run() {
    if (contract.references().isEmpty() || !silver.quarantine().exists()) {
      return RunResult.NOTHING_NEW;
    }
    // Before rows are read: what comes to the parents later is news to the next look.
    SortedMap<String, Long> parents = new TreeMap<>();
    contract.parents().forEach(id -> parents.put(id, context.lake().silver(id).version()));
    long handled = silver.table().checkpoint(Checkpoint.REFINED);
    if (handled < 0 || parents.containsValue(-1L)) {
      return RunResult.NOTHING_NEW;
    }
    Column sinceLook = lit(true);
    if (parents.entrySet().stream().noneMatch(one -> hasNews(one.getKey(), one.getValue()))) {
      long looked = silver.quarantine().checkpoint(Checkpoint.LOOKED_AFTER);
      if (looked == handled) {
        return RunResult.NOTHING_NEW;
      }
      // They may have been judged by parents older than those of the last look.
      sinceLook = col("batch").gt(looked);
    }
    return lookAfter(parents, handled, waiting().and(sinceLook));
  }

  /** Whether a parent has rows that it had not when the rows that wait were last looked after. */
  private boolean hasNews(String parent, long version) {
    long looked = silver.quarantine().checkpoint(Checkpoint.lookedAfter(parent));
    if (looked < 0 || looked > version) {
      // Never, or the parent's table has been made anew.
      return true;
    }
    LakeTable table = context.lake().silver(parent);
    try {
      return looked < version && table.changes(looked, version).filesAdded() > 0;
    } catch (IllegalStateException e) {
      // The log no longer says what has changed.
      return true;
    }
  }

  private Column waiting() {
    Timestamp since =
        Timestamp.from(
            clock.instant().minus(Duration.ofDays(context.settings().get(Key.WAITING_DAYS))));
    return col(Quarantine.WAITS_FOR).isNotNull().and(col("quarantined_at").geq(lit(since)));
  }

  private RunResult lookAfter(SortedMap<String, Long> parents, long handled, Column waiting) {
    TableTransaction quarantine =
        TableTransaction.begin(silver.quarantine(), Quarantine.spec(contract));
    TableTransaction.Files files = quarantine.files(waiting);
    if (files.isEmpty() || !Quarantine.tellsWaiting(files.rows())) {
      return RunResult.NOTHING_NEW;
    }
    Bound bound = bound(files.rows().where(waiting));
    String note =
        "what they refer to is there now, in " + String.join(", ", parents.keySet()) + bound.note;
    try {
      RunResult result =
          new Replay(
                  context,
                  contract.id(),
                  new Replay.Selection(waiting, bound.rows, Replay.VALID, note))
              .run();
      if (bound.isAll) {
        looked(parents, handled);
      } else {
        LOG.warn("replay {}: {}", contract.id(), note);
      }
      return result;
    } catch (StoppedException e) {
      LOG.warn(
          "replay {}: rows that have waited for {} stay in quarantine: {}",
          contract.id(),
          String.join(", ", parents.keySet()),
          Printable.of(e.getMessage()));
      // They would be stopped again and again.
      looked(parents, handled);
      return RunResult.NOTHING_NEW;
    }
  }

  /**
   * Which of the rows that wait may come.
   *
   * @param rows holds for them, as quarantine has them
   * @param note how many others could come; empty if none
   */
  private record Bound(Column rows, boolean isAll, String note) {}

  private Bound bound(Dataset<Row> waiting) {
    int most = context.settings().get(Key.WAITING_ROWS);
    if (waiting.count() <= most) {
      return new Bound(lit(true), true, "");
    }
    Dataset<Row> free =
        RowJudge.open(context, contract)
            .judged(Replay.records(contract, waiting), 0, LineageRecorder.unused())
            .where(Replay.VALID)
            .select("_arrived_at", "_arrival", "_file", "_position");
    long others = free.count() - most;
    if (others <= 0) {
      return new Bound(lit(true), true, "");
    }
    Row last =
        free.orderBy("_arrived_at", "_arrival", "_file", "_position")
            .offset(most - 1)
            .limit(1)
            .head();
    return new Bound(
        struct("arrived_at", "arrival", "file", "position")
            .leq(
                struct(
                    lit(last.get(0)).as("arrived_at"),
                    lit(last.get(1)).as("arrival"),
                    lit(last.get(2)).as("file"),
                    lit(last.get(3)).as("position"))),
        false,
        String.format(
            Locale.ROOT, "; %,d more wait for the next run (%s)", others, Key.WAITING_ROWS.name()));
  }

  private void looked(SortedMap<String, Long> parents, long handled) {
    TableTransaction quarantine =
        TableTransaction.begin(silver.quarantine(), Quarantine.spec(contract));
    parents.forEach(
        (parent, version) -> quarantine.checkpoint(Checkpoint.lookedAfter(parent), version));
    quarantine.checkpoint(Checkpoint.LOOKED_AFTER, handled).publish(SaveMode.Append, "{}");
  }
}
