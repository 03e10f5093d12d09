package io.sluice.table;

import io.sluice.engine.Scala;
import java.sql.Timestamp;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Executor;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.delta.DeltaLog;
import org.apache.spark.sql.delta.DeltaOperations;
import org.apache.spark.sql.delta.DummySnapshot;
import org.apache.spark.sql.delta.OptimisticTransaction;
import org.apache.spark.sql.delta.Snapshot;
import org.apache.spark.sql.delta.actions.Action;
import org.apache.spark.sql.delta.actions.AddFile;
import org.apache.spark.sql.delta.actions.Format;
import org.apache.spark.sql.delta.actions.Metadata;
import org.apache.spark.sql.delta.actions.SetTransaction;
import org.apache.spark.sql.types.StructType;
import scala.Option;
import scala.Tuple2;

/**
 * The calls into Delta whose shape changes from one of its versions to the next, each once: written
 * for Delta 3.3, and what an upgrade of Delta has to look at first.
 */
final class Delta {
  private Delta() {}

  /** The log of the table in a folder; one object per folder and JVM. */
  static DeltaLog log(SparkSession spark, String path) {
    return DeltaLog.forTable(spark, path);
  }

  /** The newest version of a log; costs a listing of its tail. */
  static Snapshot newest(DeltaLog log) {
    return log.update(false, Option.empty(), Option.empty());
  }

  /** The same; without a listing if there has been one no longer ago. */
  static Snapshot newest(DeltaLog log, Duration age) {
    return log.update(
        false, Option.apply(System.currentTimeMillis() - age.toMillis()), Option.empty());
  }

  /** A version of a log. */
  static Snapshot at(DeltaLog log, long version) {
    return log.getSnapshotAt(version, Option.empty(), Option.empty());
  }

  /** A table that has no commit yet, as one with this metadata would be. */
  static Snapshot without(DeltaLog log, Metadata metadata) {
    return new DummySnapshot(log.logPath(), log, metadata, Option.empty());
  }

  /** The rows of some files, as columns of a version. */
  static Dataset<Row> rows(Snapshot version, List<AddFile> files) {
    return version.deltaLog().createDataFrame(version, Scala.seq(files), false, Option.empty());
  }

  /** One commit of a log. */
  record Commit(long version, List<Action> actions) {}

  /**
   * The commits of a range of versions that the log still has, in order.
   *
   * @throws IllegalStateException if one is missing in between
   */
  static Iterator<Commit> commits(DeltaLog log, long from, long until) {
    var commits = log.getChanges(from, until, true);
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return commits.hasNext();
      }

      @Override
      public Commit next() {
        Tuple2<?, ?> commit = commits.next();
        List<Action> actions = new ArrayList<>();
        Scala.list((scala.collection.Seq<?>) commit._2())
            .forEach(action -> actions.add((Action) action));
        return new Commit((Long) commit._1(), actions);
      }
    };
  }

  /** The newest version that was there at a time; Delta's AnalysisException if there was none. */
  static long versionAt(DeltaLog log, Timestamp time) {
    return log.history().getActiveCommitAtTime(time, true, true, false).version();
  }

  /**
   * All that a version has recorded, by name. Delta carries it from commit to commit in the
   * version's checksum; only where that is missing is the log's state made anew, which takes
   * several jobs.
   */
  static Map<String, Long> checkpoints(Snapshot version) {
    var checksum = version.checksumOpt();
    if (checksum.isEmpty() || checksum.get().setTransactions().isEmpty()) {
      return recorded(version);
    }
    Map<String, Long> found = new HashMap<>();
    Scala.list(checksum.get().setTransactions().get())
        .forEach(one -> found.put(one.appId(), one.version()));
    return found;
  }

  /** The same from the log's state. */
  static Map<String, Long> recorded(Snapshot version) {
    Map<String, Long> found = new HashMap<>();
    Scala.javaMap(version.transactions()).forEach((app, at) -> found.put(app, (Long) at));
    return found;
  }

  /** The files of a version, in no order; costs a job. */
  static List<AddFile> files(Snapshot version) {
    return version.allFiles().collectAsList();
  }

  // Actions of a commit.

  /** The metadata of a table that is made now. */
  static Metadata metadata(
      String name,
      String comment,
      StructType schema,
      List<String> partitionBy,
      Map<String, String> properties) {
    return new Metadata(
        UUID.randomUUID().toString(),
        name,
        comment,
        new Format("parquet", Scala.map(Map.of())),
        schema.json(),
        Scala.seq(partitionBy),
        Scala.map(properties),
        Option.apply(System.currentTimeMillis()));
  }

  /** The metadata of a table that is there, with another comment, other columns and properties. */
  static Metadata metadata(
      Metadata now, String comment, StructType schema, Map<String, String> properties) {
    return metadata(now, comment, schema, Scala.list(now.partitionColumns()), properties);
  }

  /** The same, with other partition columns. */
  static Metadata metadata(
      Metadata now,
      String comment,
      StructType schema,
      List<String> partitionBy,
      Map<String, String> properties) {
    return new Metadata(
        now.id(),
        now.name(),
        comment,
        now.format(),
        schema.json(),
        Scala.seq(partitionBy),
        Scala.map(properties),
        now.createdTime());
  }

  /**
   * A file that has been written.
   *
   * @param path below the table's folder, escaped as in a URI
   * @param stats Delta's statistics of its rows as JSON; null if there are none
   */
  static AddFile file(
      String path, Map<String, String> partition, long bytes, long modifiedAt, String stats) {
    return new AddFile(
        path,
        Scala.map(partition),
        bytes,
        modifiedAt,
        true,
        stats,
        null,
        null,
        Option.empty(),
        Option.empty(),
        Option.empty());
  }

  /** The same file with nothing of its statistics but the number of its rows. */
  static AddFile slim(AddFile file) {
    long rows = rowCount(file);
    return file(
        file.path(),
        Scala.javaMap(file.partitionValues()),
        file.size(),
        file.modificationTime(),
        rows < 0 ? null : "{\"numRecords\":" + rows + "}");
  }

  /** A file as {@link AddFile#json} has written it. */
  static AddFile file(String json) {
    return (AddFile) Action.fromJson(json);
  }

  /** The same file, as one whose coming changes the table's rows. */
  static AddFile changing(AddFile file) {
    return file(file.json().replace("\"dataChange\":false", "\"dataChange\":true"));
  }

  /** The number of a file's rows by its statistics; -1 if it has none. */
  static long rowCount(AddFile file) {
    Option<?> records = file.numLogicalRecords();
    return records.isEmpty() ? -1 : (Long) records.get();
  }

  static SetTransaction checkpoint(String app, long version) {
    return new SetTransaction(app, version, Option.apply(System.currentTimeMillis()));
  }

  // What a commit says it does.

  static DeltaOperations.Operation write(SaveMode mode, String userMetadata) {
    return new DeltaOperations.Write(
        mode, Option.empty(), Option.empty(), Option.apply(userMetadata));
  }

  static DeltaOperations.Operation restore(long version) {
    return new DeltaOperations.Restore(Option.apply(version), Option.empty());
  }

  /** Delta's transaction, which can leave the checkpoint of the log that is due to others. */
  static final class Transaction extends OptimisticTransaction {
    private Executor others;
    private boolean leftCheckpoint;

    Transaction(DeltaLog log, Snapshot snapshot) {
      super(log, Option.empty(), snapshot);
    }

    void leaveCheckpointTo(Executor executor) {
      others = executor;
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

    /** Makes another driver's record under a name a conflict, as Delta's txnVersion does. */
    void reads(String app) {
      readTxn().$plus$eq(app);
    }

    /** Commits, and gives the new version. */
    long commit(List<Action> actions, DeltaOperations.Operation operation) {
      long version = commit(Scala.seq(actions), operation);
      if (leftCheckpoint) {
        others.execute(() -> deltaLog().checkpoint(at(deltaLog(), version), Option.empty()));
      }
      return version;
    }
  }
}
