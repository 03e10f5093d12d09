package io.sluice.refine;

import static io.sluice.engine.Columns.named;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;

import io.sluice.contract.Contract;
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
 * version that deleted it, so that an older one that arrives later does not bring the row back. A
 * row without a key has deleted all up to its version.
 *
 * @param silver the table that the rows were in
 * @param table the transaction on the deletions
 * @param handled the bronze version that silver has handled: rows of later batches do not count
 */
record Deletions(SilverTable silver, TableTransaction table, long handled) {
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
            "Keys of deleted rows of "
                + contract.id()
                + ", with the version that deleted each; without a key, that deleted all.",
            schema,
            contract.partition().map(field -> List.of(field.name())).orElse(List.of()),
            Stream.concat(contract.statsColumns().stream(), Stream.of("batch")).toList(),
            Map.of(TableSpec.CONTRACT_VERSION, contract.version()),
            SilverTable.origin(contract));
    return contract.topics().isEmpty() ? spec : spec.oftenCommitted();
  }

  /**
   * Up to where all rows have ended at once, by what is remembered and by new rows. Cost: a job
   * over the files that may hold truncations, if there are any.
   *
   * @param news the greatest ordering value of the new truncations; null for none
   */
  Truncation truncation(Object news) {
    Contract contract = silver.contract();
    Column ended = Truncation.isTruncation(contract);
    TableTransaction.Files files =
        contract
            .partition()
            .map(day -> table.files(col(day.name()).isNull()))
            .orElseGet(() -> table.files(ended));
    Object held =
        files.isEmpty()
            ? null
            : Truncation.newest(contract, files.rows().where(col("batch").leq(handled)));
    return new Truncation(contract.keyColumns().get(0), held, news);
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
    columns(silver.contract()).forEach(name -> columns.add(named(name)));
    columns.add(lit(batch).as("batch"));
    table.append(deleted.select(columns.toArray(Column[]::new)).coalesce(1));
  }

  /** Whether it holds rows of a batch that silver has not published. */
  boolean isPending() {
    return table.checkpoint(Checkpoint.REFINED) > handled;
  }

  /**
   * Publishes what a batch of new rows has added, without what a fenced driver has left.
   *
   * @param until the bronze version that the batch reaches
   * @return the version; empty if there is nothing to publish
   */
  OptionalLong publishNews(String rowCounts, long until) {
    if (isPending()) {
      table.discard(col("batch").gt(handled));
    }
    if (!table.isEmpty()) {
      table.checkpoint(Checkpoint.REFINED, until);
    }
    return publish(rowCounts);
  }

  /**
   * Publishes what has been added by rows of batches that silver has handled; what a refine has
   * left pending, or is about to publish, stays.
   *
   * @return the version; empty if nothing has been added
   */
  OptionalLong publish(String rowCounts) {
    return table.isEmpty()
        ? OptionalLong.empty()
        : OptionalLong.of(table.publish(SaveMode.Append, rowCounts));
  }

  /**
   * Each key of some days with the greatest version that deleted it, as {@link #AT}; empty if
   * nothing is held of these days.
   */
  Optional<Dataset<Row>> newest(List<Date> days) {
    return newest(silver.present(table, days));
  }

  /** The same of all days. */
  Optional<Dataset<Row>> newest() {
    return newest(table.files());
  }

  private Optional<Dataset<Row>> newest(TableTransaction.Files files) {
    Contract contract = silver.contract();
    Column[] key = named(contract.keyColumns());
    return files.isEmpty()
        ? Optional.empty()
        : Optional.of(
            files
                .rows()
                .where(col("batch").leq(handled))
                .groupBy(key)
                .agg(max(named(contract.ordering())).as(AT)));
  }
}
