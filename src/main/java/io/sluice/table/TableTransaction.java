package io.sluice.table;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.not;
import static scala.collection.JavaConverters.asScalaBuffer;
import static scala.collection.JavaConverters.mapAsJavaMap;
import static scala.collection.JavaConverters.mapAsScalaMap;
import static scala.collection.JavaConverters.seqAsJavaList;

import io.sluice.engine.LocalRows;
import java.net.URI;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.stream.Collectors;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.catalyst.CatalystTypeConverters;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow;
import org.apache.spark.sql.catalyst.plans.logical.Filter;
import org.apache.spark.sql.delta.DeltaConcurrentModificationException;
import org.apache.spark.sql.delta.DeltaLog;
import org.apache.spark.sql.delta.DeltaOperations;
import org.apache.spark.sql.delta.DummySnapshot;
import org.apache.spark.sql.delta.OptimisticTransaction;
import org.apache.spark.sql.delta.Snapshot;
import org.apache.spark.sql.delta.actions.Action;
import org.apache.spark.sql.delta.actions.AddFile;
import org.apache.spark.sql.delta.actions.FileAction;
import org.apache.spark.sql.delta.actions.Format;
import org.apache.spark.sql.delta.actions.Metadata;
import org.apache.spark.sql.delta.actions.SetTransaction;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import scala.Function1;
import scala.Option;

/**
 * A commit in the making: its files are written, nothing is visible until {@link #publish}.
 *
 * <p>The transaction is opened first and held while the command reads, so that whatever another
 * driver publishes meanwhile is checked against what this one has read: same checkpoint, same days.
 * One of two drivers is refused with a {@link FencedException}. Files of a stage that is not
 * published stay unreferenced until vacuum.
 */
public final class TableTransaction {
  /** Properties of every table: any engine can read it (reader protocol 1). */
  private static final Map<String, String> READABLE_BY_ALL =
      Map.of(
          "delta.enableDeletionVectors", "false",
          "delta.columnMapping.mode", "none",
          "delta.checkpointPolicy", "classic",
          "delta.logRetentionDuration", "interval 90 days");

  /** Which stages began before a driver took over: see {@link #fence}. */
  private static final String FENCE = "fence";

  private final LakeTable table;
  private final Transaction txn;
  private final List<Action> actions = new ArrayList<>();
  private final Set<String> removed = new HashSet<>();
  private final Map<String, Long> checkpoints = new LinkedHashMap<>();
  private final Map<String, Long> seen = new HashMap<>();
  private final List<AddFile> staged = new ArrayList<>();
  private Map<String, Long> recorded;

  private TableTransaction(LakeTable table, Transaction txn) {
    this.table = table;
    this.txn = txn;
  }

  /** Delta's, which can leave the checkpoint of the log that is due with its commit to others. */
  private static final class Transaction extends OptimisticTransaction {
    private Executor others;
    private boolean leftCheckpoint;

    Transaction(DeltaLog log, Snapshot snapshot) {
      super(log, Option.empty(), snapshot);
    }

    @Override
    public void setNeedsCheckpoint(long committed, Snapshot snapshot) {
      super.setNeedsCheckpoint(committed, snapshot);
      if (others != null) {
        leftCheckpoint = needsCheckpoint();
        // Else the commit makes the log's whole state at once, before it returns.
        needsCheckpoint_$eq(false);
      }
    }
  }

  /**
   * Opens a transaction on a table as it stands now.
   *
   * @throws IllegalStateException if the table's columns cannot be brought to the spec's by adding
   *     some
   */
  public static TableTransaction begin(LakeTable table, TableSpec spec) {
    return open(table, table.snapshot(), spec);
  }

  /**
   * Opens a transaction on a table as this JVM last saw it, without a look at the store. What
   * others have published meanwhile is found when this stage is: it fences the stage, disturbs it,
   * or stands before it in the log.
   */
  public static TableTransaction beginAsKnown(LakeTable table, TableSpec spec) {
    Snapshot known = table.log().unsafeVolatileSnapshot();
    return known.version() < 0 ? begin(table, spec) : open(table, known, spec);
  }

  private static TableTransaction open(LakeTable table, Snapshot snapshot, TableSpec spec) {
    TableTransaction transaction = open(table, snapshot);
    transaction.declare(spec);
    return transaction;
  }

  /** Opens a transaction on a table whose declaration is left as it is. */
  static TableTransaction reopen(LakeTable table) {
    return open(table, table.snapshot());
  }

  private static TableTransaction open(LakeTable table, Snapshot snapshot) {
    TableTransaction transaction =
        new TableTransaction(table, new Transaction(table.log(), snapshot));
    transaction.txn.readTxn().$plus$eq(FENCE);
    return transaction;
  }

  /**
   * Publishes nothing but that from now on no stage of this table that was begun before can be
   * published, and gives a new one that stands where this one stood.
   *
   * <p>To be called before that is taken out which a driver has left in a side table: it may not be
   * dead, and publish here what it has put there.
   *
   * @throws FencedException if a checkpoint that this stage has read has moved meanwhile
   */
  public TableTransaction fence(TableSpec spec) {
    long before = LakeTable.checkpoints(txn.snapshot()).getOrDefault(FENCE, -1L);
    checkpoint(FENCE, before + 1).publish(SaveMode.Append, "{}");
    TableTransaction after = begin(table, spec);
    seen.forEach(
        (app, version) -> {
          if (after.checkpoint(app) != version) {
            throw new FencedException(
                table.name(), new IllegalStateException(app + " has moved from " + version));
          }
        });
    return after;
  }

  private void declare(TableSpec spec) {
    Map<String, String> properties = new HashMap<>(READABLE_BY_ALL);
    List<String> stats = new ArrayList<>(spec.statsColumns());
    stats.removeAll(spec.partitionBy());
    if (!stats.isEmpty()) {
      properties.put("delta.dataSkippingStatsColumns", String.join(",", stats));
    }
    properties.putAll(spec.properties());
    if (txn.readVersion() < 0) {
      txn.updateMetadataForNewTable(
          new Metadata(
              UUID.randomUUID().toString(),
              table.name(),
              spec.comment(),
              new Format("parquet", scala.collection.immutable.Map$.MODULE$.empty()),
              nullable(spec.schema()).json(),
              asScalaBuffer(spec.partitionBy()).toSeq(),
              immutable(properties),
              Option.apply(System.currentTimeMillis())));
      return;
    }
    Metadata now = txn.metadata();
    StructType merged = merge(now.schema(), spec.schema());
    Map<String, String> configuration = new HashMap<>(mapAsJavaMap(now.configuration()));
    configuration.putAll(properties);
    boolean same =
        merged.equals(now.schema())
            && configuration.equals(mapAsJavaMap(now.configuration()))
            && spec.comment().equals(now.description());
    if (!same) {
      txn.updateMetadata(
          new Metadata(
              now.id(),
              now.name(),
              spec.comment(),
              now.format(),
              merged.json(),
              now.partitionColumns(),
              immutable(configuration),
              now.createdTime()),
          false);
    }
  }

  /** The present columns in their order with the declared comments, then those that are new. */
  private StructType merge(StructType present, StructType declared) {
    List<StructField> fields = new ArrayList<>();
    List<String> errors = new ArrayList<>();
    Set<String> wanted = Set.of(declared.fieldNames());
    for (StructField field : present.fields()) {
      if (!wanted.contains(field.name())) {
        fields.add(field);
        continue;
      }
      StructField now = declared.apply(field.name());
      if (!now.dataType().sameType(field.dataType())) {
        errors.add(
            field.name()
                + " is "
                + field.dataType().sql()
                + " in the table and "
                + now.dataType().sql()
                + " by its declaration");
      }
      fields.add(new StructField(field.name(), field.dataType(), true, now.metadata()));
    }
    Set<String> have = Set.of(present.fieldNames());
    for (StructField field : declared.fields()) {
      if (!have.contains(field.name())) {
        fields.add(new StructField(field.name(), field.dataType(), true, field.metadata()));
      }
    }
    if (!errors.isEmpty()) {
      throw new IllegalStateException(
          table.name() + ": a published column is never retyped: " + String.join("; ", errors));
    }
    return new StructType(fields.toArray(StructField[]::new));
  }

  private static StructType nullable(StructType schema) {
    return schema.asNullable();
  }

  private static scala.collection.immutable.Map<String, String> immutable(Map<String, String> map) {
    return scala.collection.immutable.Map$.MODULE$
        .<String, String>empty()
        .$plus$plus(mapAsScalaMap(map));
  }

  /**
   * What this table has recorded under {@code app}, -1 if nothing; another driver that moves it
   * meanwhile fences this stage.
   */
  public long checkpoint(String app) {
    // As txnVersion does: another driver that records under this name is a conflict.
    txn.readTxn().$plus$eq(app);
    if (recorded == null) {
      recorded = LakeTable.checkpoints(txn.snapshot());
    }
    long version = recorded.getOrDefault(app, -1L);
    seen.put(app, version);
    return version;
  }

  /**
   * All that this table has recorded under names that begin with a prefix, by the rest of the name.
   */
  public Map<String, Long> checkpoints(String prefix) {
    Map<String, Long> found = new HashMap<>();
    LakeTable.checkpoints(txn.snapshot())
        .keySet()
        .forEach(
            app -> {
              if (app.startsWith(prefix)) {
                found.put(app.substring(prefix.length()), checkpoint(app));
              }
            });
    return found;
  }

  /** Records, with the commit, that {@code app} has handled everything up to {@code version}. */
  public TableTransaction checkpoint(String app, long version) {
    checkpoints.put(app, version);
    return this;
  }

  /**
   * The table's present files that may hold a row for which all predicates are true, by the log's
   * partition values and statistics: no data file is read.
   *
   * <p>Another driver that changes files of the same partitions meanwhile fences this stage; a
   * predicate on partition columns counts for that only if it stands by itself.
   */
  public Files files(Column... predicates) {
    return files(false, predicates);
  }

  /** The same, each with the number of its rows. */
  Files counted(Column... predicates) {
    return files(true, predicates);
  }

  private Files files(boolean counted, Column... predicates) {
    Dataset<Row> none = table.spark().createDataFrame(List.of(), txn.metadata().schema());
    // Delta skips files only by expressions whose columns are resolved.
    List<Expression> expressions =
        Arrays.stream(predicates)
            .map(none::where)
            .map(rows -> ((Filter) rows.queryExecution().analyzed()).condition())
            .toList();
    return new Files(seqAsJavaList(txn.filterFiles(asScalaBuffer(expressions).toSeq(), counted)));
  }

  /** Present files of the table. */
  public final class Files {
    private final List<AddFile> files;

    private Files(List<AddFile> files) {
      this.files = files;
    }

    public boolean isEmpty() {
      return files.isEmpty();
    }

    public int count() {
      return files.size();
    }

    /** Their rows, by their statistics; those without count as many. */
    long rowCount() {
      return files.stream()
          .mapToLong(
              file ->
                  file.numLogicalRecords().isEmpty()
                      ? Integer.MAX_VALUE
                      : (Long) file.numLogicalRecords().get())
          .sum();
    }

    public long bytes() {
      return files.stream().mapToLong(AddFile::size).sum();
    }

    /** Their rows. */
    public Dataset<Row> rows() {
      return table
          .log()
          .createDataFrame(txn.snapshot(), asScalaBuffer(files).toSeq(), false, Option.empty());
    }

    /**
     * Those among them whose path, as {@code _metadata.file_path} gives it, is wanted.
     *
     * @throws IllegalStateException if a path is none of theirs: rows that it holds would stay
     */
    public Files at(Set<String> paths) {
      Map<String, AddFile> byPath = new HashMap<>();
      files.forEach(file -> byPath.put(absolute(file).toUri().getPath(), file));
      List<AddFile> found = new ArrayList<>();
      for (String path : paths) {
        // A URI with its special characters escaped; its scheme may be left out of the table's
        // path.
        AddFile file = byPath.get(URI.create(path).getPath());
        if (file == null) {
          throw new IllegalStateException(table.name() + " has no file " + path);
        }
        found.add(file);
      }
      return new Files(found);
    }
  }

  private Path absolute(AddFile file) {
    Path path = new Path(file.pathAsUri());
    return path.isAbsolute() ? path : new Path(table.path(), path);
  }

  /**
   * Writes rows into files of this stage; they may carry an observation, which is filled when this
   * returns.
   */
  public TableTransaction append(Dataset<Row> rows) {
    write(rows);
    return this;
  }

  /** Whether rows at hand can be written by {@link #append(Hand, List)}. */
  public boolean canWriteLocally() {
    return LocalFiles.canWrite(txn);
  }

  /** The names and types of the table's columns as this stage will write them, in their order. */
  public StructType schema() {
    return txn.metadata().schema();
  }

  /**
   * What writing rows at hand needs again and again for one table; to be kept from stage to stage.
   */
  public static final class RowWriter {
    private LocalFiles files;
  }

  /**
   * Writes rows that are in this JVM into files of this transaction, without a job.
   *
   * @param rows of {@link #schema}
   */
  public TableTransaction append(RowWriter writer, LocalRows rows) {
    return append(writer, rows.internal());
  }

  /**
   * Writes rows that are in this JVM into files of this stage, without a job.
   *
   * @param rows of {@link #schema}
   */
  public TableTransaction append(RowWriter writer, List<InternalRow> rows) {
    if (writer.files == null || !writer.files.fits(txn)) {
      writer.files = new LocalFiles(table.spark(), table, txn);
    }
    List<AddFile> files = writer.files.write(rows);
    actions.addAll(files);
    staged.addAll(files);
    return this;
  }

  /**
   * Writes rows that are in this JVM into files of this stage, without a job.
   *
   * @param schema their columns; those of the table that they lack are null
   */
  public TableTransaction append(RowWriter writer, StructType schema, List<Row> rows) {
    Function1<Object, Object> converter = CatalystTypeConverters.createToCatalystConverter(schema);
    Set<String> have = Set.of(schema.fieldNames());
    int[] places =
        Arrays.stream(schema().fieldNames())
            .mapToInt(name -> have.contains(name) ? schema.fieldIndex(name) : -1)
            .toArray();
    List<InternalRow> converted = new ArrayList<>(rows.size());
    for (Row row : rows) {
      InternalRow values = (InternalRow) converter.apply(row);
      converted.add(
          new GenericInternalRow(
              Arrays.stream(places)
                  .mapToObj(
                      context ->
                          context < 0
                              ? null
                              : values.get(context, schema.apply(context).dataType()))
                  .toArray()));
    }
    return append(writer, converted);
  }

  /** The same, for a table that is written once in a while. */
  public TableTransaction append(StructType schema, List<Row> rows) {
    return append(new RowWriter(), schema, rows);
  }

  /** Makes any change of the table by others a conflict of this stage. */
  public TableTransaction readsAll() {
    txn.readWholeTable();
    return this;
  }

  /** The version that this stage was begun on. */
  public long version() {
    return txn.readVersion();
  }

  /** Writes rows as {@link #append} does, and gives them read back from the files written. */
  public Dataset<Row> appended(Dataset<Row> rows) {
    return read(write(rows));
  }

  private List<AddFile> write(Dataset<Row> rows) {
    List<FileAction> files = seqAsJavaList(txn.writeFiles(ordered(rows, schema()), Option.empty()));
    actions.addAll(files);
    List<AddFile> added =
        files.stream().filter(AddFile.class::isInstance).map(AddFile.class::cast).toList();
    staged.addAll(added);
    return added;
  }

  /** The columns of a table in its order, those that the rows lack as null. */
  public static Dataset<Row> ordered(Dataset<Row> rows, StructType schema) {
    Set<String> have = Set.of(rows.columns());
    return rows.select(
        Arrays.stream(schema.fields())
            .map(
                field ->
                    have.contains(field.name())
                        ? col("`" + field.name() + "`")
                        : lit(null).cast(field.dataType()).as(field.name()))
            .toArray(Column[]::new));
  }

  /** Takes files out of the table with this commit. */
  public TableTransaction remove(Files files) {
    for (AddFile file : files.files) {
      if (staged.remove(file)) {
        // Never published: it is forgotten, and vacuum takes it.
        actions.remove(file);
      } else if (removed.add(file.path())) {
        actions.add(file.removeWithTimestamp(System.currentTimeMillis(), true));
      }
    }
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

  /** Forgets all rows and removals of this stage; what it has read still counts. */
  public TableTransaction reset() {
    actions.clear();
    removed.clear();
    staged.clear();
    return this;
  }

  /**
   * The rows written so far, read back from their files: for checks that a single pass cannot make.
   */
  public Dataset<Row> staged() {
    return read(staged);
  }

  private Dataset<Row> read(List<AddFile> files) {
    // The snapshot of a table that does not exist yet has no columns; this one has those it will
    // have.
    Snapshot made =
        new DummySnapshot(table.log().logPath(), table.log(), txn.metadata(), Option.empty());
    return table.log().createDataFrame(made, asScalaBuffer(files).toSeq(), false, Option.empty());
  }

  /** How many rows have been written, by their files' statistics. */
  public long rowsStaged() {
    return staged.stream().mapToLong(file -> (Long) file.numLogicalRecords().get()).sum();
  }

  /** Whether a commit would change rows or checkpoints. */
  public boolean isEmpty() {
    return actions.isEmpty() && checkpoints.isEmpty();
  }

  /**
   * Makes everything staged visible at once: rows, removals, checkpoints and the account of them.
   *
   * @param mode Append when nothing is removed, Overwrite when partitions are replaced
   * @param account JSON kept with the commit as its user metadata
   * @return the new version
   * @throws FencedException if another driver has published what this one was about to
   * @throws StaleReadException if the files read have changed meanwhile; trying again will do
   */
  public long publish(SaveMode mode, String rowCounts) {
    checkpoints.forEach(
        (app, version) ->
            actions.add(
                new SetTransaction(app, version, Option.apply(System.currentTimeMillis()))));
    return commit(
        new DeltaOperations.Write(mode, Option.empty(), Option.empty(), Option.apply(rowCounts)));
  }

  /**
   * Leaves the checkpoint of the table's log, when one is due with this commit, to others: it takes
   * some jobs, for which the commit does not wait then. One that is never made is missed by nobody
   * but readers, who read more of the log until the next.
   */
  public TableTransaction checkpointsBy(Executor executor) {
    txn.others = executor;
    return this;
  }

  private long commit(DeltaOperations.Operation operation) {
    try {
      long version = txn.commit(asScalaBuffer(actions).toSeq(), operation);
      if (txn.leftCheckpoint) {
        txn.others.execute(() -> table.log().checkpoint(table.at(version), Option.empty()));
      }
      return version;
    } catch (DeltaConcurrentModificationException e) {
      boolean overtaken =
          seen.entrySet().stream()
              .anyMatch(before -> table.checkpoint(before.getKey()) != before.getValue());
      throw overtaken
          ? new FencedException(table.name(), e)
          : new StaleReadException(table.name(), e);
    }
  }

  /**
   * The files written so far, one action of Delta's log a line: {@link #adopt} takes them over into
   * another stage of the same table.
   */
  public String manifest() {
    return staged.stream().map(Action::json).collect(Collectors.joining("\n"));
  }

  /**
   * Takes over files that another stage has written and not published.
   *
   * @throws IllegalStateException if one of them is gone
   */
  public TableTransaction adopt(String manifest) {
    for (String line : manifest.lines().toList()) {
      AddFile file = (AddFile) Action.fromJson(line);
      table.mustExist(absolute(file), "written for a commit that is not published yet");
      actions.add(file);
      staged.add(file);
    }
    return this;
  }

  /** The files of this stage. */
  public Files stagedFiles() {
    return new Files(List.copyOf(staged));
  }

  /**
   * Brings the table back to a version, in one commit of its own: its files, and how far each
   * command had got.
   *
   * @return the new version
   * @throws IllegalStateException if a file of that version is gone
   */
  static long restore(LakeTable table, long version) {
    TableTransaction transaction = reopen(table);
    Snapshot then = table.at(version);
    Changes changes = table.between(transaction.txn.snapshot(), then);
    // Reading every file makes any other driver's commit a conflict.
    Map<String, AddFile> now = new HashMap<>();
    transaction.files().files.forEach(file -> now.put(file.path(), file));
    changes
        .removed()
        .forEach(file -> transaction.remove(transaction.new Files(List.of(now.get(file.path())))));
    for (AddFile file : changes.added()) {
      table.mustExist(transaction.absolute(file), "part of version " + version);
      transaction.actions.add(changing(file));
    }
    Set<String> commands = new HashSet<>(mapAsJavaMap(then.transactions()).keySet());
    commands.addAll(mapAsJavaMap(transaction.txn.snapshot().transactions()).keySet());
    for (String command : commands) {
      Option<Object> at = then.transactions().get(command);
      transaction.actions.add(
          new SetTransaction(
              command,
              at.isEmpty() ? -1 : (Long) at.get(),
              Option.apply(System.currentTimeMillis())));
    }
    return transaction.commit(new DeltaOperations.Restore(Option.apply(version), Option.empty()));
  }

  /** The same file, as one whose coming changes the table's rows. */
  private static AddFile changing(AddFile file) {
    return (AddFile)
        Action.fromJson(file.json().replace("\"dataChange\":false", "\"dataChange\":true"));
  }
}
