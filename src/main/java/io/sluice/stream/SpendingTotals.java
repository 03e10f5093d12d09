package io.sluice.stream;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.engine.LocalRows;
import io.sluice.run.Run;
import io.sluice.run.RunContext;
import io.sluice.table.Checkpoint;
import io.sluice.table.LakeTable;
import io.sluice.table.RowWriter;
import io.sluice.table.TableSpec;
import io.sluice.table.TableTransaction;
import io.sluice.transactions.SpendingWindows;
import io.sluice.transactions.SpendingWindows.Mark;
import io.sluice.transactions.SpendingWindows.Total;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * Keeps the totals of open windows in {@code ops.spending_windows}, with the silver version, the
 * offsets and the clocks that they stand at, and takes them up again.
 *
 * <p>Guarantee: totals, version, offsets and clocks come from one commit; a second driver that
 * keeps totals here is refused. Cost: all open totals every half minute, without a job.
 */
final class SpendingTotals {
  private static final Duration KEPT = Duration.ofSeconds(30);

  static final TableSpec SPEC =
      new TableSpec(
          "One row per user and minute that windows still open reach back to.",
          new StructType()
              .add("user_id", DataTypes.StringType, true, "Who paid.")
              .add("minute", DataTypes.TimestampType, true, "When the minute begins.")
              .add("count", DataTypes.LongType, true, "Transactions in it so far.")
              .add("cents", DataTypes.LongType, true, "What was paid in it so far, in cents."),
          List.of(),
          List.of("minute"));

  /**
   * What became of the payments that were read, as the table's commits carry it.
   *
   * @param read payments that had not been counted before
   * @param late those of them whose windows may be closed, so that they count in none
   */
  record Counts(long read, long late) {
    static final Counts NONE = new Counts(0, 0);

    Counts plus(Counts other) {
      return new Counts(read + other.read, late + other.late);
    }

    /** The counts of the silver versions after {@code from} up to {@code until}. */
    String json(Run run, long from, long until) {
      ObjectNode node = new ObjectMapper().createObjectNode();
      node.put("command", run.command());
      node.put("subject", run.subject());
      node.put("run_id", run.id());
      node.put("from_version", from);
      node.put("until_version", until);
      node.put("read", read);
      node.put("accepted", read - late);
      node.put("late", late);
      return node.toString();
    }
  }

  private final LakeTable table;
  private final Executor upkeep;
  private final RowWriter writer = new RowWriter();
  private Counts uncounted = Counts.NONE;
  private long from;
  private Instant keepAt = Instant.EPOCH;
  private TableTransaction.Files keptFiles;
  private long keptAt;

  /**
   * @param upkeep makes the checkpoints of the table's log
   */
  SpendingTotals(RunContext context, Executor upkeep) {
    this.table = context.lake().ops("spending_windows");
    this.upkeep = upkeep;
  }

  /**
   * Takes up the totals that were kept.
   *
   * @return the silver version that they stand at; -1 if none were kept
   */
  long restore(SpendingWindows windows) {
    TableTransaction transaction = TableTransaction.begin(table, SPEC);
    long kept = transaction.checkpoint(Checkpoint.ALERTED);
    Map<String, Mark> marks = new HashMap<>();
    Map<String, Long> clocks = transaction.checkpoints(Checkpoint.ALERT_CLOCKS);
    transaction
        .checkpoints(Checkpoint.ALERT_OFFSETS)
        .forEach((file, offset) -> marks.put(file, new Mark(offset, clocks.get(file))));
    List<Total> open = new ArrayList<>();
    if (kept >= 0) {
      for (Row row : table.read().collectAsList()) {
        open.add(
            new Total(
                row.getAs("user_id"),
                micros(row.<Timestamp>getAs("minute").toInstant()),
                row.<Long>getAs("count"),
                row.<Long>getAs("cents")));
      }
    }
    windows.restore(open, marks);
    from = kept;
    uncounted = Counts.NONE;
    return kept;
  }

  /** Notes what has been counted since; the next commit carries it. */
  void counted(Counts counts) {
    uncounted = uncounted.plus(counts);
  }

  /** Keeps the totals if half a minute has passed since they were kept. */
  void keepNowAndThen(Run run, SpendingWindows windows, long handled) {
    if (!Instant.now().isBefore(keepAt)) {
      keep(run, windows, handled);
      keepAt = Instant.now().plus(KEPT);
    }
  }

  /**
   * Keeps the totals, so that who starts next need not count silver from where they were.
   *
   * @param handled the silver version that they stand at; nothing is written if it is the one kept
   * @throws io.sluice.table.FencedException if another driver has kept totals meanwhile
   */
  void keep(Run run, SpendingWindows windows, long handled) {
    if (handled == from) {
      return;
    }
    TableTransaction transaction = TableTransaction.begin(table, SPEC);
    transaction.requireAt(Checkpoint.ALERTED, from);
    LocalRows.Builder open = LocalRows.builder(SPEC.schema());
    for (Total total : windows.totals()) {
      open.add(total.user(), total.minute(), total.count(), total.cents());
    }
    // What the last keeping wrote is known; asking the log for it takes some jobs.
    TableTransaction.Files before =
        keptFiles != null && transaction.version() == keptAt ? keptFiles : transaction.files();
    windows
        .marks()
        .forEach(
            (file, mark) ->
                transaction
                    .checkpoint(Checkpoint.ALERT_OFFSETS.of(file), mark.offset())
                    .checkpoint(Checkpoint.ALERT_CLOCKS.of(file), mark.clock()));
    keptAt =
        transaction
            .checkpointsBy(upkeep)
            .remove(before)
            .append(writer, open.build())
            .checkpoint(Checkpoint.ALERTED, handled)
            .publish(SaveMode.Overwrite, uncounted.json(run, from, handled));
    keptFiles = transaction.stagedFiles();
    from = handled;
    uncounted = Counts.NONE;
  }

  private static long micros(Instant at) {
    return Math.addExact(Math.multiplyExact(at.getEpochSecond(), 1_000_000), at.getNano() / 1000);
  }
}
