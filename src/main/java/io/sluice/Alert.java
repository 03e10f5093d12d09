package io.sluice;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.when;

import io.sluice.contract.Arrival;
import io.sluice.contract.Contract;
import io.sluice.kafka.Brokers;
import io.sluice.kafka.Outbox;
import io.sluice.ops.Account;
import io.sluice.ops.Run;
import io.sluice.settings.Key;
import io.sluice.table.Changes;
import io.sluice.table.Stage;
import io.sluice.table.Table;
import io.sluice.table.TableSpec;
import io.sluice.transactions.SpendingWindows;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;

/**
 * Reads the rows that have come to {@code silver.transactions} from topics and writes the alerts
 * that they raise to {@code gold.spending_alerts} and to the topic of {@code alerts.topic}, each
 * once.
 *
 * <p>The totals of open windows are a small table, {@code ops.spending_windows}, whose commit
 * carries the checkpoints: silver's version, and each partition's greatest offset and time. Alerts
 * are committed before it, marked with their batch, and are pending until it has landed. A row
 * counts once, as it was first accepted: a newer version of the same transaction is passed over.
 * Cost: the new rows through two shuffles, and the open windows read and written once.
 */
final class Alert implements AutoCloseable {
  private static final String CHECKPOINT = "alert";
  private static final String OFFSET = "alert-offset:";
  private static final String CLOCK = "alert-clock:";

  private static final TableSpec TOTALS =
      new TableSpec(
          "One row per window that rows to come may still count in.",
          SpendingWindows.TOTALS,
          List.of(),
          List.of("window_start"));

  private static final TableSpec ALERTS =
      new TableSpec(
          "One row per window and limit that a user has passed.",
          SpendingWindows.ALERTS
              .add("run_id", DataTypes.StringType, true, "The run that raised it.")
              .add("batch", DataTypes.LongType, true, "The silver version its batch reached."),
          List.of(),
          List.of("batch", "event_time"));

  private final Workplace place;
  private final Contract contract;
  private final Table silver;
  private final Table totals;
  private final Table alerts;
  private Outbox outbox;
  // Until it has been looked, there may be alerts that a dead driver has left unsent.
  private boolean isUnsent = true;

  Alert(Workplace place) {
    this.place = place;
    this.contract = place.contracts().get(SpendingWindows.SOURCE);
    this.silver = place.lake().silver(SpendingWindows.SOURCE);
    this.totals = place.lake().ops("spending_windows");
    this.alerts = place.lake().gold("spending_alerts");
  }

  /** Publishes what silver has new, in one commit of each table. */
  Workplace.Published publish(Run run) {
    Stage windows = Stage.begin(totals, TOTALS);
    Stage raised = Stage.begin(alerts, ALERTS);
    long handled = windows.checkpoint(CHECKPOINT);
    Changes news = silver.changes(handled);
    if (news.isEmpty()) {
      return Workplace.Published.NOTHING_NEW;
    }
    Map<String, Long> offsets = windows.checkpoints(OFFSET);
    Map<String, Long> clocks = new HashMap<>(windows.checkpoints(CLOCK));
    Dataset<Row> clocked =
        SpendingWindows.clocked(
                fromTopics(news.rows())
                    .where(col("_position").gt(functions.coalesce(byFile(offsets), lit(-1L))))
                    .withColumn("_carried", byFile(clocks)))
            .persist();
    try {
      long read = 0;
      long late = 0;
      for (Row row :
          clocked
              .groupBy("_file")
              .agg(
                  count(lit(1)),
                  sum(when(col("_late"), 1L).otherwise(0L)),
                  max("_position"),
                  max("_micros"))
              .collectAsList()) {
        read += row.getLong(1);
        late += row.getLong(2);
        windows.checkpoint(OFFSET + row.getString(0), row.getLong(3));
        clocks.merge(row.getString(0), row.getLong(4), Math::max);
      }
      clocks.forEach((file, clock) -> windows.checkpoint(CLOCK + file, clock));
      Account account = new Account(read, read - late, 0, 0, late);
      String json = account.json(run, handled, news.until());
      if (read > 0) {
        carry(clocked, clocks, windows, raised, run, news.until());
      }
      // Alerts of a run that died between its two commits; they are raised again in this one.
      raised.discard(col("batch").gt(handled));
      if (!raised.isEmpty()) {
        raised.publish(SaveMode.Append, json);
      }
      long version = windows.checkpoint(CHECKPOINT, news.until()).publish(SaveMode.Overwrite, json);
      return new Workplace.Published(account, version);
    } finally {
      clocked.unpersist();
    }
  }

  private void carry(
      Dataset<Row> clocked,
      Map<String, Long> clocks,
      Stage windows,
      Stage raised,
      Run run,
      long until) {
    Stage.Files open = windows.files();
    Dataset<Row> before =
        open.isEmpty()
            ? place.spark().createDataFrame(List.of(), SpendingWindows.TOTALS)
            : open.rows();
    Dataset<Row> counted = SpendingWindows.counted(clocked, before).persist();
    try {
      List<Row> found =
          SpendingWindows.alerts(counted)
              .withColumn("run_id", lit(run.id()))
              .withColumn("batch", lit(until))
              .collectAsList();
      if (!found.isEmpty()) {
        isUnsent = true;
        raised.append(place.spark().createDataFrame(found, ALERTS.schema()).coalesce(1));
      }
      long slowest = clocks.values().stream().mapToLong(clock -> clock).min().orElseThrow();
      windows.append(
          SpendingWindows.totals(counted, before, slowest - SpendingWindows.DELAY_MICROS)
              .coalesce(1));
      windows.remove(open);
    } finally {
      counted.unpersist();
    }
  }

  /** Those of the rows that came by a topic; files bring what has been before. */
  private Dataset<Row> fromTopics(Dataset<Row> rows) {
    Column came = lit(false);
    for (Arrival arrival : contract.topics()) {
      came = came.or(col("_file").startsWith(arrival.topic().name() + "/"));
    }
    return rows.where(came)
        .select("transaction_id", "user_id", "event_time", "amount", "_file", "_position");
  }

  /** What a map says of the row's file; null if nothing. */
  private static Column byFile(Map<String, Long> values) {
    if (values.isEmpty()) {
      return lit(null).cast(DataTypes.LongType);
    }
    Column[] entries =
        values.entrySet().stream()
            .flatMap(
                entry -> java.util.stream.Stream.of(lit(entry.getKey()), lit(entry.getValue())))
            .toArray(Column[]::new);
    return functions.map(entries).apply(col("_file"));
  }

  /** Sends the alerts that are published and not yet on their topic. */
  void send() {
    String topic = place.settings().get(Key.ALERTS_TOPIC);
    if (topic.isEmpty() || !isUnsent || !alerts.exists()) {
      return;
    }
    if (outbox == null) {
      outbox = new Outbox(Brokers.of(place.settings()), topic, "sluice-alerts-" + topic);
    }
    long until = totals.checkpoint(CHECKPOINT);
    Iterator<Row> rows =
        alerts
            .read()
            .where(col("batch").gt(outbox.sent()).and(col("batch").leq(until)))
            .select(col("user_id"), functions.to_json(functions.struct(col("*"))))
            .toLocalIterator();
    outbox.send(
        rows,
        row ->
            new Outbox.Message(
                row.getString(0).getBytes(StandardCharsets.UTF_8),
                row.getString(1).getBytes(StandardCharsets.UTF_8),
                Map.of()),
        until);
    isUnsent = false;
  }

  @Override
  public void close() {
    if (outbox != null) {
      outbox.close();
    }
  }
}
