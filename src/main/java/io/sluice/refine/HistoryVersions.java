package io.sluice.refine;

import static io.sluice.engine.Columns.named;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lead;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.not;
import static org.apache.spark.sql.functions.row_number;
import static org.apache.spark.sql.functions.when;

import io.sluice.contract.Contract;
import io.sluice.table.TableSpec;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.expressions.Window;
import org.apache.spark.sql.expressions.WindowSpec;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * Says from when to when each version of a key holds. Pure.
 *
 * <p>A version holds from its own time to that of the next one in order; a deletion is a version
 * that holds for no time. Of equal versions the stored one is kept, else the one that arrived
 * first, as {@link KeyResolver} has it. So the same versions give the same history in whatever
 * order they come.
 *
 * @param key the key's columns
 * @param ordering the column that tells versions apart
 * @param validFrom the column that tells from when a version holds; where it is null, a version
 *     holds from when it arrived
 */
record HistoryVersions(List<String> key, String ordering, String validFrom) {
  static final String FROM = "valid_from";
  static final String TO = "valid_to";
  static final String CURRENT = "is_current";

  /** Whether no later version of the key is known. */
  static final String LAST = "_last";

  /** Whether a version is in the table already. */
  static final String STORED = "_stored";

  /** Of a stored version, whether it has to be written anew. */
  static final String CHANGED = "_changed";

  /** The versions of a contract's rows. */
  static HistoryVersions of(Contract contract) {
    return new HistoryVersions(
        contract.keyColumns(),
        contract.changes().isReplace() ? Contract.ARRIVED_AT : contract.ordering(),
        contract.validFrom());
  }

  /** A table's columns, without whether a row is deleted. */
  static List<String> columns(StructType silver) {
    return Arrays.stream(silver.fieldNames())
        .filter(name -> !name.equals(Refiner.DELETED))
        .toList();
  }

  /** How the history of a table is declared. */
  static TableSpec spec(Contract contract, StructType silver) {
    StructType schema = new StructType();
    for (String name : columns(silver)) {
      schema = schema.add(silver.apply(name));
    }
    for (StructField field :
        List.of(
            commented(FROM, "From when the version holds."),
            commented(TO, "Until when, exclusively; null while it holds."))) {
      schema = schema.add(field);
    }
    schema =
        schema
            .add(CURRENT, DataTypes.BooleanType, true, "Whether it is the version that silver has.")
            .add(
                Refiner.DELETED,
                DataTypes.BooleanType,
                true,
                "Whether it says that the row is gone: it holds for no time.")
            .add(
                LAST, DataTypes.BooleanType, true, "Whether no later version of the key is known.");
    return new TableSpec(
        "The versions of " + contract.id() + ", each with the time in which it held.",
        schema,
        Stream.concat(contract.partition().stream().map(field -> field.name()), Stream.of(LAST))
            .toList(),
        Stream.concat(contract.statsColumns().stream(), Stream.of(FROM, TO)).toList(),
        Map.of(TableSpec.CONTRACT_VERSION, contract.version()),
        SilverTable.origin(contract));
  }

  private static StructField commented(String name, String comment) {
    return DataTypes.createStructField(name, DataTypes.TimestampType, true).withComment(comment);
  }

  /**
   * Each version once, with its times, {@link #CURRENT}, {@link #LAST} and {@link #CHANGED}.
   *
   * @param versions all versions of some keys, with {@code _deleted} and {@link #STORED}; those
   *     that are stored with their times
   */
  Dataset<Row> resolve(Dataset<Row> versions) {
    Column version = named(ordering);
    WindowSpec equal =
        Window.partitionBy(named(key, version))
            .orderBy(
                col(STORED).desc(),
                col("_arrived_at").asc(),
                col("_file").asc(),
                col("_position").asc());
    WindowSpec inOrder = Window.partitionBy(named(key)).orderBy(version.asc());
    Column from =
        coalesce(named(validFrom).cast(DataTypes.TimestampType), col(Contract.ARRIVED_AT));
    return versions
        .withColumn("_equal", row_number().over(equal))
        .where(col("_equal").equalTo(1))
        .drop("_equal")
        .withColumn("_from", from)
        .withColumn("_next", lead("_from", 1).over(inOrder))
        .withColumn("_is_last", lead(lit(true), 1).over(inOrder).isNull())
        .withColumn("_to", when(col(Refiner.DELETED), col("_from")).otherwise(col("_next")))
        .withColumn(
            CHANGED,
            col(STORED)
                .and(
                    not(col("_from").eqNullSafe(col(FROM)))
                        .or(not(col("_to").eqNullSafe(col(TO))))
                        .or(not(col("_is_last").eqNullSafe(col(LAST))))))
        .withColumn(FROM, col("_from"))
        .withColumn(TO, col("_to"))
        .withColumn(LAST, col("_is_last"))
        .withColumn(CURRENT, col(LAST).and(not(col(Refiner.DELETED))))
        .drop("_from", "_to", "_next", "_is_last");
  }
}
