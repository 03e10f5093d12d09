package io.sluice.refine;

import static io.sluice.engine.Columns.named;
import static org.apache.spark.sql.functions.broadcast;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lag;
import static org.apache.spark.sql.functions.last;
import static org.apache.spark.sql.functions.lead;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.not;
import static org.apache.spark.sql.functions.row_number;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.when;

import io.sluice.contract.Contract;
import io.sluice.engine.Scala;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.expressions.Window;
import org.apache.spark.sql.expressions.WindowSpec;

/**
 * Finds what whole deliveries have changed: the rows that say something new, and those that are
 * gone. Pure.
 *
 * <p>A row is a version if the delivery before it lacked its key or said something else of it. A
 * key that a delivery lacks and the one before had is deleted when that delivery was complete; one
 * whose record is in quarantine is not lacking.
 */
final class HistoryDeliveries {
  /** When the next delivery of a row's scope was complete; null if none is known. */
  static final String NEXT = "_next_at";

  /** Whether a row of a known key is in quarantine. */
  static final String BROKEN = "_broken";

  private final Contract contract;

  HistoryDeliveries(Contract contract) {
    this.contract = contract;
  }

  /**
   * The versions among the rows of some deliveries.
   *
   * @param rows with silver's columns, {@code _deleted}, and whether a row is {@link #BROKEN}: of
   *     such a key nobody knows what the delivery says, and what held before goes on
   * @param deliveries for each scope and time the delivery that counts: the scope's columns, {@code
   *     _arrived_at}, {@code _delivery}, and {@link #NEXT}
   * @param before the versions that were the last of their keys before all of these, in silver's
   *     columns; none of them a deletion
   */
  Dataset<Row> versions(Dataset<Row> rows, Dataset<Row> deliveries, Dataset<Row> before) {
    String[] columns = before.columns();
    List<String> delivered = new ArrayList<>(contract.changes().scope());
    delivered.add(Contract.ARRIVED_AT);
    delivered.add(Refiner.DELIVERY);
    Dataset<Row> here =
        rows.join(broadcast(deliveries), Scala.seq(delivered), "inner")
            .withColumn(
                "_nth",
                row_number()
                    .over(
                        byKey(col(Contract.ARRIVED_AT))
                            .orderBy(
                                col(BROKEN).asc(),
                                named(contract.ordering()).desc(),
                                col("_file").asc(),
                                col("_position").asc())))
            .where(col("_nth").equalTo(1))
            .drop("_nth", Refiner.DELETED)
            .withColumn(HistoryVersions.STORED, lit(false));
    Dataset<Row> all =
        here.unionByName(
            followed(before, deliveries)
                .withColumn(BROKEN, lit(false))
                .withColumn(HistoryVersions.STORED, lit(true)));
    Column at = col(Contract.ARRIVED_AT);
    WindowSpec inOrder = byKey().orderBy(at.asc());
    // A span is a number of deliveries without one between them that lacks the key.
    WindowSpec span = byKey(col("_span")).orderBy(at.asc());
    Column content = RowContent.of(contract).column(before.schema());
    Dataset<Row> told =
        all.withColumn("_gap", when(lag(NEXT, 1).over(inOrder).eqNullSafe(at), 0).otherwise(1))
            .withColumn("_following", lead(Contract.ARRIVED_AT, 1).over(inOrder))
            .withColumn("_span", sum("_gap").over(inOrder))
            .withColumn(RowContent.COLUMN, when(not(col(BROKEN)), content))
            .withColumn(
                "_said",
                last(col(RowContent.COLUMN), true)
                    .over(span.rowsBetween(Window.unboundedPreceding(), Window.currentRow())))
            .withColumn("_said_before", lag("_said", 1).over(span));
    Dataset<Row> said =
        told.where(
                not(col(HistoryVersions.STORED))
                    .and(not(col(BROKEN)))
                    .and(not(col("_said_before").eqNullSafe(col(RowContent.COLUMN)))))
            .withColumn(Refiner.DELETED, lit(false));
    Dataset<Row> gone =
        told.where(
            col(NEXT)
                .isNotNull()
                .and(not(col("_following").eqNullSafe(col(NEXT))))
                .and(col("_said").isNotNull()));
    return said.select(named(List.of(columns), col(Refiner.DELETED)))
        .unionByName(ends(gone, columns));
  }

  /** Stored versions with the time of the first delivery that came after them. */
  private Dataset<Row> followed(Dataset<Row> before, Dataset<Row> deliveries) {
    List<String> scope = contract.changes().scope();
    Column[] scopes = named(scope);
    Dataset<Row> first = deliveries.groupBy(scopes).agg(min(Contract.ARRIVED_AT).as(NEXT));
    return scope.isEmpty()
        ? before.crossJoin(broadcast(first))
        : before.join(broadcast(first), Scala.seq(scope), "inner");
  }

  /** Rows as the deletions that end them: of what they say only the key is left. */
  private Dataset<Row> ends(Dataset<Row> gone, String[] columns) {
    Set<String> kept = new HashSet<>(contract.keyColumns());
    List<Column> ends = new ArrayList<>();
    for (String name : columns) {
      Column column = named(name);
      if (name.equals(Contract.ARRIVED_AT)) {
        ends.add(col(NEXT).as(name));
      } else if (kept.contains(name)) {
        ends.add(column);
      } else {
        ends.add(lit(null).cast(gone.schema().apply(name).dataType()).as(name));
      }
    }
    ends.add(lit(true).as(Refiner.DELETED));
    return gone.select(ends.toArray(Column[]::new));
  }

  private WindowSpec byKey(Column... more) {
    return Window.partitionBy(named(contract.keyColumns(), more));
  }
}
