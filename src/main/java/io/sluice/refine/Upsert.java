package io.sluice.refine;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.when;

import io.sluice.engine.ObservedMetrics;
import io.sluice.engine.Scala;
import io.sluice.table.TableTransaction;
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
 * @param spread the columns that the rows are partitioned by already, which determine no more than
 *     the key does
 */
record Upsert(List<String> columns, KeyResolver resolver, List<String> spread) {

  /** How many rows were the newest of their key, equal to it, or older. */
  record Counts(long accepted, long duplicate, long superseded) {}

  /** What became of rows; known once they have been written. */
  static final class Outcomes {
    private final ObservedMetrics measures = new ObservedMetrics();
    private Dataset<Row> accepted;

    private Dataset<Row> observe(Dataset<Row> rows) {
      return measures.observe(
          rows, countOf("accepted"), countOf("duplicate"), countOf("superseded"));
    }

    private static Column countOf(String outcome) {
      return count(when(col("_outcome").equalTo(outcome), 1)).as(outcome);
    }

    Counts counts() {
      Map<String, Object> counts = measures.get();
      return new Counts(
          (Long) counts.get("accepted"),
          (Long) counts.get("duplicate"),
          (Long) counts.get("superseded"));
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
   * @param present the files that may hold versions of the rows' keys
   * @param rows with {@code _arrived_at}, {@code _file} and {@code _position}; at least one
   * @param observer measures the accepted rows while they are written
   */
  Outcomes stage(
      TableTransaction transaction,
      TableTransaction.Files present,
      Dataset<Row> rows,
      UnaryOperator<Dataset<Row>> observer) {
    Outcomes outcomes = new Outcomes();
    if (present.isEmpty()) {
      Dataset<Row> none =
          rows.withColumn(
              "_present", lit(null).cast(rows.schema().apply(resolver.ordering()).dataType()));
      write(transaction, none, observer, outcomes);
      return outcomes;
    }
    Dataset<Row> matched = matched(rows, present).persist();
    try {
      Dataset<Row> known =
          rows.join(
              matched.select(columns(resolver.key(), "_present")),
              names(resolver.key()),
              "left_outer");
      write(transaction, known, observer, outcomes);
      Dataset<Row> replaced = matched.where("_newest > _present");
      Set<String> paths =
          new HashSet<>(
              replaced.select("_present_file").distinct().as(Encoders.STRING()).collectAsList());
      if (!paths.isEmpty()) {
        TableTransaction.Files touched = present.at(paths);
        transaction.append(
            touched
                .rows()
                .join(
                    replaced.select(columns(resolver.key())), names(resolver.key()), "left_anti"));
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
        outcomes
            .observe(resolver.resolve(rows, spread))
            .where("_outcome = 'accepted'")
            .select(columns(columns));
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
                    columns(resolver.key()),
                    col(resolver.ordering()).as("_present"),
                    col("_metadata.file_path").as("_present_file")));
    return rows.select(and(columns(resolver.key()), col(resolver.ordering()).as("_incoming")))
        .join(existing, names(resolver.key()), "inner")
        .groupBy(columns(resolver.key(), "_present", "_present_file"))
        .agg(max("_incoming").as("_newest"));
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

  private static scala.collection.immutable.Seq<String> names(List<String> names) {
    return Scala.seq(names);
  }
}
