package io.sluice.table;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.delta.DeltaLog;
import org.apache.spark.sql.delta.Snapshot;
import org.apache.spark.sql.delta.actions.Action;
import org.apache.spark.sql.delta.actions.AddFile;
import org.apache.spark.sql.delta.actions.RemoveFile;

/**
 * One Delta table of the lake: reads its rows, its versions and what changed between them.
 *
 * <p>Writing goes through {@link TableTransaction}: files first, a commit last.
 */
public final class LakeTable {
  private final SparkSession spark;
  private final String name;
  private final String path;
  private final Lake.Access access;

  LakeTable(SparkSession spark, String name, String path, Lake.Access access) {
    this.spark = spark;
    this.name = name;
    this.path = path;
    this.access = access;
  }

  /** Layer and table, such as {@code silver.calls}. */
  public String name() {
    return name;
  }

  public String path() {
    return path;
  }

  SparkSession spark() {
    return spark;
  }

  DeltaLog log() {
    return Delta.log(spark, path);
  }

  Snapshot snapshot() {
    return Delta.newest(log());
  }

  /**
   * @throws IllegalStateException if the lake has been opened to read
   */
  void mustBeWritable() {
    if (access == Lake.Access.READ) {
      throw new IllegalStateException(name + ": the lake has been opened to read, not to write");
    }
  }

  public boolean exists() {
    return version() >= 0;
  }

  /** The newest version; -1 if the table does not exist. Costs a listing of the log's tail. */
  public long version() {
    return snapshot().version();
  }

  /** The version that this JVM saw last, without a look at the store; -1 if it saw none. */
  public long versionAsKnown() {
    return log().unsafeVolatileSnapshot().version();
  }

  /**
   * The newest version, looked for in the store only if this JVM has not done so for some time; -1
   * if the table does not exist.
   */
  public long versionWithin(Duration age) {
    return Delta.newest(log(), age).version();
  }

  /**
   * Makes sure that the table still has a version that another table's commit stands on.
   *
   * @throws IllegalStateException if its log has lost commits
   */
  public void mustReach(long version, String whose) {
    if (version() < version) {
      throw new IllegalStateException(
          name
              + " is at version "
              + version()
              + ", and "
              + whose
              + " stands on its version "
              + version
              + ": commits of its log are gone. Bring them back from the bucket's versions before anything else runs.");
    }
  }

  /** The rows of the newest version. */
  public Dataset<Row> read() {
    return spark.read().format("delta").load(path);
  }

  /** The rows of one version, as long as its files are kept. */
  public Dataset<Row> read(long version) {
    return spark.read().format("delta").option("versionAsOf", version).load(path);
  }

  /** How far a command has come by what this table has recorded; -1 if nothing. */
  public long checkpoint(Checkpoint checkpoint) {
    return Delta.checkpoints(snapshot()).getOrDefault(checkpoint.name(), -1L);
  }

  /**
   * The newest version at which a command had come no further than so far.
   *
   * @return empty if there is none any more. Cost: a snapshot of the log for each halving of its
   *     versions
   */
  public OptionalLong versionAt(Checkpoint checkpoint, long most) {
    long found = -1;
    long from = 0;
    long until = version();
    while (from <= until) {
      long middle = (from + until) >>> 1;
      Optional<Long> at = recorded(middle, checkpoint);
      if (at.isPresent() && at.get() > most) {
        until = middle - 1;
      } else {
        found = at.isPresent() ? middle : found;
        from = middle + 1;
      }
    }
    return found < 0 ? OptionalLong.empty() : OptionalLong.of(found);
  }

  /** Empty if the log does not reach back that far. */
  private Optional<Long> recorded(long version, Checkpoint checkpoint) {
    try {
      return Optional.of(Delta.checkpoints(at(version)).getOrDefault(checkpoint.name(), -1L));
    } catch (Exception e) {
      // Delta throws exceptions of many kinds, some of which it does not declare.
      return Optional.empty();
    }
  }

  /**
   * The files that came and went after a version, in commits that changed data (compaction does
   * not). Of a table that has been given other columns meanwhile only the files that came with
   * these or later: they hold all its rows.
   *
   * @throws IllegalStateException if the log no longer reaches back that far
   */
  public Changes changes(long afterVersion) {
    return changes(afterVersion, snapshot());
  }

  /** The same, up to a version. */
  public Changes changes(long afterVersion, long untilVersion) {
    return changes(afterVersion, at(untilVersion));
  }

  private Changes changes(long afterVersion, Snapshot now) {
    List<AddFile> added = new ArrayList<>();
    List<RemoveFile> removed = new ArrayList<>();
    Reshaping.Watch watch =
        new Reshaping.Watch(
            () -> Optional.of(afterVersion).filter(at -> at >= 0).map(at -> at(at).metadata()));
    for (Delta.Commit commit : commits(afterVersion, now.version())) {
      if (watch.isReshaped(commit)) {
        // All rows have been written anew with it.
        added.clear();
      }
      for (Action action : commit.actions()) {
        if (action instanceof AddFile file && file.dataChange()) {
          added.add(file);
        } else if (action instanceof RemoveFile file && file.dataChange()) {
          removed.add(file);
        }
      }
    }
    return new Changes(this, now, added, removed);
  }

  /**
   * The files that hold the rows which the table has now and did not have at a version, of a table
   * whose rows are only added: what has come since and been withdrawn by a restore is not among
   * them.
   *
   * @throws IllegalStateException if the log no longer reaches back that far
   */
  public Changes news(long afterVersion) {
    return news(afterVersion, snapshot());
  }

  /** The same, up to a version. */
  public Changes news(long afterVersion, long untilVersion) {
    return news(afterVersion, at(untilVersion));
  }

  private Changes news(long afterVersion, Snapshot now) {
    List<Delta.Commit> commits = commits(afterVersion, now.version());
    long base = Appended.base(afterVersion, commits);
    try {
      // A restore goes back to a version whose own commits may be restores.
      for (long from = afterVersion; base < from; base = Appended.base(from, commits)) {
        from = base;
        commits = commits(from, now.version());
      }
    } catch (IllegalStateException e) {
      // What the restore brought back is read once more, then: a row that silver has is a
      // duplicate.
      commits = commits(afterVersion, now.version());
    }
    return new Changes(this, now, Appended.since(afterVersion, commits), List.of());
  }

  /**
   * The commits of a range of versions, in order.
   *
   * @throws IllegalStateException if the log no longer has all of them
   */
  private List<Delta.Commit> commits(long afterVersion, long untilVersion) {
    List<Delta.Commit> all = new ArrayList<>();
    if (untilVersion <= afterVersion) {
      return all;
    }
    try {
      Iterator<Delta.Commit> commits = Delta.commits(log(), afterVersion + 1, untilVersion);
      while (commits.hasNext()) {
        Delta.Commit commit = commits.next();
        if (commit.version() != afterVersion + 1 + all.size()) {
          throw new IllegalStateException(
              "version " + (afterVersion + 1 + all.size()) + " is gone");
        }
        all.add(commit);
      }
    } catch (IllegalStateException e) {
      throw new IllegalStateException(
          name
              + ": the log no longer holds every version after "
              + afterVersion
              + "; a backfill of the missing range is needed ("
              + e.getMessage()
              + ")",
          e);
    }
    return all;
  }

  /** The log as of a version. */
  Snapshot at(long version) {
    return Delta.at(log(), version);
  }

  /** How many files a version has, and their bytes; known from the log. */
  public Size size(long version) {
    Snapshot snapshot = at(version);
    return new Size(snapshot.numOfFiles(), snapshot.sizeInBytes());
  }

  /** The size of a version. */
  public record Size(long files, long bytes) {}

  /** When a version was published, by the store's clock. */
  public Instant publishedAt(long version) {
    return Instant.ofEpochMilli(at(version).timestamp());
  }

  /**
   * The newest version that was there at a time.
   *
   * @throws IllegalArgumentException if the table's history does not reach back that far
   */
  public long versionAt(Instant time) {
    try {
      return Delta.versionAt(log(), Timestamp.from(time));
    } catch (Exception e) {
      // Delta throws an AnalysisException, which it does not declare.
      throw new IllegalArgumentException(name + " at " + time + ": " + e.getMessage(), e);
    }
  }

  /** What bringing the table back to a version would add and take away. */
  public Changes backTo(long version) {
    return between(snapshot(), at(version));
  }

  /** The files that lead from one state of the table to another. */
  Changes between(Snapshot now, Snapshot then) {
    Map<String, AddFile> old = files(then);
    Map<String, AddFile> present = files(now);
    List<AddFile> back = new ArrayList<>();
    List<RemoveFile> out = new ArrayList<>();
    old.forEach(
        (path, file) -> {
          if (!present.containsKey(path)) {
            back.add(file);
          }
        });
    present.forEach(
        (path, file) -> {
          if (!old.containsKey(path)) {
            out.add(file.removeWithTimestamp(0, true));
          }
        });
    return new Changes(this, now, back, out);
  }

  static Map<String, AddFile> files(Snapshot snapshot) {
    Map<String, AddFile> files = new LinkedHashMap<>();
    Delta.files(snapshot).forEach(file -> files.put(file.path(), file));
    return files;
  }

  /**
   * Brings the table back to a version: its rows, and how far each command had got, so that what
   * came after is handled again.
   *
   * <p>One commit: readers see all of it or nothing. Cost: two snapshots of the log and a look at
   * each file that comes back; no data is read or written.
   *
   * @return the new version
   * @throws IllegalStateException if a file of that version has been vacuumed
   */
  public long restore(long version) {
    return TableRestore.to(this, version);
  }

  void mustExist(Path file, String what) {
    try {
      if (!file.getFileSystem(spark.sparkContext().hadoopConfiguration()).exists(file)) {
        throw new IllegalStateException(name + ": " + file + ", " + what + ", is gone");
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
