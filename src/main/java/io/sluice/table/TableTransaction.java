package io.sluice.table;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.not;

import io.sluice.engine.LocalRows;
import io.sluice.engine.Scala;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.plans.logical.Filter;
import org.apache.spark.sql.delta.DeltaConcurrentModificationException;
import org.apache.spark.sql.delta.DeltaOperations;
import org.apache.spark.sql.delta.Snapshot;
import org.apache.spark.sql.delta.actions.Action;
import org.apache.spark.sql.delta.actions.AddFile;
import org.apache.spark.sql.delta.actions.Metadata;
import org.apache.spark.sql.types.StructType;

/**
 * A commit in the making: its files are written, nothing is visible until {@link #publish}.
 *
 * <p>The transaction is opened first and held while the command reads, so that whatever another
 * driver publishes meanwhile is checked against what this one has read: same checkpoint, same days.
 * One of two drivers is refused with a {@link FencedException}. Files of a transaction that is not
 * published stay unreferenced until vacuum.
 */
public final class TableTransaction {
  private final LakeTable table;
  private final Delta.Transaction txn;
  private final FileStaging staging;
  private final Checkpoints checkpoints;

  private TableTransaction(LakeTable table, Delta.Transaction txn) {
    this.table = table;
    this.txn = txn;
    this.staging = new FileStaging(table, txn);
    this.checkpoints = new Checkpoints(table.name(), txn);
  }

  /**
   * Opens a transaction on a table as it stands now.
   *
   * @throws RuntimeException as {@link SchemaEvolution#evolved} says, if adding columns does not
   *     bring the table to the spec
   */
  public static TableTransaction begin(LakeTable table, TableSpec spec) {
    return open(table, table.snapshot()).declare(spec);
  }

  /**
   * Opens a transaction on a table as this JVM last saw it, without a look at the store. What
   * others have published meanwhile is found when this is: it fences this transaction, disturbs it,
   * or stands before it in the log.
   */
  public static TableTransaction beginAsKnown(LakeTable table, TableSpec spec) {
    Snapshot known = table.log().unsafeVolatileSnapshot();
    return known.version() < 0 ? begin(table, spec) : open(table, known).declare(spec);
  }

  /** Opens a transaction on a table whose declaration is left as it is. */
  static TableTransaction reopen(LakeTable table) {
    return open(table, table.snapshot());
  }

  private static TableTransaction open(LakeTable table, Snapshot snapshot) {
    table.mustBeWritable();
    return new TableTransaction(table, new Delta.Transaction(table.log(), snapshot));
  }

  /** Makes the table what some metadata say, whatever it was. */
  TableTransaction declare(Metadata metadata) {
    txn.updateMetadata(metadata, false);
    return this;
  }

  private TableTransaction declare(TableSpec spec) {
    if (txn.readVersion() < 0) {
      txn.updateMetadataForNewTable(SchemaEvolution.made(table.name(), spec));
    } else {
      SchemaEvolution.evolved(table.name(), txn.metadata(), spec).ifPresent(this::declare);
    }
    return this;
  }

  /**
   * Publishes nothing but that from now on no transaction of this table that was begun before can
   * be published, and gives a new one that stands where this one stood.
   *
   * <p>To be called before that is taken out which a driver has left in a side table: it may not be
   * dead, and publish here what it has put there.
   *
   * @throws FencedException if a checkpoint that this transaction has read has moved meanwhile
   */
  public TableTransaction fence(TableSpec spec) {
    checkpoints.writeFence();
    publish(SaveMode.Append, "{}");
    TableTransaction after = begin(table, spec);
    after.checkpoints.requireAsSeenBy(checkpoints);
    return after;
  }

  // What it reads.

  /** The version that this transaction was begun on. */
  public long version() {
    return txn.readVersion();
  }

  Snapshot snapshot() {
    return txn.snapshot();
  }

  /** The table's columns as this transaction will write them, in their order. */
  public StructType schema() {
    return txn.metadata().schema();
  }

  /**
   * What this table has recorded under a name, -1 if nothing; another driver that moves it
   * meanwhile fences this transaction.
   */
  public long checkpoint(Checkpoint checkpoint) {
    return checkpoints.read(checkpoint);
  }

  /** All that this table has recorded under the names of a family, by the rest of the name. */
  public Map<String, Long> checkpoints(Checkpoint.Family family) {
    return checkpoints.read(family);
  }

  /**
   * Makes sure that a checkpoint stands where this driver has left or found it.
   *
   * @throws FencedException if another driver has moved it since
   */
  public TableTransaction requireAt(Checkpoint checkpoint, long expected) {
    checkpoints.requireAt(checkpoint, expected);
    return this;
  }

  /**
   * The table's present files that may hold a row for which all predicates are true, by the log's
   * partition values and statistics: no data file is read.
   *
   * <p>Another driver that changes files of the same partitions meanwhile fences this transaction;
   * a predicate on partition columns counts for that only if it stands by itself.
   */
  public Files files(Column... predicates) {
    return new Files(Scala.list(txn.filterFiles(Scala.seq(resolved(predicates)), false)));
  }

  /** The same, each with the number of its rows. */
  Files counted(Column... predicates) {
    return new Files(Scala.list(txn.filterFiles(Scala.seq(resolved(predicates)), true)));
  }

  /** Delta skips files only by expressions whose columns are resolved. */
  private List<Expression> resolved(Column... predicates) {
    Dataset<Row> none = table.spark().createDataFrame(List.of(), schema());
    return Arrays.stream(predicates)
        .map(none::where)
        .map(rows -> ((Filter) rows.queryExecution().analyzed()).condition())
        .toList();
  }

  /** Makes any change of the table by others a conflict of this transaction. */
  public TableTransaction readsAll() {
    txn.readWholeTable();
    return this;
  }

  /** Files of the table, or of this transaction. */
  public final class Files {
    final List<AddFile> files;

    private Files(List<AddFile> files) {
      this.files = files;
    }

    public boolean isEmpty() {
      return files.isEmpty();
    }

    public int count() {
      return files.size();
    }

    /** Their rows, by their statistics; a file without counts as very many. */
    long rowCount() {
      return files.stream()
          .mapToLong(Delta::rowCount)
          .map(rows -> rows < 0 ? Integer.MAX_VALUE : rows)
          .sum();
    }

    public long bytes() {
      return files.stream().mapToLong(AddFile::size).sum();
    }

    /** These and others, each once. */
    public Files and(Files others) {
      return new Files(Stream.concat(files.stream(), others.files.stream()).distinct().toList());
    }

    /** Their rows. */
    public Dataset<Row> rows() {
      return staging.rows(files);
    }

    /**
     * Those among them whose path, as {@code _metadata.file_path} gives it, is wanted.
     *
     * @throws IllegalStateException if a path is none of theirs: rows that it holds would stay
     */
    public Files at(Set<String> paths) {
      return new Files(FileStaging.at(table, files, paths));
    }
  }

  // What it writes.

  FileStaging staging() {
    return staging;
  }

  /** Records, with the commit, how far a command has come. */
  public TableTransaction checkpoint(Checkpoint checkpoint, long version) {
    checkpoints.write(checkpoint, version);
    return this;
  }

  /**
   * Writes rows into files of this transaction; they may carry an observation, which is filled when
   * this returns.
   */
  public TableTransaction append(Dataset<Row> rows) {
    staging.write(rows);
    return this;
  }

  /** Writes rows as {@link #append} does, and gives them read back from the files written. */
  public Dataset<Row> appended(Dataset<Row> rows) {
    return staging.read(staging.write(rows));
  }

  /** Whether rows at hand can be written by {@link #append(RowWriter, LocalRows)}. */
  public boolean canWriteLocally() {
    return LocalFiles.canWrite(txn);
  }

  /**
   * Writes rows that are in this JVM into files of this transaction, without a job.
   *
   * @param rows of {@link #schema}
   */
  public TableTransaction append(RowWriter writer, LocalRows rows) {
    return append(writer, rows.internal());
  }

  /** The same for rows in Spark's internal form. */
  public TableTransaction append(RowWriter writer, List<InternalRow> rows) {
    staging.write(writer, rows);
    return this;
  }

  /**
   * Writes rows that are in this JVM into files of this transaction, without a job.
   *
   * @param schema their columns; those of the table that they lack are null
   */
  public TableTransaction append(RowWriter writer, StructType schema, List<Row> rows) {
    return append(writer, RowWriter.converted(schema, rows, schema()));
  }

  /** The same, for a table that is written once in a while. */
  public TableTransaction append(StructType schema, List<Row> rows) {
    return append(new RowWriter(), schema, rows);
  }

  /** The columns of a table in its order, those that the rows lack as null. */
  public static Dataset<Row> ordered(Dataset<Row> rows, StructType schema) {
    return FileStaging.ordered(rows, schema);
  }

  /** Takes files out of the table with this commit. */
  public TableTransaction remove(Files files) {
    files.files.forEach(staging::remove);
    return this;
  }

  /**
   * Takes the rows for which all predicates are true out of the table with this commit; costs a
   * rewrite of their files.
   */
  public TableTransaction discard(Column... predicates) {
    Files files = files(predicates);
    if (!files.isEmpty()) {
      Column all = Arrays.stream(predicates).reduce(lit(true), Column::and);
      append(files.rows().where(not(coalesce(all, lit(false)))));
      remove(files);
    }
    return this;
  }

  /** Forgets all rows and removals of this transaction; what it has read still counts. */
  public TableTransaction reset() {
    staging.reset();
    return this;
  }

  /**
   * The rows written so far, read back from their files: for checks that a single pass cannot make.
   */
  public Dataset<Row> staged() {
    return staging.read(staging.staged());
  }

  /** The files of this transaction. */
  public Files stagedFiles() {
    return new Files(List.copyOf(staging.staged()));
  }

  /** How many rows have been written, by their files' statistics. */
  public long rowsStaged() {
    return staging.rowCount();
  }

  /**
   * The files written so far, as text: {@link #adopt} takes them over into another transaction of
   * the same table.
   */
  public String manifest() {
    return staging.manifest();
  }

  /**
   * Takes over files that another transaction has written and not published.
   *
   * @throws IllegalStateException if one of them is gone
   */
  public TableTransaction adopt(String manifest) {
    staging.adopt(manifest);
    return this;
  }

  /** Whether a commit would change neither rows nor checkpoints. */
  public boolean isEmpty() {
    return staging.actions().isEmpty() && checkpoints.isEmpty();
  }

  // The commit.

  /**
   * Leaves the checkpoint of the table's log, when one is due with this commit, to others: it takes
   * some jobs, for which the commit does not wait then. One that is never made is missed by nobody
   * but readers, who read more of the log until the next.
   */
  public TableTransaction checkpointsBy(Executor executor) {
    txn.leaveCheckpointTo(executor);
    return this;
  }

  /**
   * Makes everything staged visible at once: rows, removals, checkpoints and the row counts.
   *
   * @param mode Append when nothing is removed, Overwrite when partitions are replaced
   * @param rowCounts JSON kept with the commit as its user metadata
   * @return the new version
   * @throws FencedException if another driver has published what this one was about to
   * @throws StaleReadException if the files read have changed meanwhile; trying again will do
   */
  public long publish(SaveMode mode, String rowCounts) {
    return commit(Delta.write(mode, rowCounts));
  }

  long commit(DeltaOperations.Operation operation) {
    List<Action> actions = new ArrayList<>(staging.actions());
    actions.addAll(checkpoints.actions());
    try {
      return txn.commit(actions, operation);
    } catch (DeltaConcurrentModificationException e) {
      throw checkpoints.movedBy(table.snapshot())
          ? new FencedException(table.name(), e)
          : new StaleReadException(table.name(), e);
    }
  }
}
