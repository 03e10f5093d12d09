package io.sluice.refine;

import static io.sluice.engine.Columns.and;
import static io.sluice.engine.Columns.named;
import static org.apache.spark.sql.functions.broadcast;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.struct;

import io.sluice.contract.Contract;
import io.sluice.engine.Scala;
import java.sql.Timestamp;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BinaryOperator;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * The deliveries that some rows come of, for each scope that they hold rows of.
 *
 * @param schema that of the rows
 */
record ScopeDeliveries(Contract contract, StructType schema, List<Arrived> all) {
  /** A table without scopes has one: the value 0 of this column. */
  static final String ONE = "_scope";

  /** A delivery of a scope; the greater one is newer. */
  record Version(Timestamp at, String delivery) {
    static final Comparator<Version> ORDER =
        Comparator.comparing(Version::at).thenComparing(Version::delivery);
  }

  /** How many rows of a scope a delivery brought. */
  record Arrived(List<Object> scope, Version version, long rows) {}

  /**
   * Those of valid rows. Cost: one pass over them.
   *
   * @param valid with the contract's fields, {@code _arrived_at} and {@code _delivery}
   */
  static ScopeDeliveries of(Contract contract, Dataset<Row> valid) {
    Dataset<Row> counted =
        valid
            .withColumn(ONE, lit(0))
            .groupBy(and(scope(contract), col("_arrived_at"), delivery().as(Refiner.DELIVERY)))
            .agg(count(lit(1)));
    return new ScopeDeliveries(contract, valid.schema(), arrived(contract, counted));
  }

  /** The newest of each scope among the rows of a table. Cost: one pass over them. */
  static List<Arrived> newest(Contract contract, Dataset<Row> rows) {
    Column newest = struct(col("_arrived_at"), delivery().as(Refiner.DELIVERY));
    return arrived(
        contract,
        rows.withColumn(ONE, lit(0))
            .groupBy(scope(contract))
            .agg(max(newest).as("_held"), count(lit(1)).as("_rows"))
            .select(
                and(
                    scope(contract),
                    col("_held._arrived_at"),
                    col("_held._delivery"),
                    col("_rows"))));
  }

  private static List<Arrived> arrived(Contract contract, Dataset<Row> counted) {
    int scopes = scopes(contract).size();
    List<Arrived> arrived = new ArrayList<>();
    for (Row row : counted.collectAsList()) {
      List<Object> scope = new ArrayList<>();
      for (int i = 0; i < scopes; i++) {
        scope.add(row.get(i));
      }
      Version version = new Version(row.getTimestamp(scopes), row.getString(scopes + 1));
      arrived.add(new Arrived(scope, version, row.getLong(scopes + 2)));
    }
    return arrived;
  }

  /** Rows from before deliveries were told apart are older than any delivery of a file. */
  static Column delivery() {
    return coalesce(col(Refiner.DELIVERY), lit(""));
  }

  private static Column[] scope(Contract contract) {
    return named(scopes(contract));
  }

  /** The columns that tell a scope. */
  static List<String> scopes(Contract contract) {
    List<String> fields = contract.changes().scope();
    return fields.isEmpty() ? List.of(ONE) : fields;
  }

  /** Their types. */
  StructType scopeType() {
    StructType type = new StructType();
    for (String name : scopes(contract)) {
      type =
          type.add(
              name.equals(ONE)
                  ? DataTypes.createStructField(ONE, DataTypes.IntegerType, true)
                  : schema.apply(name));
    }
    return type;
  }

  /** A row of a scope's values and others. */
  static Row row(List<Object> scope, Object... more) {
    return RowFactory.create(Stream.concat(scope.stream(), Arrays.stream(more)).toArray());
  }

  /**
   * Those of some rows whose delivery is newer than the one a table holds of its scope, with {@link
   * BrokenKeys#RANK} and {@link BrokenKeys#NEWS}.
   *
   * @param present the delivery that the table holds of a scope
   */
  Dataset<Row> ranked(Dataset<Row> rows, Map<List<Object>, Version> present) {
    List<Row> ranks = new ArrayList<>();
    news(present)
        .forEach(
            (scope, versions) -> {
              int rank = 0;
              for (Version version : versions) {
                ranks.add(row(scope, version.at, version.delivery, rank++, versions.size()));
              }
            });
    StructType type =
        scopeType()
            .add(Contract.ARRIVED_AT, DataTypes.TimestampType)
            .add(Refiner.DELIVERY, DataTypes.StringType)
            .add(BrokenKeys.RANK, DataTypes.IntegerType)
            .add(BrokenKeys.NEWS, DataTypes.IntegerType);
    List<String> delivered = new ArrayList<>(scopes(contract));
    delivered.add(Contract.ARRIVED_AT);
    delivered.add(Refiner.DELIVERY);
    return rows.withColumn(ONE, lit(0))
        .withColumn(Refiner.DELIVERY, delivery())
        .join(
            broadcast(rows.sparkSession().createDataFrame(ranks, type)),
            Scala.seq(delivered),
            "inner")
        .drop(ONE);
  }

  /** Whether a table lacks more than one delivery of some scope. */
  boolean hasSeveral(Map<List<Object>, Version> present) {
    return news(present).values().stream().anyMatch(versions -> versions.size() > 1);
  }

  /** Of each scope the deliveries that the table lacks, the newest first. */
  private Map<List<Object>, TreeSet<Version>> news(Map<List<Object>, Version> present) {
    Map<List<Object>, TreeSet<Version>> news = new HashMap<>();
    for (Arrived one : all) {
      Version known = present.get(one.scope);
      if (known == null || Version.ORDER.compare(one.version, known) > 0) {
        news.computeIfAbsent(one.scope, first -> new TreeSet<>(Version.ORDER.reversed()))
            .add(one.version);
      }
    }
    return news;
  }

  /**
   * For each scope and time the delivery that counts then, of those of the rows: the scope's
   * columns, {@code _arrived_at}, {@code _delivery}, and when the next one was complete ({@link
   * HistoryDeliveries#NEXT}).
   */
  Dataset<Row> byTime(SparkSession spark) {
    Map<List<Object>, TreeMap<Timestamp, String>> byScope = new HashMap<>();
    all.forEach(
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
    return all.stream().map(one -> one.version.at).min(Comparator.naturalOrder());
  }

  /** When the newest was. */
  Optional<Timestamp> newest() {
    return all.stream().map(one -> one.version.at).max(Comparator.naturalOrder());
  }
}
