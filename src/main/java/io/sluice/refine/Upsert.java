package io.sluice.refine;

import static io.sluice.engine.Columns.named;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.greatest;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.when;

import io.sluice.engine.ObservedMetrics;
import io.sluice.engine.Scala;
import io.sluice.run.RowCounts;
import io.sluice.table.TableTransaction;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.types.DataType;

/**
 * Writes rows into the files of a transaction by key, by Spark jobs: of each key the version that
 * {@link KeyResolver} accepts.
 *
 * <p>Copy on write: a row that replaces another costs a rewrite of the other's file. Cost: one
 * window over the rows, the keys of the files that are there, and whole those in which a row is
 * replaced.
 *
 * @param columns the table's columns, in its order
 * @param resolver decides which versions are accepted
 * @param content what rows say, to tell a conflict
 * @param spread the columns that the rows are partitioned by already, which determine no more than
 *     the key does
 */
record Upsert(List<String> columns, KeyResolver resolver, RowContent content, List<String> spread) {

  /**
   * How many rows were the newest of their key, equal to it, older, or ended it; how many were
   * equal in version only; and how many of the table's a truncation has ended.
   */
  record Counts(
      long accepted, long duplicate, long superseded, long deleted, long conflict, long truncated) {
    /** The same as an account of rows that are counted as read elsewhere. */
    RowCounts rowCounts() {
      return new RowCounts(0, accepted, 0, duplicate, superseded, deleted, conflict, truncated);
    }
  }

  /**
   * The versions of keys that are there already.
   *
   * @param present the files that may hold versions of the rows' keys
   * @param deleted keys whose row has ended, with {@link Deletions#AT}; empty if none is remembered
   * @param truncation up to where all rows have ended; empty if they never have
   */
  record Held(
      TableTransaction.Files present,
      Optional<Dataset<Row>> deleted,
      Optional<Truncation> truncation) {

    /** Of a source of which no truncation is known. */
    Held(TableTransaction.Files present, Optional<Dataset<Row>> deleted) {
      this(present, deleted, Optional.empty());
    }

    /** Whether a row of the table leaves by a truncation. */
    private Column isTruncated() {
      return col("_newest")
          .equalTo(lit(truncation.orElseThrow().news()))
          .and(expr("_newest > _present"));
    }

    /** Whether rows may have to leave whose keys the batch does not name. */
    private boolean mayEndOthers() {
      return truncation.map(Truncation::isNews).orElse(false);
    }
  }

  /** What became of rows; known once they have been written. */
  static final class Outcomes {
    private final ObservedMetrics measures = new ObservedMetrics();
    private final long conflictsWithTable;
    private final long truncated;
    private Dataset<Row> accepted;

    /**
     * @param conflictsWithTable how many rows say something other than the table's of their version
     * @param truncated how many of the table's rows a truncation has ended
     */
    private Outcomes(long conflictsWithTable, long truncated) {
      this.conflictsWithTable = conflictsWithTable;
      this.truncated = truncated;
    }

    private Dataset<Row> observe(Dataset<Row> rows) {
      return measures.observe(
          rows,
          countOf("accepted"),
          countOf("duplicate"),
          countOf("superseded"),
          countOf("deleted"),
          count(when(col("_conflict"), 1)).as("conflict"));
    }

    private static Column countOf(String outcome) {
      return count(when(col("_outcome").equalTo(outcome), 1)).as(outcome);
    }

    Counts counts() {
      Map<String, Object> counts = measures.get();
      return new Counts(
          (Long) counts.get("accepted"),
          (Long) counts.get("duplicate"),
          (Long) counts.get("superseded"),
          (Long) counts.get("deleted"),
          (Long) counts.get("conflict") + conflictsWithTable,
          truncated);
    }

    /** The rows accepted, read back from the files written. */
    Dataset<Row> rows() {
      return accepted;
    }
  }

  /**
   * Writes those of some rows that are the newest of their key, and takes out the versions they
   * replace.
   *
   * @param held the versions of the rows' keys that are there already
   * @param rows with {@code _arrived_at}, {@code _file} and {@code _position}; at least one
   * @param observer measures the accepted rows while they are written
   * @param ended takes the rows that end those of their keys, if there are any
   */
  Outcomes stage(
      TableTransaction transaction,
      Held held,
      Dataset<Row> rows,
      UnaryOperator<Dataset<Row>> observer,
      Consumer<Dataset<Row>> ended) {
    return resolved(
        held,
        rows,
        accepted -> transaction.appended(observer.apply(accepted)),
        ended,
        (replaced, paths) -> {
          TableTransaction.Files touched = held.present.at(paths);
          transaction.append(
              touched
                  .rows()
                  .join(
                      replaced.select(named(resolver.key())), names(resolver.key()), "left_anti"));
          transaction.remove(touched);
        });
  }

  /** Measures the same rows and outcomes, and writes nothing. */
  Outcomes rehearse(Held held, Dataset<Row> rows, UnaryOperator<Dataset<Row>> observer) {
    return resolved(
        held,
        rows,
        accepted -> {
          observer.apply(accepted).write().format("noop").mode(SaveMode.Overwrite).save();
          return accepted;
        },
        ended -> {},
        (replaced, paths) -> {});
  }

  /**
   * @param write writes the accepted rows and gives them read back
   * @param ended takes the rows that end those of their keys
   * @param replace takes out the rows of some keys from the files in which they stand
   */
  private Outcomes resolved(
      Held held,
      Dataset<Row> rows,
      UnaryOperator<Dataset<Row>> write,
      Consumer<Dataset<Row>> ended,
      BiConsumer<Dataset<Row>, Set<String>> replace) {
    Dataset<Row> read = rows.withColumn(RowContent.COLUMN, content.column(rows.schema()));
    TableTransaction.Files present = held.present;
    if (present.isEmpty()) {
      Outcomes outcomes = new Outcomes(0, 0);
      DataType type = rows.schema().apply(resolver.ordering()).dataType();
      Dataset<Row> known = read.withColumn("_present", lit(null).cast(type));
      write(withDeletions(known, "_present", held), write, ended, outcomes);
      return outcomes;
    }
    Dataset<Row> matched = matched(rows, held).persist();
    try {
      Set<String> equal = new HashSet<>();
      Set<String> replaced = new HashSet<>();
      matched
          .where("_newest >= _present")
          .select(col("_present_file"), expr("_newest > _present"))
          .distinct()
          .collectAsList()
          .forEach(file -> (file.getBoolean(1) ? replaced : equal).add(file.getString(0)));
      Outcomes outcomes =
          new Outcomes(
              equal.isEmpty()
                  ? 0
                  : conflicts(rows, matched.where("_newest = _present"), present.at(equal)),
              held.mayEndOthers() ? matched.where(held.isTruncated()).count() : 0);
      Dataset<Row> known =
          read.join(
              matched.select(named(resolver.key(), col("_present"))),
              names(resolver.key()),
              "left_outer");
      write(withDeletions(known, "_present", held), write, ended, outcomes);
      if (!replaced.isEmpty()) {
        replace.accept(matched.where("_newest > _present"), replaced);
      }
      return outcomes;
    } finally {
      matched.unpersist();
    }
  }

  /** Resolved rows in the table's columns. */
  Dataset<Row> ofTable(Dataset<Row> rows) {
    return rows.select(named(columns));
  }

  private void write(
      Dataset<Row> rows,
      UnaryOperator<Dataset<Row>> write,
      Consumer<Dataset<Row>> ended,
      Outcomes outcomes) {
    Dataset<Row> resolved = resolver.resolve(rows, spread);
    outcomes.accepted =
        write.apply(
            outcomes.observe(resolved).where("_outcome = 'accepted'").select(named(columns)));
    if (outcomes.counts().deleted() > 0) {
      ended.accept(resolved.where("_outcome = 'deleted'"));
    }
  }

  /** Rows whose column of versions is raised to the one that has ended the row of their key. */
  private Dataset<Row> withDeletions(Dataset<Row> rows, String column, Held held) {
    DataType type = rows.schema().apply(column).dataType();
    Dataset<Row> raised = withDeletedKeys(rows, column, held);
    return held.truncation
        .map(truncation -> raised.withColumn(column, truncation.raised(col(column), type)))
        .orElse(raised);
  }

  private Dataset<Row> withDeletedKeys(Dataset<Row> rows, String column, Held held) {
    return held.deleted
        .map(
            deleted ->
                rows.join(deleted, names(resolver.key()), "left_outer")
                    .withColumn(column, greatest(col(column), col(Deletions.AT)))
                    .drop(Deletions.AT))
        .orElse(rows);
  }

  /**
   * How many rows have the version that the table keeps and say something else. Of the table whole
   * rows are read for it, but only where there are such versions.
   *
   * @param equal the keys whose newest version the table holds already
   * @param present the files in which they stand
   */
  private long conflicts(Dataset<Row> rows, Dataset<Row> equal, TableTransaction.Files present) {
    Dataset<Row> held = present.rows();
    Dataset<Row> kept =
        held.select(named(resolver.key(), content.column(held.schema()).as("_held_content")));
    return rows.join(
            equal.select(named(resolver.key(), col("_present"))), names(resolver.key()), "inner")
        .where(named(resolver.ordering()).equalTo(col("_present")))
        .select(named(resolver.key(), content.column(rows.schema()).as(RowContent.COLUMN)))
        .join(kept, names(resolver.key()), "inner")
        .where(col(RowContent.COLUMN).notEqual(col("_held_content")))
        .count();
  }

  /**
   * The keys of the rows that are present already, or all that are if others may have to leave:
   * {@code _present} is their ordering value, {@code _newest} the greatest of the rows and of the
   * versions that ended them.
   */
  private Dataset<Row> matched(Dataset<Row> rows, Held held) {
    Dataset<Row> existing =
        held.present
            .rows()
            .select(
                named(
                    resolver.key(),
                    col(resolver.ordering()).as("_present"),
                    col("_metadata.file_path").as("_present_file")));
    Dataset<Row> incoming =
        rows.select(named(resolver.key(), col(resolver.ordering()).as("_incoming")));
    Dataset<Row> matched =
        existing
            .join(incoming, names(resolver.key()), held.mayEndOthers() ? "left_outer" : "inner")
            .groupBy(named(resolver.key(), col("_present"), col("_present_file")))
            .agg(max("_incoming").as("_newest"));
    // A run that died may have noted that a row is gone and not taken it out.
    return withDeletions(matched, "_newest", held);
  }

  private static scala.collection.immutable.Seq<String> names(List<String> names) {
    return Scala.seq(names);
  }
}
