package io.sluice.ingest;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;

import io.sluice.ingest.FileOutcome.State;
import io.sluice.table.LakeTable;
import io.sluice.table.TableSpec;
import io.sluice.table.TableTransaction;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BinaryOperator;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * What {@code ops.files} says of a source's landed files: reads it, and writes what became of new
 * ones.
 *
 * <p>Guarantee: one row for each file and content that was ingested or quarantined. A file that
 * cannot be read now has one row as long as that lasts, however often it is tried; what becomes of
 * it, or of the version that takes its place, replaces that row. Cost: a read of the source's rows;
 * writing rewrites a file of the table only where it holds a row that is replaced.
 */
final class FileLedger {
  private static final String CONTENT = "content";

  /** How {@code ops.files} is declared. */
  static final TableSpec SPEC =
      new TableSpec(
          "One row per landed file and what became of it.",
          new StructType()
              .add("source", DataTypes.StringType, true, "The source it belongs to.")
              .add("arrival", DataTypes.StringType, true, "The arrival it came by.")
              .add("file", DataTypes.StringType, true, "Its path below the landing root.")
              .add("etag", DataTypes.StringType, true, "The store's mark of its content.")
              .add("bytes", DataTypes.LongType, true, "Its size as landed.")
              .add("modified_at", DataTypes.TimestampType, true, "When it arrived.")
              .add(
                  "outcome",
                  DataTypes.StringType,
                  true,
                  "ingested; redelivered: an earlier file held the same records; quarantined: its"
                      + " content cannot be read; or unreadable: the store does not give it now, and"
                      + " later runs try again.")
              .add("problem", DataTypes.StringType, true, "Why it was not ingested.")
              .add("records", DataTypes.LongType, true, "The records in it.")
              .add("header", DataTypes.StringType, true, "The header line of a CSV file.")
              .add("run_id", DataTypes.StringType, true, "The run that handled it.")
              .add("batch", DataTypes.LongType, true, "The bronze commit it belongs to.")
              .add(
                  "passed_over",
                  DataTypes.LongType,
                  true,
                  "The lines in it that hold no record and no header: blank ones, comments, and those"
                      + " the contract says to skip.")
              .add(
                  CONTENT,
                  DataTypes.StringType,
                  true,
                  "A hash of its records, of a source that skips what is redelivered."),
          List.of("source"),
          List.of("batch"));

  private final String source;

  /** By path and content, when the newest delivery was complete that brought it. */
  private final Map<String, Instant> handled = new HashMap<>();

  private final Map<String, Unread> unread = new HashMap<>();

  /** By what its records say, a file that has been ingested. */
  private final Map<String, String> contents = new HashMap<>();

  /**
   * A row of a file that could not be read.
   *
   * @param batch the commit that it belongs to
   */
  private record Unread(String etag, long batch) {}

  private FileLedger(String source) {
    this.source = source;
  }

  /**
   * Reads the rows of a source.
   *
   * @param ingested the number of bronze's last batch; rows of later ones count for nothing
   */
  static FileLedger read(LakeTable files, String source, long ingested) {
    FileLedger ledger = new FileLedger(source);
    if (files.exists()) {
      Dataset<Row> rows = files.read();
      boolean isTold = List.of(rows.columns()).contains(CONTENT);
      rows.where(col("source").equalTo(source).and(col("batch").leq(ingested)))
          .select(
              col("file"),
              col("etag"),
              col("outcome"),
              col("batch"),
              col("modified_at"),
              isTold ? col(CONTENT) : lit(null).cast(DataTypes.StringType))
          .collectAsList()
          .forEach(ledger::note);
    }
    return ledger;
  }

  private void note(Row row) {
    if (State.UNREADABLE.word().equals(row.getString(2))) {
      unread.put(row.getString(0), new Unread(row.getString(1), row.getLong(3)));
    } else {
      handled.merge(
          version(row.getString(0), row.getString(1)),
          row.getTimestamp(4).toInstant(),
          BinaryOperator.maxBy(Comparator.naturalOrder()));
      if (!row.isNullAt(5) && State.INGESTED.word().equals(row.getString(2))) {
        contents.put(row.getString(5), row.getString(0));
      }
    }
  }

  private static String version(String path, String etag) {
    return path + "\n" + etag;
  }

  /**
   * Whether a file has been ingested or quarantined with this content; if it is part of a delivery,
   * as part of this one or a newer one.
   */
  boolean hasHandled(LandedFile file) {
    Instant at = handled.get(version(file.path(), file.etag()));
    return at != null && (file.delivery() == null || !at.isBefore(file.modifiedAt()));
  }

  /** Whether an earlier run could not read a file of this path. */
  boolean hasFailed(LandedFile file) {
    return unread.containsKey(file.path());
  }

  /**
   * Marks the files that hold the records of an earlier one, be that in the ledger or among them.
   *
   * @param outcomes of files in the order in which they are taken; those of redelivered ones are
   *     replaced
   */
  void markRedelivered(Map<LandedFile, FileOutcome> outcomes) {
    Map<String, String> here = new HashMap<>();
    outcomes.replaceAll(
        (file, outcome) -> {
          if (!outcome.isIngested() || outcome.content() == null) {
            return outcome;
          }
          String earlier = contents.get(outcome.content());
          if (earlier == null) {
            earlier = here.putIfAbsent(outcome.content(), file.path());
          }
          return earlier == null ? outcome : outcome.redelivers(earlier);
        });
  }

  /** Whether what became of a file is no news: it could not be read, and cannot. */
  boolean says(LandedFile file, FileOutcome outcome) {
    Unread before = unread.get(file.path());
    return outcome.state() == State.UNREADABLE
        && before != null
        && Objects.equals(before.etag, file.etag());
  }

  /**
   * Writes what became of a batch's files with a commit, in place of rows of a batch that was never
   * published and of those that said that a file cannot be read.
   *
   * @param news what became of each file; those of which the ledger {@link #says} it are left out
   */
  void write(TableTransaction files, IngestBatch batch, Map<LandedFile, FileOutcome> news) {
    Set<String> replaced = new TreeSet<>();
    Set<Long> batches = new TreeSet<>();
    for (LandedFile file : news.keySet()) {
      Unread before = unread.get(file.path());
      if (before != null) {
        replaced.add(file.path());
        batches.add(before.batch);
      }
    }
    Column outdated = col("batch").geq(batch.number());
    if (!replaced.isEmpty()) {
      outdated =
          outdated.or(
              col("batch")
                  .isInCollection(batches)
                  .and(col("outcome").equalTo(State.UNREADABLE.word()))
                  .and(col("file").isInCollection(replaced)));
    }
    files.discard(col("source").equalTo(source), outdated);
    files.append(SPEC.schema(), rows(batch, news));
    news.forEach(
        (file, outcome) -> {
          if (outcome.isIngested() && outcome.content() != null) {
            contents.put(outcome.content(), file.path());
          }
        });
  }

  private List<Row> rows(IngestBatch batch, Map<LandedFile, FileOutcome> news) {
    List<Row> rows = new ArrayList<>();
    news.forEach(
        (file, outcome) ->
            rows.add(
                RowFactory.create(
                    source,
                    file.arrival(),
                    file.path(),
                    file.etag(),
                    file.bytes(),
                    Timestamp.from(file.modifiedAt()),
                    outcome.state().word(),
                    outcome.problem(),
                    outcome.isIngested() ? outcome.records() : 0L,
                    outcome.header(),
                    batch.runId(),
                    batch.number(),
                    outcome.isIngested() ? outcome.passedOver() : 0L,
                    outcome.content())));
    return rows;
  }
}
