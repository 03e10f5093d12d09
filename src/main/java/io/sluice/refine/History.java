package io.sluice.refine;

import static io.sluice.engine.Columns.and;
import static io.sluice.engine.Columns.named;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.not;
import static org.apache.spark.sql.functions.when;

import io.sluice.contract.Contract;
import io.sluice.engine.Scala;
import io.sluice.lineage.LineageRecorder;
import io.sluice.run.RowCounts;
import io.sluice.run.Run;
import io.sluice.run.RunContext;
import io.sluice.table.Changes;
import io.sluice.table.Checkpoint;
import io.sluice.table.LakeTable;
import io.sluice.table.TableSpec;
import io.sluice.table.TableTransaction;
import java.sql.Date;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.types.DataTypes;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The table {@code silver.<source>_history}: every version that the rows of a source have had, with
 * from when to when it held.
 *
 * <p>Holds silver's columns and {@code valid_from}, {@code valid_to} (null while it holds), {@code
 * is_current} and {@code _deleted} (a deletion is a version that holds for no time, and of which
 * only the key is known); it is partitioned by whether a version is the last of its key, and by
 * silver's day.
 *
 * <p>It follows silver: a run publishes silver, then the versions of the same rows here, by a
 * commit that says up to which version of bronze they go. A run that died in between is made up for
 * by the next, from bronze; so is a history that has only now been asked for. Guarantee: the same
 * rows give the same history, in whatever order and however often they come. Cost: of a batch's
 * keys the last versions, whose files are rewritten where they end, and only for rows that arrive
 * out of order the earlier ones. A delivery that is older than the newest one handled costs a pass
 * over bronze.
 */
final class History {
  private static final Logger LOG = LoggerFactory.getLogger("sluice");
  private static final String PATH = "_path";

  private final RunContext context;
  private final SilverTable silver;
  private final Contract contract;
  private final HistoryVersions versions;

  private History(RunContext context, SilverTable silver) {
    this.context = context;
    this.silver = silver;
    this.contract = silver.contract();
    this.versions = HistoryVersions.of(contract);
  }

  /** The history of a source; empty if its contract asks for none. */
  static Optional<History> of(RunContext context, SilverTable silver) {
    return silver.contract().keepsHistory()
        ? Optional.of(new History(context, silver))
        : Optional.empty();
  }

  private LakeTable table() {
    return context.lake().silver(contract.historyTable());
  }

  private TableSpec spec() {
    return HistoryVersions.spec(contract, silver.schema());
  }

  /**
   * Brings in the rows of a batch that silver has published; and, before it, those of batches that
   * are not here yet.
   *
   * @param judged the batch's rows, as {@link RowJudge} gives them
   * @param from the bronze version that the batch begins after
   * @param until the one that it reaches
   */
  void follow(Run run, LineageRecorder recorder, Dataset<Row> judged, long from, long until) {
    TableTransaction table = TableTransaction.begin(table(), spec());
    if (table.checkpoint(Checkpoint.REFINED) == from) {
      add(table, rows(judged), until);
      publish(run, recorder, table, until);
    } else {
      catchUp(run, recorder, until);
    }
  }

  /**
   * Brings in what silver has handled and is not here.
   *
   * @param handled the bronze version that silver has handled
   */
  void catchUp(Run run, LineageRecorder recorder, long handled) {
    TableTransaction table = TableTransaction.begin(table(), spec());
    long reached = table.checkpoint(Checkpoint.REFINED);
    if (reached >= handled) {
      return;
    }
    LOG.info("{}: brings in bronze versions {} to {}", table().name(), reached + 1, handled);
    Changes news = silver.bronze().news(reached, handled);
    if (!news.isEmpty()) {
      Dataset<Row> judged =
          RowJudge.open(context, contract).judged(news.rows(), news.bytes(), recorder);
      add(table, rows(judged), handled);
    }
    publish(run, recorder, table, handled);
  }

  /** Brings in rows that were in quarantine. */
  void replayed(Run run, LineageRecorder recorder, Dataset<Row> judged) {
    TableTransaction table = TableTransaction.begin(table(), spec());
    long reached = table.checkpoint(Checkpoint.REFINED);
    add(table, rows(judged), reached);
    if (!table.isEmpty()) {
      publish(run, recorder, table, reached);
    }
  }

  /** Makes the versions of rows anew, by today's contract. */
  void rebuild(Run run, LineageRecorder recorder, Extent extent) {
    TableTransaction table = extent.begin(table(), spec());
    long reached = table.checkpoint(Checkpoint.REFINED);
    if (reached < 0) {
      return;
    }
    Dataset<Row> rows = rows(ofBronze(reached));
    if (extent.isAll()) {
      table.remove(table.files());
      writeAnew(table, rows);
    } else if (contract.changes().isReplace()) {
      rebuild(table, Replacement.of(contract, valid(rows).where(extent.rows())), rows);
    } else {
      table.remove(extent.files(table));
      writeAnew(table, rows.where(extent.rows()));
    }
    publish(run, recorder, table, reached);
  }

  private Dataset<Row> ofBronze(long until) {
    return RowJudge.open(context, contract)
        .judged(
            silver.bronze().read(until),
            silver.bronze().size(until).bytes(),
            LineageRecorder.unused());
  }

  /**
   * The rows among judged ones that say something, in silver's columns, and whether they delete;
   * with deliveries also the broken ones of which the key is known.
   */
  private Dataset<Row> rows(Dataset<Row> judged) {
    Column isValid = col("_reasons").isNull();
    if (contract.changes().isReplace()) {
      // Of a valid row the key is known anyway.
      Column isKnown = lit(true);
      for (String name : contract.keyColumns()) {
        isKnown = isKnown.and(named(name).isNotNull());
      }
      return judged
          .where(isKnown)
          .select(
              columns(lit(false).as(Refiner.DELETED), not(isValid).as(HistoryDeliveries.BROKEN)));
    }
    Column deletes = contract.changes().hasDeletes() ? col(Refiner.DELETED) : lit(false);
    return judged
        .where(isValid.and(deletes.isNotNull()))
        .select(columns(deletes.as(Refiner.DELETED)));
  }

  private static Dataset<Row> valid(Dataset<Row> rows) {
    return rows.where(not(col(HistoryDeliveries.BROKEN)));
  }

  private Column[] columns(Column... more) {
    return named(HistoryVersions.columns(silver.schema()), more);
  }

  private void add(TableTransaction table, Dataset<Row> rows, long until) {
    if (!contract.changes().isReplace()) {
      merge(table, rows);
      return;
    }
    Replacement deliveries = Replacement.of(contract, valid(rows));
    if (deliveries.arrived().oldest().isEmpty()) {
      return;
    }
    long newest = table.checkpoint(Checkpoint.DELIVERED);
    if (deliveries.arrived().oldest().get().getTime() <= newest) {
      rebuild(table, deliveries, rows(ofBronze(until)));
    } else {
      TableTransaction.Files files = deliveries.files(table);
      Dataset<Row> before =
          files.isEmpty()
              ? none(rows)
              : deliveries
                  .within(files.rows())
                  .where(col(HistoryVersions.LAST).and(not(col(Refiner.DELETED))))
                  .select(columns());
      merge(table, versionsOf(deliveries, rows, before));
    }
    table.checkpoint(
        Checkpoint.DELIVERED, Math.max(newest, deliveries.arrived().newest().get().getTime()));
  }

  private Dataset<Row> versionsOf(Replacement deliveries, Dataset<Row> rows, Dataset<Row> before) {
    return new HistoryDeliveries(contract)
        .versions(rows, deliveries.arrived().byTime(context.spark()), before);
  }

  /** Makes the history of some scopes anew from all their deliveries. */
  private void rebuild(TableTransaction table, Replacement scopes, Dataset<Row> all) {
    TableTransaction.Files files = scopes.files(table);
    if (!files.isEmpty()) {
      table.append(scopes.beside(files.rows())).remove(files);
    }
    writeAnew(table, scopes.within(all));
  }

  /** Writes the versions that rows make by themselves. */
  private void writeAnew(TableTransaction table, Dataset<Row> rows) {
    Dataset<Row> all =
        contract.changes().isReplace()
            ? versionsOf(Replacement.of(contract, valid(rows)), rows, none(rows))
            : rows;
    write(table, versions.resolve(unstored(all)));
  }

  private Dataset<Row> none(Dataset<Row> rows) {
    return rows.limit(0).select(columns());
  }

  private static Dataset<Row> unstored(Dataset<Row> rows) {
    return rows.withColumn(HistoryVersions.STORED, lit(false))
        .withColumn(HistoryVersions.FROM, lit(null).cast(DataTypes.TimestampType))
        .withColumn(HistoryVersions.TO, lit(null).cast(DataTypes.TimestampType))
        .withColumn(HistoryVersions.LAST, lit(null).cast(DataTypes.BooleanType));
  }

  /** Brings versions in among those that are stored of their keys. */
  private void merge(TableTransaction table, Dataset<Row> rows) {
    Column[] key = named(contract.keyColumns());
    scala.collection.immutable.Seq<String> names = Scala.seq(contract.keyColumns());
    Dataset<Row> keys = rows.groupBy(key).agg(min("`" + versions.ordering() + "`").as("_least"));
    Column[] days = days(rows);
    TableTransaction.Files last = table.files(and(days, col(HistoryVersions.LAST)));
    TableTransaction.Files present = last;
    Dataset<Row> all = unstored(rows).withColumn(PATH, lit(null).cast(DataTypes.StringType));
    List<Dataset<Row>> kept = new ArrayList<>();
    if (!last.isEmpty()) {
      Dataset<Row> ofKeys = stored(last).join(keys, names, "inner").persist();
      kept.add(ofKeys);
      all = all.unionByName(ofKeys.drop("_least"));
      Dataset<Row> late = ofKeys.where(col("_least").lt(named(versions.ordering())));
      if (!late.isEmpty()) {
        TableTransaction.Files earlier = table.files(and(days, not(col(HistoryVersions.LAST))));
        present = present.and(earlier);
        all = all.unionByName(stored(earlier).join(late.select(key), names, "left_semi"));
      }
    }
    Dataset<Row> resolved = versions.resolve(all).persist();
    kept.add(resolved);
    Column isChanged = col(HistoryVersions.CHANGED);
    Set<String> touched = new HashSet<>();
    for (Row row :
        resolved
            .where(col(HistoryVersions.STORED))
            .groupBy(PATH)
            .agg(count(when(isChanged, 1)))
            .collectAsList()) {
      if (row.getLong(1) > 0) {
        touched.add(row.getString(0));
      }
    }
    write(table, resolved.where(not(col(HistoryVersions.STORED)).or(isChanged)));
    if (!touched.isEmpty()) {
      TableTransaction.Files files = present.at(touched);
      Column[] version = and(key, named(versions.ordering()));
      List<String> versioned = new ArrayList<>(contract.keyColumns());
      versioned.add(versions.ordering());
      Dataset<Row> changed = resolved.where(isChanged).select(version);
      table
          .append(
              files
                  .rows()
                  .join(changed, Scala.seq(versioned.stream().distinct().toList()), "left_anti"))
          .remove(files);
    }
    kept.forEach(Dataset::unpersist);
  }

  private Dataset<Row> stored(TableTransaction.Files files) {
    return files
        .rows()
        .select(
            columns(
                col(Refiner.DELETED),
                lit(true).as(HistoryVersions.STORED),
                col(HistoryVersions.FROM),
                col(HistoryVersions.TO),
                col(HistoryVersions.LAST),
                col("_metadata.file_path").as(PATH)));
  }

  /** What the log can tell of the files that hold versions of some rows' keys. */
  private Column[] days(Dataset<Row> rows) {
    return contract
        .partition()
        .map(
            field -> {
              Object[] days =
                  rows.select(col(field.name())).distinct().collectAsList().stream()
                      .map(row -> row.<Date>getAs(0))
                      .toArray();
              return new Column[] {col(field.name()).isin(days)};
            })
        .orElse(new Column[0]);
  }

  private void write(TableTransaction table, Dataset<Row> resolved) {
    table.append(resolved.select(named(List.of(spec().schema().fieldNames()))));
  }

  private void publish(Run run, LineageRecorder recorder, TableTransaction table, long until) {
    TableSpec spec = spec();
    long rows = table.rowsStaged();
    table.checkpoint(Checkpoint.REFINED, until);
    long version =
        table.publish(
            SaveMode.Append, new RowCounts(rows, rows, 0, 0, 0).json(run, table.version(), until));
    recorder.wrote(table().path(), spec.comment(), spec.schema(), version, rows, silver.origins());
  }
}
