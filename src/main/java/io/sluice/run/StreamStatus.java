package io.sluice.run;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.lit;

import io.sluice.settings.Printable;
import io.sluice.table.Lake;
import io.sluice.table.LakeTable;
import io.sluice.table.TableSpec;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * What a query of a stream has done since the status before, and how it stands: a row of {@code
 * ops.streams}.
 *
 * @param source whose query it is
 * @param query {@code source}, or {@code alerts by} a key
 * @param at when this was so
 * @param state how it stands
 * @param seconds since the status before, or since the stream began
 * @param rows read in these seconds
 * @param lagRecords how many records all partitions are behind together; null for queries of alerts
 * @param lagLargest how many records the partition is behind that is furthest so
 * @param batchMedian milliseconds that a batch of these seconds took; null without a batch
 * @param batchLongest milliseconds that the longest of them took
 * @param stateRows keys and windows that are kept in state; null for queries without
 * @param stateBytes of memory and files that the state takes
 * @param alerts raised in these seconds
 * @param deadLetters sent in these seconds
 * @param message why it is held or failing and what helps; null while it is running
 */
public record StreamStatus(
    String source,
    String query,
    Instant at,
    State state,
    double seconds,
    long rows,
    Long lagRecords,
    Long lagLargest,
    Long batchMedian,
    Long batchLongest,
    Long stateRows,
    Long stateBytes,
    long alerts,
    long deadLetters,
    String message) {

  /** How a query stands. */
  public enum State {
    /** It takes what comes. */
    RUNNING,
    /** A check has stopped a batch; it is tried again, and a person has to look at it. */
    HELD,
    /** It has failed and is tried again. */
    FAILING,
    /** It has ended, by itself or with its stream. */
    ENDED;

    /** As tables and metrics have it. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** A stream says so once a minute; who has said nothing for so long has died. */
  private static final Duration SILENT = Duration.ofMinutes(3);

  /** Queries of which nothing was heard for so long are of no interest. */
  private static final Duration FORGOTTEN = Duration.ofDays(7);

  static final TableSpec STREAMS =
      new TableSpec(
          "One row per minute and streaming query.",
          new StructType()
              .add("source", DataTypes.StringType, true, "The source.")
              .add("query", DataTypes.StringType, true, "source, or alerts by a key.")
              .add("at", DataTypes.TimestampType, true, "When this was so.")
              .add("state", DataTypes.StringType, true, "running, held, failing or ended.")
              .add("seconds", DataTypes.DoubleType, true, "Seconds since the row before.")
              .add("rows", DataTypes.LongType, true, "Rows read in these seconds.")
              .add("rows_per_second", DataTypes.DoubleType, true, "rows by seconds.")
              .add(
                  "lag_records",
                  DataTypes.LongType,
                  true,
                  "Records that all partitions are behind; null for alerts.")
              .add(
                  "lag_largest",
                  DataTypes.LongType,
                  true,
                  "Records that the partition furthest behind is behind.")
              .add("batch_p50_ms", DataTypes.LongType, true, "Median of the batches' durations.")
              .add("batch_max_ms", DataTypes.LongType, true, "The longest batch's duration.")
              .add("state_rows", DataTypes.LongType, true, "Rows kept in state; null without.")
              .add("state_bytes", DataTypes.LongType, true, "Memory and files that state takes.")
              .add("alerts", DataTypes.LongType, true, "Alerts raised in these seconds.")
              .add("dead_letters", DataTypes.LongType, true, "Dead letters sent in these seconds.")
              .add(
                  "message",
                  DataTypes.StringType,
                  true,
                  "Why it is held or failing, and the command that helps."),
          List.of(),
          List.of("at"));

  Row row() {
    return RowFactory.create(
        source,
        query,
        Timestamp.from(at),
        state.word(),
        seconds,
        rows,
        rate(),
        lagRecords,
        lagLargest,
        batchMedian,
        batchLongest,
        stateRows,
        stateBytes,
        alerts,
        deadLetters,
        message);
  }

  private double rate() {
    return seconds > 0 ? Math.round(10 * rows / seconds) / 10.0 : 0;
  }

  /**
   * Reads the newest status of each query from {@code ops.streams}, sources in order; none of
   * queries that nothing was heard of for a week. Cost: one aggregation over the rows of that week.
   */
  public static List<StreamStatus> newest(Lake lake, Instant now) {
    LakeTable streams = lake.ops("streams");
    if (!streams.exists()) {
      return List.of();
    }
    return streams
        .read()
        .where(col("at").gt(lit(Timestamp.from(now.minus(FORGOTTEN)))))
        .groupBy("source", "query")
        .agg(expr("max_by(struct(*), at)").as("newest"))
        // The query of the source itself before those of its alerts.
        .orderBy(col("source"), col("query").notEqual("source"), col("query"))
        .select("newest.*")
        .collectAsList()
        .stream()
        .map(StreamStatus::of)
        .toList();
  }

  private static StreamStatus of(Row row) {
    return new StreamStatus(
        row.getAs("source"),
        row.getAs("query"),
        row.<Timestamp>getAs("at").toInstant(),
        State.valueOf(row.<String>getAs("state").toUpperCase(Locale.ROOT)),
        row.<Double>getAs("seconds"),
        row.<Long>getAs("rows"),
        row.getAs("lag_records"),
        row.getAs("lag_largest"),
        row.getAs("batch_p50_ms"),
        row.getAs("batch_max_ms"),
        row.getAs("state_rows"),
        row.getAs("state_bytes"),
        row.<Long>getAs("alerts"),
        row.<Long>getAs("dead_letters"),
        row.getAs("message"));
  }

  /** What it says to people, a line or a few. */
  public List<String> lines(Instant now) {
    List<String> said = new ArrayList<>();
    said.add(state.word());
    said.add(String.format(Locale.ROOT, "%,d rows (%,.1f/s)", rows, rate()));
    if (lagRecords != null) {
      said.add(
          String.format(
              Locale.ROOT, "%,d records behind (partition: %,d)", lagRecords, lagLargest));
    }
    if (batchMedian != null) {
      said.add(
          String.format(Locale.ROOT, "batch %,d ms, longest %,d ms", batchMedian, batchLongest));
    }
    if (stateRows != null) {
      said.add(
          String.format(
              Locale.ROOT, "state %,d rows, %,.1f MB", stateRows, stateBytes / 1_000_000.0));
    }
    if (alerts > 0) {
      said.add(String.format(Locale.ROOT, "%,d alerts", alerts));
    }
    if (deadLetters > 0) {
      said.add(String.format(Locale.ROOT, "%,d dead letters", deadLetters));
    }
    Duration age = Duration.between(at, now);
    List<String> lines = new ArrayList<>();
    lines.add(
        String.format(
            Locale.ROOT,
            "%s, %s: %s; in the %.0f s before %s",
            source,
            query,
            String.join(", ", said),
            seconds,
            at));
    if (message != null) {
      lines.add("  " + Printable.of(message));
    }
    if (state != State.ENDED && age.compareTo(SILENT) > 0) {
      lines.add(
          "  nothing has been heard of it for "
              + age.toMinutes()
              + " minutes: its driver has died, or cannot write; start `sluice stream`");
    }
    return lines;
  }
}
