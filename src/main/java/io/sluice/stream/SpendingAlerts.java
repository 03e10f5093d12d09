package io.sluice.stream;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.to_json;

import io.sluice.contract.Arrival;
import io.sluice.contract.Contract;
import io.sluice.engine.CompiledRows;
import io.sluice.kafka.Brokers;
import io.sluice.kafka.TransactionalPublisher;
import io.sluice.run.RowCounts;
import io.sluice.run.Run;
import io.sluice.run.RunContext;
import io.sluice.settings.Key;
import io.sluice.table.Checkpoint;
import io.sluice.table.FencedException;
import io.sluice.table.LakeTable;
import io.sluice.table.RowWriter;
import io.sluice.table.TableSpec;
import io.sluice.table.TableTransaction;
import io.sluice.transactions.SpendingWindows;
import io.sluice.transactions.SpendingWindows.Mark;
import io.sluice.transactions.SpendingWindows.Payment;
import io.sluice.transactions.SpendingWindows.Raised;
import io.sluice.transactions.SpendingWindows.Standing;
import io.sluice.transactions.SpendingWindows.Total;
import java.nio.charset.StandardCharsets;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.Decimal;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.unsafe.types.UTF8String;

/**
 * Reads the rows that have come to {@code silver.transactions} from topics and writes the alerts
 * that they raise to {@code gold.spending_alerts} and to the topic of {@code alerts.topic}, each
 * once.
 *
 * <p>The commit of alerts carries silver's version as its checkpoint: alerts up to it are there.
 * The totals of open windows are in memory; now and then they are kept in {@code
 * ops.spending_windows}, with the silver version, offsets and clocks that they stand at. Who starts
 * takes them up, counts again what silver has got since, and raises only what the table of alerts
 * does not have. A record counts once; one that corrects an earlier transaction counts again. Cost:
 * the new rows once; a commit for a batch that raises alerts; all open totals every half minute.
 */
final class SpendingAlerts implements AutoCloseable {
  /** The source whose rows it reads. */
  static final String SOURCE = "transactions";

  private static final Duration KEPT = Duration.ofSeconds(30);

  private static final TableSpec TOTALS =
      new TableSpec(
          "One row per user and minute that windows still open reach back to.",
          new StructType()
              .add("user_id", DataTypes.StringType, true, "Who paid.")
              .add("minute", DataTypes.TimestampType, true, "When the minute begins.")
              .add("count", DataTypes.LongType, true, "Transactions in it so far.")
              .add("cents", DataTypes.LongType, true, "What was paid in it so far, in cents."),
          List.of(),
          List.of("minute"));

  static final StructType ALERTS =
      new StructType()
          .add(
              "window",
              DataTypes.StringType,
              true,
              "minute or five_minutes; of a score, transaction.")
          .add("user_id", DataTypes.StringType, true, "Who paid.")
          .add("window_start", DataTypes.TimestampType, true, "When the window begins.")
          .add(
              "rule", DataTypes.StringType, true, "count or amount: which limit was passed; score.")
          .add("count", DataTypes.LongType, true, "Transactions in the window up to this one.")
          .add(
              "amount",
              DataTypes.createDecimalType(28, 2),
              true,
              "What was paid in the window up to this one, in EUR.")
          .add("transaction_id", DataTypes.StringType, true, "The one that passed the limit.")
          .add("event_time", DataTypes.TimestampType, true, "When that was made.")
          .add("score", DataTypes.DoubleType, true, "What the model says; null for a limit.")
          .add("model_version", DataTypes.IntegerType, true, "The version that says so.")
          .add("run_id", DataTypes.StringType, true, "The run that raised it.")
          .add("batch", DataTypes.LongType, true, "The silver version its batch reached.");

  private static final TableSpec SPEC =
      new TableSpec(
              "One row per window and limit that a user has passed, and per suspicious transaction.",
              ALERTS,
              List.of(),
              List.of("batch", "event_time"))
          .oftenCommitted();

  private final RunContext context;
  private final Executor upkeep;
  private final Contract contract;
  private final LakeTable silver;
  private final LakeTable totals;
  private final LakeTable alerts;
  private final RowWriter alertsWriter = new RowWriter();
  private final RowWriter totalsWriter = new RowWriter();
  private final CompiledRows json;
  private final PaymentScores scores;
  private CompiledRows ordered;
  private StructType order;
  private SpendingWindows windows;
  private long handled;
  private RowCounts uncounted = RowCounts.EMPTY;
  private long from;
  private Instant keepAt = Instant.EPOCH;
  private TableTransaction.Files keptFiles;
  private long keptAt;
  private TransactionalPublisher outbox;

  /**
   * @param upkeep makes the checkpoints of the tables' logs
   */
  SpendingAlerts(RunContext context, Executor upkeep) {
    this.context = context;
    this.upkeep = upkeep;
    this.contract = context.contracts().get(SOURCE);
    this.silver = context.lake().silver(SOURCE);
    this.totals = context.lake().ops("spending_windows");
    this.alerts = context.lake().gold("spending_alerts");
    this.scores = new PaymentScores(context);
    this.json =
        CompiledRows.of(
                context.spark(),
                ALERTS,
                rows -> rows.select(col("user_id"), to_json(struct(col("*")))))
            .orElseThrow();
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
    keepNowAndThen(run);
  }

  /**
   * The same for the rows of silver's newest commit, which are at hand.
   *
   * @return whether they were: not if there are versions between, which {@link #follow} will find
   */
  void follow(Run run, SmallBatches.Refined batch) {
    if (windows == null || batch.version() != handled + 1) {
      follow(run);
      return;
    }
    raise(run, payments(batch), batch.version());
    keepNowAndThen(run);
  }

  private void start() {
    SpendingWindows fresh = new SpendingWindows();
    TableTransaction transaction = TableTransaction.begin(totals, TOTALS);
    long kept = transaction.checkpoint(Checkpoint.ALERTED);
    Map<String, Mark> marks = new HashMap<>();
    Map<String, Long> clocks = transaction.checkpoints(Checkpoint.ALERT_CLOCKS);
    transaction
        .checkpoints(Checkpoint.ALERT_OFFSETS)
        .forEach((file, offset) -> marks.put(file, new Mark(offset, clocks.get(file))));
    List<Total> open = new ArrayList<>();
    if (kept >= 0) {
      for (Row row : totals.read().collectAsList()) {
        open.add(
            new Total(
                row.getAs("user_id"),
                micros(row.<Timestamp>getAs("minute").toInstant()),
                row.<Long>getAs("count"),
                row.<Long>getAs("cents")));
      }
    }
    fresh.restore(open, marks);
    from = kept;
    uncounted = RowCounts.EMPTY;
    handled = kept;
    long raised = alerts.exists() ? alerts.checkpoint(Checkpoint.ALERTED) : -1;
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
    uncounted = uncounted.plus(new RowCounts(read, read - late, 0, 0, late));
  }

  private void raise(Run run, List<Payment> payments, long until) {
    List<InternalRow> raised = new ArrayList<>();
    UTF8String id = UTF8String.fromString(run.id());
    try {
      boolean scored = scores.look();
      LinkedHashMap<Payment, Standing> standing = new LinkedHashMap<>();
      count(
          windows,
          payments,
          one -> raised.add(row(one, id, until)),
          payment -> {
            if (scored) {
              standing.put(payment, windows.standing(payment));
            }
          });
      if (!standing.isEmpty()) {
        double limit = context.settings().get(Key.ALERTS_SCORE);
        scores
            .scores(standing)
            .forEach(
                (payment, served) -> {
                  if (served.score() > limit) {
                    Standing at = standing.get(payment);
                    raised.add(
                        row(
                            new Raised(
                                "transaction",
                                payment.time(),
                                "score",
                                at.countMinute(),
                                at.centsMinute(),
                                payment),
                            served,
                            id,
                            until));
                  }
                });
      }
      if (!raised.isEmpty()) {
        TableTransaction transaction = TableTransaction.beginAsKnown(alerts, SPEC);
        long raisedUntil = transaction.checkpoint(Checkpoint.ALERTED);
        if (raisedUntil >= until) {
          throw new FencedException(alerts.name(), Checkpoint.ALERTED, handled, raisedUntil);
        }
        if (!transaction.schema().equals(order)) {
          order = transaction.schema();
          ordered =
              CompiledRows.of(
                      context.spark(), ALERTS, rows -> TableTransaction.ordered(rows, order))
                  .orElseThrow();
        }
        transaction
            .checkpointsBy(upkeep)
            .append(alertsWriter, ordered.apply(raised))
            .checkpoint(Checkpoint.ALERTED, until)
            .publish(
                SaveMode.Append,
                new RowCounts(raised.size(), raised.size(), 0, 0, 0).json(run, handled, until));
      }
      handled = until;
    } catch (RuntimeException e) {
      // What has been counted is not to be counted again on top.
      windows = null;
      throw e;
    }
    send(raised, until);
  }

  private static InternalRow row(Raised raised, UTF8String run, long batch) {
    return row(raised, null, run, batch);
  }

  private static InternalRow row(
      Raised raised, PaymentScores.Served served, UTF8String run, long batch) {
    Decimal amount = Decimal.apply(raised.cents(), 18, 2);
    amount.changePrecision(28, 2);
    return new GenericInternalRow(
        new Object[] {
          UTF8String.fromString(raised.window()),
          UTF8String.fromString(raised.by().user()),
          raised.start(),
          UTF8String.fromString(raised.rule()),
          raised.count(),
          amount,
          UTF8String.fromString(raised.by().transaction()),
          raised.by().time(),
          served == null ? null : served.score(),
          served == null ? null : served.version(),
          run,
          batch
        });
  }

  private void keepNowAndThen(Run run) {
    if (!Instant.now().isBefore(keepAt)) {
      keep(run);
      keepAt = Instant.now().plus(KEPT);
    }
  }

  /** Keeps the totals, so that who starts next need not count silver from where they were. */
  void keep(Run run) {
    if (windows == null || handled == from) {
      return;
    }
    TableTransaction transaction = TableTransaction.begin(totals, TOTALS);
    transaction.requireAt(Checkpoint.ALERTED, from);
    List<InternalRow> open = new ArrayList<>();
    for (Total total : windows.totals()) {
      open.add(
          new GenericInternalRow(
              new Object[] {
                UTF8String.fromString(total.user()), total.minute(), total.count(), total.cents()
              }));
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
            .append(totalsWriter, open)
            .checkpoint(Checkpoint.ALERTED, handled)
            .publish(SaveMode.Overwrite, uncounted.json(run, from, handled));
    keptFiles = transaction.stagedFiles();
    from = handled;
    uncounted = RowCounts.EMPTY;
  }

  // ---- payments ----

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

  private static List<Payment> payments(SmallBatches.Refined batch) {
    StructType schema = batch.accepted().schema();
    int file = schema.fieldIndex("_file");
    int position = schema.fieldIndex("_position");
    int transaction = schema.fieldIndex("transaction_id");
    int user = schema.fieldIndex("user_id");
    int time = schema.fieldIndex("event_time");
    int amount = schema.fieldIndex("amount");
    List<Payment> payments = new ArrayList<>(batch.accepted().size());
    for (InternalRow row : batch.accepted().internal()) {
      payments.add(
          new Payment(
              row.getUTF8String(file).toString(),
              row.getLong(position),
              row.getUTF8String(transaction).toString(),
              row.getUTF8String(user).toString(),
              row.getLong(time),
              row.getDecimal(amount, 12, 2).toUnscaledLong()));
    }
    return payments;
  }

  private static long micros(Instant at) {
    return Math.addExact(Math.multiplyExact(at.getEpochSecond(), 1_000_000), at.getNano() / 1000);
  }

  // ---- the topic ----

  /** Sends alerts that have been published; the first time also what a dead driver has left. */
  private void send(List<InternalRow> raised, long until) {
    String topic = context.settings().get(Key.ALERTS_TOPIC);
    if (topic.isEmpty()) {
      return;
    }
    if (outbox == null) {
      TransactionalPublisher opened =
          TransactionalPublisher.open(
              Brokers.of(context.settings()), topic, "sluice-alerts-" + topic);
      if (alerts.exists()) {
        Iterator<Row> left =
            alerts
                .read()
                .where(col("batch").gt(opened.sent()))
                .select(col("user_id"), to_json(struct(col("*"))))
                .toLocalIterator();
        opened.send(
            left,
            row -> message(row.getString(0), row.getString(1)),
            alerts.checkpoint(Checkpoint.ALERTED));
      }
      outbox = opened;
      return;
    }
    outbox.send(
        json.apply(raised).iterator(),
        row -> message(row.getUTF8String(0).toString(), row.getUTF8String(1).toString()),
        until);
  }

  private static TransactionalPublisher.Message message(String user, String json) {
    return new TransactionalPublisher.Message(
        user.getBytes(StandardCharsets.UTF_8), json.getBytes(StandardCharsets.UTF_8), Map.of());
  }

  @Override
  public void close() {
    if (outbox != null) {
      outbox.close();
    }
  }
}
