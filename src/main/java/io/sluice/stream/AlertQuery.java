package io.sluice.stream;

import static org.apache.spark.sql.functions.col;

import io.sluice.contract.Alert;
import io.sluice.engine.LocalRows;
import io.sluice.refine.SilverTable;
import io.sluice.run.RowCounts;
import io.sluice.run.Run;
import io.sluice.run.RunContext;
import io.sluice.run.RunResult;
import io.sluice.settings.Key;
import io.sluice.table.LakeTable;
import io.sluice.table.TableFeed;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.streaming.Trigger;
import org.apache.spark.sql.types.StructType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The streaming query of one {@link AlertPlan}: reads silver's commits, keeps the state of each key
 * in Spark's state store, and writes what is raised to the table of alerts and to its topics.
 *
 * <p>Silver is the truth, and the state is made of it: a query that begins counts the rows of open
 * windows as silver had them when alerts were last raised, and goes on from there. So its
 * checkpoint is of use to nobody else: it is in a folder of its own, which is deleted when the
 * query ends, and losing it loses and doubles nothing. Cost: when it begins, a read of silver's
 * rows that open windows reach back to; then a job a batch, over the new rows.
 */
final class AlertQuery {
  private static final Logger LOG = LoggerFactory.getLogger("sluice");

  /** How often it is written how far alerts are raised, when none is. */
  private static final Duration MARKED = Duration.ofMinutes(1);

  /** Rows of silver's newest commits that alerts which have never been raised begin with. */
  private static final int RECENT_COMMITS = 50;

  /** More rows than this are not brought to the driver at once. */
  private static final int AT_ONCE = 100_000;

  /** Queries of one source make one table. */
  private static final Object DECLARING = new Object();

  private static final Duration FORGOTTEN = Duration.ofHours(1);

  private final RunContext context;
  private final AlertPlan plan;
  private final StreamMetrics metrics;
  private final QueryMetrics told;
  private final Executor upkeep;
  private volatile TableFeed feed;
  private volatile long handled = -1;

  /**
   * @param metrics is told what the query does
   * @param upkeep makes the checkpoints of the tables' logs
   */
  AlertQuery(RunContext context, AlertPlan plan, StreamMetrics metrics, Executor upkeep) {
    this.metrics = metrics;
    this.context = context;
    this.plan = plan;
    this.upkeep = upkeep;
    this.told = metrics.of(name(), plan.contract().id(), "alerts by " + plan.key());
  }

  /** Its name, as Spark's pages show it. */
  String name() {
    return plan.contract().id() + " alerts by " + plan.key();
  }

  /** What it does and how it stands. */
  QueryMetrics metrics() {
    return told;
  }

  /** Hands over the rows that a commit of silver has added. */
  void offer(long version, LocalRows added) {
    TableFeed open = feed;
    if (open != null) {
      open.offer(version, added);
    }
  }

  /** Makes sure that all rows that come to silver from now on are judged, whenever this begins. */
  void declare() {
    reached(new AlertTable(context, plan, upkeep));
  }

  private LakeTable silver() {
    return context.lake().silver(plan.contract().id());
  }

  private AlertTable.Reached reached(AlertTable alerts) {
    LakeTable silver = silver();
    long now = silver.version();
    AlertTable.Reached reached;
    synchronized (DECLARING) {
      reached = alerts.open(now, () -> recent(silver, now));
    }
    if (reached.version() > now) {
      throw new IllegalStateException(
          alerts.table().name()
              + " stands on version "
              + reached.version()
              + " of "
              + silver.name()
              + ", which is at "
              + now
              + ": commits of its log are gone");
    }
    return reached;
  }

  private Map<String, AlertMarks.Mark> recent(LakeTable silver, long now) {
    return AlertMarks.newest(
        silver.changes(Math.max(-1, now - RECENT_COMMITS), now).rows().where(plan.cameByTopic()),
        plan.time());
  }

  /**
   * Runs until nothing more will come and all that silver has is judged, or it fails.
   *
   * @param ends whether nothing more will come
   */
  RunResult run(Run run, BooleanSupplier ends) {
    QueryControl control = new QueryControl();
    AlertTable alerts = new AlertTable(context, plan, upkeep);
    AlertTable.Reached reached = reached(alerts);
    LakeTable silver = silver();
    StructType columns =
        silver.exists()
            ? silver.read().schema()
            : new SilverTable(context, plan.contract()).schema();
    AlertMarks marks = new AlertMarks(plan, columns, reached.marks());
    Path checkpoint = checkpoint();
    // Each session tells of its own queries only.
    SparkSession session = session();
    session.streams().addListener(metrics);
    try (AlertOutbox outbox = AlertOutbox.open(context, plan, alerts, reached.version());
        TableFeed opened = new TableFeed(silver, marks.schema(), reached.version(), marks)) {
      handled = reached.version();
      feed = opened;
      Batches batches = new Batches(run, alerts, outbox, marks, reached.version());
      control.run(
          plan.raised(plan.input(opened.stream(session)))
              .writeStream()
              .queryName(name())
              .outputMode("append")
              .trigger(Trigger.ProcessingTime(0))
              .option("checkpointLocation", checkpoint.toString())
              .foreachBatch(
                  (rows, id) -> {
                    control.batch(() -> batches.take(rows, opened));
                  }),
          () -> ends.getAsBoolean() && handled >= silver.version());
      batches.end();
      return batches.result();
    } finally {
      feed = null;
      session.streams().removeListener(metrics);
      delete(checkpoint);
    }
  }

  /** A session whose settings are those of queries with state. */
  private SparkSession session() {
    SparkSession session = context.spark().newSession();
    session
        .conf()
        .set("spark.sql.shuffle.partitions", context.settings().get(Key.STATE_PARTITIONS));
    session
        .conf()
        .set(
            "spark.sql.streaming.stateStore.providerClass",
            "org.apache.spark.sql.execution.streaming.state.RocksDBStateStoreProvider");
    session
        .conf()
        .set("spark.sql.streaming.stateStore.rocksdb.changelogCheckpointing.enabled", "true");
    // Costs a look-up for each row written, and is how operators see the state grow.
    session.conf().set("spark.sql.streaming.stateStore.rocksdb.trackTotalNumberOfRows", "true");
    session.conf().set("spark.sql.streaming.minBatchesToRetain", "5");
    return session;
  }

  private Path checkpoint() {
    Path all =
        new Path(
            context.lake().root() + "/_work/alerts/" + plan.contract().id() + "-" + plan.key());
    long now = Instant.now().toEpochMilli();
    try {
      FileSystem store = all.getFileSystem(context.spark().sparkContext().hadoopConfiguration());
      if (store.exists(all)) {
        for (FileStatus one : store.listStatus(all)) {
          String made = one.getPath().getName().split("-", 2)[0];
          if (made.matches("[0-9]{13}") && Long.parseLong(made) < now - FORGOTTEN.toMillis()) {
            // Of a driver that has died: whoever else has it open is fenced by what is to come.
            store.delete(one.getPath(), true);
          }
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new Path(all, now + "-" + UUID.randomUUID());
  }

  private void delete(Path checkpoint) {
    try {
      checkpoint
          .getFileSystem(context.spark().sparkContext().hadoopConfiguration())
          .delete(checkpoint, true);
    } catch (IOException e) {
      LOG.warn("{} stays; it is of use to nobody", checkpoint, e);
    }
  }

  /** Takes what each batch raises. */
  private final class Batches {
    private final Run run;
    private final AlertTable alerts;
    private final AlertOutbox outbox;
    private final AlertMarks marks;
    private final Map<String, AlertScores> scores = new TreeMap<>();
    private long marked;
    private long count;
    private Instant markAt = Instant.now().plus(MARKED);

    Batches(Run run, AlertTable alerts, AlertOutbox outbox, AlertMarks marks, long marked) {
      this.run = run;
      this.alerts = alerts;
      this.outbox = outbox;
      this.marks = marks;
      this.marked = marked;
      for (AlertFold.Judge judge : plan.judges()) {
        if (judge instanceof AlertFold.Rule rule) {
          scores.put(rule.alert().name(), new AlertScores(context, rule));
        }
      }
    }

    void take(Dataset<Row> rows, TableFeed feed) {
      long until = feed.until();
      if (until <= marked) {
        // Rows of open windows, whose alerts stand already.
        rows.write().format("noop").mode("overwrite").save();
        handled = until;
        return;
      }
      if (feed.rowsRead() < Long.MAX_VALUE) {
        told.read(feed.rowsRead());
      }
      boolean isScored = false;
      for (AlertScores one : scores.values()) {
        isScored |= one.isServing();
      }
      Dataset<Row> wanted = isScored ? rows : rows.where(col("measures").isNull());
      List<Row> raised = new ArrayList<>();
      if (feed.rowsRead() <= AT_ONCE) {
        raise(wanted.collectAsList(), raised, until);
      } else {
        wanted.persist();
        try {
          wanted.count();
          List<Row> some = new ArrayList<>();
          for (Iterator<Row> all = wanted.toLocalIterator(); all.hasNext(); ) {
            some.add(all.next());
            if (some.size() == AT_ONCE || !all.hasNext()) {
              raise(some, raised, until);
              some.clear();
            }
          }
        } finally {
          wanted.unpersist();
        }
      }
      publish(raised, until);
    }

    private void raise(List<Row> some, List<Row> raised, long until) {
      Map<String, List<Row>> measured = new TreeMap<>();
      for (Row row : some) {
        if (AlertFold.isMeasured(row)) {
          measured.computeIfAbsent(row.getAs("alert"), name -> new ArrayList<>()).add(row);
        } else {
          raised.add(AlertTable.row(row, null, null, run, until));
        }
      }
      measured.forEach(
          (name, rows) -> {
            AlertScores scoring = scores.get(name);
            double above = ((Alert.Ruled) scoring.rule().alert().judgement()).above();
            List<AlertScores.Served> served = scoring.scores(rows);
            for (int i = 0; i < served.size(); i++) {
              AlertScores.Served one = served.get(i);
              if (one.score() > above) {
                raised.add(AlertTable.row(rows.get(i), one.score(), one.version(), run, until));
              }
            }
          });
    }

    private void publish(List<Row> raised, long until) {
      List<Row> fresh = raised.isEmpty() ? raised : alerts.unraised(raised);
      if (!fresh.isEmpty() || !Instant.now().isBefore(markAt)) {
        alerts.publish(run, fresh, marked, until, marks.marks());
        marked = until;
        markAt = Instant.now().plus(MARKED);
        count += fresh.size();
        fresh.forEach(row -> told.raised(row.getString(0)));
      }
      if (!fresh.isEmpty()) {
        outbox.send(fresh, until);
      }
      handled = until;
    }

    RunResult result() {
      return count == 0
          ? RunResult.NOTHING_NEW
          : new RunResult(new RowCounts(count, count, 0, 0, 0), alerts.table().version());
    }

    /** Writes how far alerts are raised, so that who begins next need not judge it again. */
    void end() {
      if (handled > marked) {
        alerts.publish(run, List.of(), marked, handled, marks.marks());
      }
    }
  }
}
