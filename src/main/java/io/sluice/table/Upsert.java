package io.sluice.table;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.first;
import static org.apache.spark.sql.functions.greatest;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.row_number;
import static org.apache.spark.sql.functions.when;
import static scala.collection.JavaConverters.asScalaBuffer;

import io.sluice.engine.ObservedMetrics;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.expressions.Window;
import org.apache.spark.sql.expressions.WindowSpec;

/**
 * Brings rows into a stage by key, newest version first: of each key the row with the greatest
 * ordering value stays.
 *
 * <p>Of equal versions the one that arrived first is kept, then the one of the lesser file and
 * position, so that the same rows give the same table in whatever order they come. Copy on write: a
 * row that replaces another costs a rewrite of the other's file. Cost: one window over the rows,
 * the keys of the files that are there, and whole those in which a row is replaced.
 *
 * @param columns the table's columns, in its order
 * @param key the key's columns
 * @param ordering the column that tells versions apart
 * @param spread the columns that the rows are partitioned by already, which determine no more than
 *     the key does
 */
public record Upsert(List<String> columns, List<String> key, String ordering, List<String> spread) {

  /** How many rows were the newest of their key, equal to it, or older. */
  public record Counts(long accepted, long duplicate, long superseded) {}

  /** What became of rows; known once they have been written. */
  public static final class Outcomes {
    private final ObservedMetrics measures = new ObservedMetrics();
    private Dataset<Row> accepted;

    private Dataset<Row> observe(Dataset<Row> rows) {
      return measures.observe(
          rows, countOf("accepted"), countOf("duplicate"), countOf("superseded"));
    }

    private static Column countOf(String outcome) {
      return count(when(col("_outcome").equalTo(outcome), 1)).as(outcome);
    }

    public Counts counts() {
      Map<String, Object> counts = measures.get();
      return new Counts(
          (Long) counts.get("accepted"),
          (Long) counts.get("duplicate"),
          (Long) counts.get("superseded"));
    }

    /** The rows accepted, read back from the files written. */
    public Dataset<Row> rows() {
      return accepted;
    }
  }

  /**
   * Writes those of some rows that are the newest of their key, and takes out the versions they
   * replace.
   *
   * @param present the files that may hold versions of the rows' keys
   * @param rows with {@code _arrived_at}, {@code _file} and {@code _position}; at least one
   * @param observer measures the accepted rows while they are written
   */
  public Outcomes stage(
      TableTransaction transaction,
      TableTransaction.Files present,
      Dataset<Row> rows,
      UnaryOperator<Dataset<Row>> observer) {
    Outcomes outcomes = new Outcomes();
    if (present.isEmpty()) {
      Dataset<Row> none =
          rows.withColumn("_present", lit(null).cast(rows.schema().apply(ordering).dataType()));
      write(transaction, none, observer, outcomes);
      return outcomes;
    }
    Dataset<Row> matched = matched(rows, present).persist();
    try {
      Dataset<Row> known =
          rows.join(matched.select(columns(key, "_present")), names(key), "left_outer");
      write(transaction, known, observer, outcomes);
      Dataset<Row> replaced = matched.where("_newest > _present");
      Set<String> paths =
          new HashSet<>(
              replaced.select("_present_file").distinct().as(Encoders.STRING()).collectAsList());
      if (!paths.isEmpty()) {
        TableTransaction.Files touched = present.at(paths);
        transaction.append(
            touched.rows().join(replaced.select(columns(key)), names(key), "left_anti"));
        transaction.remove(touched);
      }
    } finally {
      matched.unpersist();
    }
    return outcomes;
  }

  private void write(
      TableTransaction transaction,
      Dataset<Row> rows,
      UnaryOperator<Dataset<Row>> observer,
      Outcomes outcomes) {
    Dataset<Row> accepted =
        outcomes.observe(resolved(rows)).where("_outcome = 'accepted'").select(columns(columns));
    outcomes.accepted = transaction.appended(observer.apply(accepted));
  }

  /**
   * The keys that are present already: {@code _present} is their ordering value, {@code _newest}
   * the greatest of the rows.
   */
  private Dataset<Row> matched(Dataset<Row> rows, TableTransaction.Files present) {
    Dataset<Row> existing =
        present
            .rows()
            .select(
                and(
                    columns(key),
                    col(ordering).as("_present"),
                    col("_metadata.file_path").as("_present_file")));
    return rows.select(and(columns(key), col(ordering).as("_incoming")))
        .join(existing, names(key), "inner")
        .groupBy(columns(key, "_present", "_present_file"))
        .agg(max("_incoming").as("_newest"));
  }

  /** Each row with its {@code _outcome}, given the ordering value that is present for its key. */
  public Dataset<Row> resolved(Dataset<Row> rows) {
    Column version = col(ordering);
    WindowSpec versions =
        Window.partitionBy(
                columns(Stream.concat(spread.stream(), key.stream()).distinct().toList()))
            .orderBy(
                version.desc(),
                col("_arrived_at").asc(),
                col("_file").asc(),
                col("_position").asc());
    // By rows, as the rank is: a frame by range would compare each row's version again.
    WindowSpec soFar = versions.rowsBetween(Window.unboundedPreceding(), Window.currentRow());
    Column newer = col("_present").isNull().or(version.gt(col("_present")));
    return rows.withColumn("_rank", row_number().over(versions))
        .withColumn("_kept", greatest(first(version).over(soFar), col("_present")))
        .withColumn(
            "_outcome",
            when(col("_rank").equalTo(1).and(newer), "accepted")
                .when(version.equalTo(col("_kept")), "duplicate")
                .otherwise("superseded"));
  }

  private static Column[] columns(List<String> names, String... more) {
    return Stream.concat(names.stream(), Stream.of(more))
        .map(name -> col("`" + name + "`"))
        .toArray(Column[]::new);
  }

  private static Column[] and(Column[] columns, Column... more) {
    Column[] all = Arrays.copyOf(columns, columns.length + more.length);
    System.arraycopy(more, 0, all, columns.length, more.length);
    return all;
  }

  private static scala.collection.Seq<String> names(List<String> names) {
    return asScalaBuffer(names).toSeq();
  }
}
