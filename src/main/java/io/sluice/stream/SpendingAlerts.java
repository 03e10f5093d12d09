package io.sluice.stream;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;

import io.sluice.contract.Arrival;
import io.sluice.contract.Contract;
import io.sluice.engine.LocalRows;
import io.sluice.run.Run;
import io.sluice.run.RunContext;
import io.sluice.settings.Key;
import io.sluice.table.LakeTable;
import io.sluice.transactions.SpendingWindows;
import io.sluice.transactions.SpendingWindows.Payment;
import io.sluice.transactions.SpendingWindows.Raised;
import io.sluice.transactions.SpendingWindows.Standing;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructType;

/**
 * Reads the rows that have come to {@code silver.transactions} from topics and writes the alerts
 * that they raise to {@code gold.spending_alerts} and to the topic of {@code alerts.topic}, each
 * once.
 *
 * <p>The commit of alerts carries silver's version as its checkpoint: alerts up to it are there.
 * The totals of open windows are in memory; now and then they are kept in {@code
 * ops.spending_windows} ({@link SpendingTotals}). Who starts takes them up, counts again what
 * silver has got since, and raises only what the table of alerts does not have. A record counts
 * once; one that corrects an earlier transaction counts again. Cost: the new rows once; a commit
 * for a batch that raises alerts; all open totals every half minute.
 */
final class SpendingAlerts implements AutoCloseable {
  /** The source whose rows it reads. */
  static final String SOURCE = "transactions";

  private final RunContext context;
  private final Contract contract;
  private final LakeTable silver;
  private final SpendingTotals totals;
  private final AlertTable alerts;
  private final AlertOutbox outbox;
  private final PaymentScores scores;
  private SpendingWindows windows;
  private long handled;

  /**
   * @param upkeep makes the checkpoints of the tables' logs
   */
  SpendingAlerts(RunContext context, Executor upkeep) {
    this.context = context;
    this.contract = context.contracts().get(SOURCE);
    this.silver = context.lake().silver(SOURCE);
    this.totals = new SpendingTotals(context, upkeep);
    this.alerts = new AlertTable(context, upkeep);
    this.outbox = new AlertOutbox(context, alerts);
    this.scores = new PaymentScores(context);
  }

  /** Raises what silver's new rows raise, and sends it. */
  void follow(Run run) {
    if (windows == null) {
      start();
    }
    long until = silver.version();
    if (until > handled) {
      raise(run, payments(silver.changes(handled, until).rows()), until);
    }
    totals.keepNowAndThen(run, windows, handled);
  }

  /**
   * The same for the rows of silver's newest commit, which are at hand; rows of versions between
   * are read as {@link #follow(Run)} does.
   */
  void follow(Run run, SmallBatches.Refined batch) {
    if (windows == null || batch.version() != handled + 1) {
      follow(run);
      return;
    }
    raise(run, payments(batch.accepted()), batch.version());
    totals.keepNowAndThen(run, windows, handled);
  }

  /** Keeps the totals, so that who starts next need not count silver from where they were. */
  void keep(Run run) {
    if (windows != null) {
      totals.keep(run, windows, handled);
    }
  }

  private void start() {
    SpendingWindows fresh = new SpendingWindows();
    long kept = totals.restore(fresh);
    handled = kept;
    long raised = alerts.raisedUpTo();
    if (raised > kept) {
      // Their alerts are in the table; only the totals are to be had again.
      count(fresh, payments(silver.changes(kept, raised).rows()), alert -> {}, counted -> {});
      handled = raised;
    }
    windows = fresh;
  }

  private void count(
      SpendingWindows into,
      List<Payment> payments,
      Consumer<Raised> raised,
      Consumer<Payment> counted) {
    payments.sort(Comparator.comparing(Payment::file).thenComparingLong(Payment::position));
    long read = 0;
    long late = 0;
    for (Payment payment : payments) {
      switch (into.add(payment, raised)) {
        case LATE -> {
          read++;
          late++;
        }
        case COUNTED -> {
          read++;
          counted.accept(payment);
        }
        case KNOWN -> {}
      }
    }
    totals.counted(new SpendingTotals.Counts(read, late));
  }

  private void raise(Run run, List<Payment> payments, long until) {
    AlertTable.Batch batch = new AlertTable.Batch(run, until);
    LocalRows raised;
    try {
      boolean scored = scores.look();
      LinkedHashMap<Payment, Standing> standing = new LinkedHashMap<>();
      count(
          windows,
          payments,
          batch::add,
          payment -> {
            if (scored) {
              standing.put(payment, windows.standing(payment));
            }
          });
      score(standing, batch);
      raised = batch.rows();
      if (!raised.isEmpty()) {
        alerts.publish(run, raised, handled, until);
      }
      handled = until;
    } catch (RuntimeException e) {
      // What has been counted is not to be counted again on top.
      windows = null;
      throw e;
    }
    outbox.send(raised, until);
  }

  /** Adds an alert for each payment whose score is above the limit. */
  private void score(LinkedHashMap<Payment, Standing> standing, AlertTable.Batch batch) {
    if (standing.isEmpty()) {
      return;
    }
    double limit = context.settings().get(Key.ALERTS_SCORE);
    scores
        .scores(standing)
        .forEach(
            (payment, served) -> {
              if (served.score() > limit) {
                Standing at = standing.get(payment);
                batch.add(
                    new Raised(
                        "transaction",
                        payment.time(),
                        "score",
                        at.countMinute(),
                        at.centsMinute(),
                        payment),
                    served);
              }
            });
  }

  /** Those of some rows of silver that came by a topic; files bring what has been before. */
  private List<Payment> payments(Dataset<Row> rows) {
    Column came = lit(false);
    for (Arrival arrival : contract.topics()) {
      came = came.or(col("_file").startsWith(arrival.topic().name() + "/"));
    }
    List<Payment> payments = new ArrayList<>();
    for (Row row :
        rows.where(came)
            .selectExpr(
                "_file",
                "_position",
                "transaction_id",
                "user_id",
                "unix_micros(event_time)",
                "cast(amount * 100 as bigint)")
            .collectAsList()) {
      payments.add(
          new Payment(
              row.getString(0),
              row.getLong(1),
              row.getString(2),
              row.getString(3),
              row.getLong(4),
              row.getLong(5)));
    }
    return payments;
  }

  /** The same of rows at hand, all of which came by a topic. */
  private static List<Payment> payments(LocalRows rows) {
    StructType schema = rows.schema();
    int file = schema.fieldIndex("_file");
    int position = schema.fieldIndex("_position");
    int transaction = schema.fieldIndex("transaction_id");
    int user = schema.fieldIndex("user_id");
    int time = schema.fieldIndex("event_time");
    int amount = schema.fieldIndex("amount");
    List<Payment> payments = new ArrayList<>(rows.size());
    for (LocalRows.LocalRow row : rows) {
      payments.add(
          new Payment(
              row.text(file),
              row.number(position),
              row.text(transaction),
              row.text(user),
              row.number(time),
              row.unscaled(amount, 12, 2)));
    }
    return payments;
  }

  @Override
  public void close() {
    outbox.close();
  }
}
