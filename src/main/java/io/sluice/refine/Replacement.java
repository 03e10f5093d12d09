package io.sluice.refine;

import static io.sluice.engine.Columns.named;
import static io.sluice.refine.ScopeDeliveries.ONE;
import static io.sluice.refine.ScopeDeliveries.delivery;
import static org.apache.spark.sql.functions.broadcast;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.not;
import static org.apache.spark.sql.functions.when;

import io.sluice.contract.Contract;
import io.sluice.engine.Scala;
import io.sluice.refine.ScopeDeliveries.Version;
import io.sluice.table.TableTransaction;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BinaryOperator;
import java.util.function.Predicate;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * Decides which delivery is the truth of each scope that some rows belong to, and takes the rows of
 * the others out of a table.
 *
 * <p>A scope is a combination of values of the contract's scope fields; without any the whole table
 * is one. Of a scope's deliveries the one that was complete last is kept; of several at one time
 * the one of the greatest name. So the same deliveries give the same table in whatever order they
 * are refined.
 *
 * <p>Cost: one pass over the rows to find their scopes; of the table the files that may hold rows
 * of these scopes, in three columns and the scope's, twice; whole only those that hold rows to take
 * out beside rows to keep. The driver holds a row for each scope and delivery of the batch.
 */
final class Replacement {
  private static final String AT = "_kept_at";
  private static final String KEPT = "_kept_delivery";

  private static final String STALE = "_stale";
  private static final String PATH = "_path";

  private final Contract contract;
  private final ScopeDeliveries arrived;
  private final Map<List<Object>, Version> kept = new HashMap<>();

  /** Scopes of which the table holds the delivery kept already. */
  private final Set<List<Object>> held = new HashSet<>();

  /** The delivery that the table holds of a scope. */
  private final Map<List<Object>, Version> present = new HashMap<>();

  private Optional<BrokenKeys> broken = Optional.empty();

  /**
   * What has been done to a table.
   *
   * @param removed how many rows of other deliveries were taken out
   * @param present the files that may hold rows of the scopes now
   */
  record Result(long removed, TableTransaction.Files present) {}

  private Replacement(Contract contract, ScopeDeliveries arrived) {
    this.contract = contract;
    this.arrived = arrived;
    arrived
        .all()
        .forEach(
            one -> kept.merge(one.scope(), one.version(), BinaryOperator.maxBy(Version.ORDER)));
  }

  /**
   * Finds the scopes of valid rows, and the newest delivery of each among them.
   *
   * @param valid with the contract's fields, {@code _arrived_at} and {@code _delivery}
   */
  static Replacement of(Contract contract, Dataset<Row> valid) {
    return new Replacement(contract, ScopeDeliveries.of(contract, valid));
  }

  /**
   * Which files of a table may hold rows of the scopes, by what its log says of them.
   *
   * @return one condition for each field of the scope
   */
  private Column[] conditions() {
    List<String> fields = contract.changes().scope();
    Column[] conditions = new Column[fields.size()];
    for (int i = 0; i < conditions.length; i++) {
      int at = i;
      Object[] values = kept.keySet().stream().map(scope -> scope.get(at)).distinct().toArray();
      conditions[i] = named(fields.get(i)).isin(values);
    }
    return conditions;
  }

  /** Takes note of the deliveries that a table holds of the scopes. */
  TableTransaction.Files among(TableTransaction table) {
    TableTransaction.Files files = files(table);
    among(files);
    return files;
  }

  /** The same of files at hand. */
  void among(TableTransaction.Files files) {
    if (files.isEmpty() || kept.isEmpty()) {
      return;
    }
    for (ScopeDeliveries.Arrived newest : ScopeDeliveries.newest(contract, files.rows())) {
      Version arrived = kept.get(newest.scope());
      if (arrived != null) {
        present.put(newest.scope(), newest.version());
        if (Version.ORDER.compare(newest.version(), arrived) >= 0) {
          kept.put(newest.scope(), newest.version());
          held.add(newest.scope());
        }
      }
    }
  }

  /**
   * Lets rows of older deliveries stay whose key the newer ones have in broken rows only: what
   * these say of them nobody knows, and not that they are gone. To be called when the table's
   * deliveries are known.
   *
   * @param judged all rows; broken ones of which the key cannot be read spare none
   */
  Replacement sparing(Dataset<Row> judged) {
    if (!contract.isKeyless()) {
      broken = Optional.of(BrokenKeys.of(contract, arrived.ranked(judged, present)));
    }
    return this;
  }

  /** Whether a row may stay though a newer delivery of the batch has come. */
  private boolean mayStay() {
    return broken.isPresent() && arrived.hasSeveral(present);
  }

  /** How many of the valid rows neither belong to the deliveries kept nor stay. */
  long superseded(Dataset<Row> valid) {
    long older =
        arrived.all().stream()
            .filter(one -> !kept.get(one.scope()).equals(one.version()))
            .mapToLong(ScopeDeliveries.Arrived::rows)
            .sum();
    return older > 0 && mayStay() ? older - staying(valid).count() : older;
  }

  /** Those of some rows of the scopes that belong to the deliveries kept, or stay beside them. */
  Dataset<Row> current(Dataset<Row> rows) {
    Dataset<Row> current = marked(rows, "inner").where(not(col(STALE))).drop(ONE, AT, KEPT, STALE);
    return mayStay() ? current.unionByName(staying(rows)) : current;
  }

  private Dataset<Row> staying(Dataset<Row> rows) {
    return broken
        .orElseThrow()
        .staying(marked(rows, "inner").where(STALE))
        .drop(ONE, AT, KEPT, STALE);
  }

  /**
   * Takes the rows of older deliveries out of a table, of scopes that a newer one has come of.
   *
   * @param files those of the table that may hold rows of the scopes
   */
  Result takeOut(TableTransaction table, TableTransaction.Files files) {
    if (files.isEmpty() || held.containsAll(kept.keySet())) {
      return new Result(0, files);
    }
    Set<String> gone = new HashSet<>();
    Set<String> parted = new HashSet<>();
    Set<String> whole = new HashSet<>();
    long removed = 0;
    for (Row row :
        stale(files.rows().withColumn(PATH, col("_metadata.file_path")))
            .groupBy(PATH)
            .agg(count(when(col(STALE), 1)), count(lit(1)))
            .collectAsList()) {
      long stale = row.getLong(1);
      removed += stale;
      Set<String> where = stale == 0 ? whole : stale == row.getLong(2) ? gone : parted;
      where.add(row.getString(0));
    }
    TableTransaction.Files rewritten = files.at(parted);
    if (!rewritten.isEmpty()) {
      table.append(stale(rewritten.rows()).where(not(col(STALE))).drop(ONE, AT, KEPT, STALE));
    }
    table.remove(rewritten).remove(files.at(gone));
    return new Result(removed, files.at(whole).and(table.stagedFiles()));
  }

  /** The deliveries that the rows come of. */
  ScopeDeliveries arrived() {
    return arrived;
  }

  /** The files of a table that may hold rows of the scopes. */
  TableTransaction.Files files(TableTransaction table) {
    return table.files(conditions());
  }

  /** Those of some rows that belong to the scopes. */
  Dataset<Row> within(Dataset<Row> rows) {
    return marked(rows, "inner").drop(ONE, AT, KEPT, STALE);
  }

  /** Those that belong to others. */
  Dataset<Row> beside(Dataset<Row> rows) {
    return marked(rows, "left_outer").where(col(AT).isNull()).drop(ONE, AT, KEPT, STALE);
  }

  /** Rows of the table with whether they are to leave. */
  private Dataset<Row> stale(Dataset<Row> rows) {
    Dataset<Row> marked =
        marked(rows, "left_outer", kept(scope -> !held.contains(scope)))
            .withColumn(STALE, coalesce(col(STALE), lit(false)));
    return broken
        .map(
            keys ->
                keys.marked(marked, "_stays")
                    .withColumn(STALE, col(STALE).and(not(col("_stays"))))
                    .drop("_stays"))
        .orElse(marked);
  }

  /** Rows with the delivery that is kept of their scope, and whether theirs is another. */
  private Dataset<Row> marked(Dataset<Row> rows, String join) {
    return marked(rows, join, kept(scope -> true));
  }

  private Dataset<Row> marked(Dataset<Row> rows, String join, List<Row> deliveries) {
    StructType type =
        arrived.scopeType().add(AT, DataTypes.TimestampType).add(KEPT, DataTypes.StringType);
    Dataset<Row> told = rows.sparkSession().createDataFrame(deliveries, type);
    Column isKept = col("_arrived_at").equalTo(col(AT)).and(delivery().equalTo(col(KEPT)));
    return rows.withColumn(ONE, lit(0))
        .join(broadcast(told), Scala.seq(ScopeDeliveries.scopes(contract)), join)
        .withColumn(STALE, not(isKept));
  }

  private List<Row> kept(Predicate<List<Object>> wanted) {
    List<Row> rows = new ArrayList<>();
    kept.forEach(
        (scope, version) -> {
          if (wanted.test(scope)) {
            rows.add(ScopeDeliveries.row(scope, version.at(), version.delivery()));
          }
        });
    return rows;
  }
}
