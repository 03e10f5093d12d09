package io.sluice.refine;

import static io.sluice.engine.Columns.named;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.first;
import static org.apache.spark.sql.functions.greatest;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.row_number;
import static org.apache.spark.sql.functions.when;

import io.sluice.engine.KeyedRow;
import io.sluice.table.KnownKeys;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.expressions.Window;
import org.apache.spark.sql.expressions.WindowSpec;

/**
 * Decides what becomes of the versions of a key: which one is accepted, which are duplicates of the
 * version kept, which are superseded by it. Pure.
 *
 * <p>The version with the greatest ordering value is kept; of equal ones the one that arrived
 * first, then the one of the lesser file, then of the lesser position. So the same rows give the
 * same table in whatever order they come. A version that the table holds already stays unless a
 * greater one comes. A duplicate that says something other than the version kept is a conflict. The
 * rule stands twice, as columns of a dataset and over rows at hand; a property of both holds them
 * equal.
 *
 * @param key the key's columns
 * @param ordering the column that tells versions apart; never null
 */
record KeyResolver(List<String> key, String ordering) {
  static final String ACCEPTED = "accepted";
  static final String DUPLICATE = "duplicate";
  static final String SUPERSEDED = "superseded";

  /** Of a version that says that the row is gone, where the others are accepted. */
  static final String DELETED = "deleted";

  /**
   * Each row with its {@code _outcome}; with {@code _kept_here}, whether the version kept is among
   * these rows; and with {@code _conflict}, whether it is a duplicate of one of them that says
   * something else.
   *
   * @param rows with {@code _present} (the ordering value that is held for the row's key, be it of
   *     a row or of a deletion, or null), {@code _content}, {@code _arrived_at}, {@code _file} and
   *     {@code _position}
   * @param spread the columns that the rows are partitioned by already, which determine no more
   *     than the key does
   */
  Dataset<Row> resolve(Dataset<Row> rows, List<String> spread) {
    Column version = named(ordering);
    WindowSpec versions =
        Window.partitionBy(named(Stream.concat(spread.stream(), key.stream()).distinct().toList()))
            .orderBy(
                version.desc(),
                col("_arrived_at").asc(),
                col("_file").asc(),
                col("_position").asc());
    // By rows, as the rank is: a frame by range would compare each row's version again.
    WindowSpec soFar = versions.rowsBetween(Window.unboundedPreceding(), Window.currentRow());
    Column kept =
        List.of(rows.columns()).contains(Refiner.DELETED)
            ? when(col(Refiner.DELETED), DELETED).otherwise(ACCEPTED)
            : lit(ACCEPTED);
    // Together, so that one pass over the sorted rows gives all three.
    return rows.select(
            col("*"),
            row_number().over(versions).as("_rank"),
            first(version).over(soFar).as("_first"),
            first(col("_content")).over(soFar).as("_first_content"))
        .withColumn("_kept_here", col("_present").isNull().or(col("_first").gt(col("_present"))))
        .withColumn("_kept", greatest(col("_first"), col("_present")))
        .withColumn(
            "_outcome",
            when(col("_rank").equalTo(1).and(col("_kept_here")), kept)
                .when(version.equalTo(col("_kept")), DUPLICATE)
                .otherwise(SUPERSEDED))
        .withColumn(
            "_conflict",
            col("_outcome")
                .equalTo(DUPLICATE)
                .and(col("_kept_here"))
                .and(col("_content").notEqual(col("_first_content"))));
  }

  /**
   * What becomes of the rows of one key.
   *
   * @param accepted the version that the table is to hold from now on; empty if it holds one
   *     already that none of these is greater than
   * @param conflict of the duplicates, those that say something other than the version kept
   */
  record Resolution(Optional<KeyedRow> accepted, long duplicate, long superseded, long conflict) {}

  /**
   * The same for the rows of one key that are at hand.
   *
   * @param versions at least one
   * @param present what the table holds of the key
   * @param order compares ordering values as Spark does
   */
  static Resolution resolve(
      List<KeyedRow> versions, Optional<KnownKeys.Held> present, Comparator<Object> order) {
    List<KeyedRow> sorted = new ArrayList<>(versions);
    sorted.sort(
        Comparator.comparing(KeyedRow::ordering, order.reversed())
            .thenComparing(KeyedRow::arrivedAt)
            .thenComparing(KeyedRow::file)
            .thenComparing(KeyedRow::position));
    KeyedRow newest = sorted.get(0);
    boolean newer =
        present.isEmpty() || order.compare(newest.ordering(), present.get().ordering()) > 0;
    KnownKeys.Held kept =
        newer ? new KnownKeys.Held(newest.ordering(), newest.content()) : present.get();
    long duplicate = 0;
    long superseded = 0;
    long conflict = 0;
    for (KeyedRow other : sorted.subList(newer ? 1 : 0, sorted.size())) {
      if (order.compare(other.ordering(), kept.ordering()) == 0) {
        duplicate++;
        conflict += other.content() == kept.content() ? 0 : 1;
      } else {
        superseded++;
      }
    }
    return new Resolution(
        newer ? Optional.of(newest) : Optional.empty(), duplicate, superseded, conflict);
  }
}
