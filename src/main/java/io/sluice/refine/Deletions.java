package io.sluice.refine;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;

import io.sluice.contract.Contract;
import io.sluice.contract.Field;
import io.sluice.table.Checkpoint;
import io.sluice.table.TableSpec;
import io.sluice.table.TableTransaction;
import java.sql.Date;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * What the table {@code silver.<source>_deleted} holds: the keys of deleted rows, each with the
 * version that deleted it, so that an older one that arrives later does not bring the row back.
 *
 * @param table the transaction on it
 * @param handled the bronze version that silver has handled: rows of later batches do not count
 */
record Deletions(Contract contract, TableTransaction table, long handled) {
  /** The ordering value of a deletion, beside rows. */
  static final String AT = "_deleted_at";

  /** How it is declared. */
  static TableSpec spec(Contract contract, StructType silver) {
    StructType schema = new StructType();
    for (String name : columns(contract)) {
      schema = schema.add(silver.apply(name));
    }
    schema = schema.add("batch", DataTypes.LongType, true, "The bronze version its batch reached.");
    TableSpec spec =
        new TableSpec(
            "Keys of deleted rows of " + contract.id() + ", with the version that deleted each.",
            schema,
            contract.partition().map(field -> List.of(field.name())).orElse(List.of()),
            Stream.concat(contract.statsColumns().stream(), Stream.of("batch")).toList(),
            Map.of("sluice.contract.version", contract.version()));
    return contract.topics().isEmpty() ? spec : spec.oftenCommitted();
  }

  private static List<String> columns(Contract contract) {
    return Stream.of(
            contract.keyColumns().stream(),
            Stream.of(contract.ordering()),
            Stream.of("_file", "_position", "_arrived_at"))
        .flatMap(names -> names)
        .distinct()
        .toList();
  }

  /** Adds the deletions among resolved rows. */
  void add(Dataset<Row> deleted, long batch) {
    List<Column> columns = new ArrayList<>();
    columns(contract).forEach(name -> columns.add(col("`" + name + "`")));
    columns.add(lit(batch).as("batch"));
    table.append(deleted.select(columns.toArray(Column[]::new)).coalesce(1));
  }

  /** All that is held of some days. */
  Dataset<Row> rows(List<Date> days) {
    return files(days).rows().where(col("batch").leq(handled));
  }

  private TableTransaction.Files files(List<Date> days) {
    return contract
        .partition()
        .map(Field::name)
        .map(day -> table.files(col("`" + day + "`").isin(days.toArray())))
        .orElseGet(table::files);
  }

  /** Whether it holds rows of a batch that silver has not published. */
  boolean isPending() {
    return table.checkpoint(Checkpoint.REFINED) > handled;
  }

  /**
   * Publishes what has been added, without what a fenced driver has left.
   *
   * @param until the bronze version that the batch reaches
   * @return the version; empty if nothing has been added
   */
  OptionalLong publish(String rowCounts, long until) {
    if (table.isEmpty()) {
      return OptionalLong.empty();
    }
    if (isPending()) {
      table.discard(col("batch").gt(handled));
    }
    return OptionalLong.of(
        table.checkpoint(Checkpoint.REFINED, until).publish(SaveMode.Append, rowCounts));
  }

  /**
   * Each key of some days with the greatest version that deleted it, as {@link #AT}; empty if
   * nothing is held of these days.
   */
  Optional<Dataset<Row>> newest(List<Date> days) {
    Column[] key =
        contract.keyColumns().stream().map(name -> col("`" + name + "`")).toArray(Column[]::new);
    return files(days).isEmpty()
        ? Optional.empty()
        : Optional.of(
            rows(days).groupBy(key).agg(max(col("`" + contract.ordering() + "`")).as(AT)));
  }
}
