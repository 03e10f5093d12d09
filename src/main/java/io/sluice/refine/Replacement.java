package io.sluice.refine;

import static io.sluice.engine.Columns.and;
import static io.sluice.engine.Columns.named;
import static org.apache.spark.sql.functions.broadcast;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.not;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.when;

import io.sluice.contract.Contract;
import io.sluice.engine.Scala;
import io.sluice.table.TableTransaction;
import java.sql.Timestamp;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BinaryOperator;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
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

  /** A table without scopes has one. */
  private static final String ONE = "_scope";

  private static final String STALE = "_stale";
  private static final String PATH = "_path";

  private final Contract contract;
  private final List<Arrived> arrived;
  private final StructType schema;
  private final Map<List<Object>, Version> kept = new HashMap<>();

  /** Scopes of which the table holds the delivery kept already. */
  private final Set<List<Object>> held = new HashSet<>();

  private Optional<Dataset<Row>> spared = Optional.empty();

  /** A delivery of a scope; the greater one is kept. */
  private record Version(Timestamp at, String delivery) {
    private static final Comparator<Version> ORDER =
        Comparator.comparing(Version::at).thenComparing(Version::delivery);
  }

  /** How many rows of a scope a delivery brought. */
  private record Arrived(List<Object> scope, Version version, long rows) {}

  /**
   * What has been done to a table.
   *
   * @param removed how many rows of other deliveries were taken out
   * @param present the files that may hold rows of the scopes now
   */
  record Result(long removed, TableTransaction.Files present) {}

  private Replacement(Contract contract, StructType schema, List<Arrived> arrived) {
    this.contract = contract;
    this.schema = schema;
    this.arrived = arrived;
    arrived.forEach(one -> kept.merge(one.scope, one.version, BinaryOperator.maxBy(Version.ORDER)));
  }

  /**
   * Finds the scopes of valid rows, and the newest delivery of each among them.
   *
   * @param valid with the contract's fields, {@code _arrived_at} and {@code _delivery}
   */
  static Replacement of(Contract contract, Dataset<Row> valid) {
    int scopes = scope(contract).length;
    List<Arrived> arrived = new ArrayList<>();
    for (Row row :
        valid
            .withColumn(ONE, lit(0))
            .groupBy(and(scope(contract), col("_arrived_at"), delivery().as(Refiner.DELIVERY)))
            .agg(count(lit(1)))
            .collectAsList()) {
      arrived.add(new Arrived(scope(row, scopes), version(row, scopes), row.getLong(scopes + 2)));
    }
    return new Replacement(contract, valid.schema(), arrived);
  }

  /** Rows from before deliveries were told apart are older than any delivery of a file. */
  private static Column delivery() {
    return coalesce(col(Refiner.DELIVERY), lit(""));
  }

  private static Column[] scope(Contract contract) {
    List<String> fields = contract.changes().scope();
    return named(fields.isEmpty() ? List.of(ONE) : fields);
  }

  private static List<Object> scope(Row row, int scopes) {
    List<Object> scope = new ArrayList<>();
    for (int i = 0; i < scopes; i++) {
      scope.add(row.get(i));
    }
    return scope;
  }

  private static Version version(Row row, int at) {
    return new Version(row.getTimestamp(at), row.getString(at + 1));
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
    int scopes = scope(contract).length;
    Column newest = struct(col("_arrived_at"), delivery().as(Refiner.DELIVERY));
    for (Row row :
        files
            .rows()
            .withColumn(ONE, lit(0))
            .groupBy(scope(contract))
            .agg(max(newest).as("_held"))
            .select(and(scope(contract), col("_held._arrived_at"), col("_held._delivery")))
            .collectAsList()) {
      List<Object> scope = scope(row, scopes);
      Version version = version(row, scopes);
      Version arrived = kept.get(scope);
      if (arrived != null && Version.ORDER.compare(version, arrived) >= 0) {
        kept.put(scope, version);
        held.add(scope);
      }
    }
  }

  /**
   * Lets rows of older deliveries stay whose key the newest one has in a broken row only: what it
   * says of them nobody knows, and not that they are gone.
   *
   * @param broken rows as judged; those of which the key cannot be read spare none
   */
  Replacement sparing(Dataset<Row> broken, Dataset<Row> valid) {
    if (!contract.isKeyless()) {
      spared = Optional.of(keys(current(broken)).distinct().except(keys(current(valid))));
    }
    return this;
  }

  private Dataset<Row> keys(Dataset<Row> rows) {
    return rows.select(named(contract.keyColumns()));
  }

  /** How many of the rows belong to deliveries that are older than those kept. */
  long superseded() {
    return arrived.stream()
        .filter(one -> !kept.get(one.scope).equals(one.version))
        .mapToLong(Arrived::rows)
        .sum();
  }

  /** Those of some rows of the scopes that belong to the deliveries kept. */
  Dataset<Row> current(Dataset<Row> rows) {
    return marked(rows, "inner").where(not(col(STALE))).drop(ONE, AT, KEPT, STALE);
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

  /**
   * For each scope and time the delivery that counts then, of those of the rows: the scope's
   * columns, {@code _arrived_at}, {@code _delivery}, and when the next one was complete ({@link
   * HistoryDeliveries#NEXT}).
   */
  Dataset<Row> deliveries(SparkSession spark) {
    Map<List<Object>, TreeMap<Timestamp, String>> byScope = new HashMap<>();
    arrived.forEach(
        one ->
            byScope
                .computeIfAbsent(one.scope, first -> new TreeMap<>())
                .merge(
                    one.version.at,
                    one.version.delivery,
                    BinaryOperator.maxBy(Comparator.naturalOrder())));
    List<Row> rows = new ArrayList<>();
    byScope.forEach(
        (scope, times) ->
            times.forEach(
                (at, delivery) ->
                    rows.add(
                        row(
                            contract.changes().scope().isEmpty() ? List.of() : scope,
                            at,
                            delivery,
                            times.higherKey(at)))));
    StructType type = new StructType();
    for (String name : contract.changes().scope()) {
      type = type.add(schema.apply(name));
    }
    return spark.createDataFrame(
        rows,
        type.add(Contract.ARRIVED_AT, DataTypes.TimestampType)
            .add(Refiner.DELIVERY, DataTypes.StringType)
            .add(HistoryDeliveries.NEXT, DataTypes.TimestampType));
  }

  /** When the oldest of the rows' deliveries was complete; empty if there are no rows. */
  Optional<Timestamp> oldest() {
    return arrived.stream().map(one -> one.version.at).min(Comparator.naturalOrder());
  }

  /** When the newest was. */
  Optional<Timestamp> newest() {
    return arrived.stream().map(one -> one.version.at).max(Comparator.naturalOrder());
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
    return spared
        .map(
            keys ->
                marked
                    .join(
                        broadcast(keys.withColumn("_spared", lit(true))),
                        Scala.seq(contract.keyColumns()),
                        "left_outer")
                    .withColumn(STALE, col(STALE).and(col("_spared").isNull()))
                    .drop("_spared"))
        .orElse(marked);
  }

  /** Rows with the delivery that is kept of their scope, and whether theirs is another. */
  private Dataset<Row> marked(Dataset<Row> rows, String join) {
    return marked(rows, join, kept(scope -> true));
  }

  private Dataset<Row> marked(Dataset<Row> rows, String join, List<Row> deliveries) {
    List<String> names =
        contract.changes().scope().isEmpty() ? List.of(ONE) : contract.changes().scope();
    return rows.withColumn(ONE, lit(0))
        .join(broadcast(keptRows(rows, names, deliveries)), Scala.seq(names), join)
        .withColumn(
            STALE, not(col("_arrived_at").equalTo(col(AT)).and(delivery().equalTo(col(KEPT)))));
  }

  private List<Row> kept(Predicate<List<Object>> wanted) {
    List<Row> rows = new ArrayList<>();
    kept.forEach(
        (scope, version) -> {
          if (wanted.test(scope)) {
            rows.add(row(scope, version.at, version.delivery));
          }
        });
    return rows;
  }

  private Dataset<Row> keptRows(Dataset<Row> rows, List<String> names, List<Row> deliveries) {
    StructType type = new StructType();
    for (String name : names) {
      type =
          type.add(
              name.equals(ONE)
                  ? DataTypes.createStructField(ONE, DataTypes.IntegerType, true)
                  : schema.apply(name));
    }
    type = type.add(AT, DataTypes.TimestampType).add(KEPT, DataTypes.StringType);
    return rows.sparkSession().createDataFrame(deliveries, type);
  }

  private static Row row(List<Object> scope, Object... more) {
    return RowFactory.create(Stream.concat(scope.stream(), Arrays.stream(more)).toArray());
  }
}
