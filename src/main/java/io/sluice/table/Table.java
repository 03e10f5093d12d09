package io.sluice.table;

import static scala.collection.JavaConverters.asJavaIterator;
import static scala.collection.JavaConverters.seqAsJavaList;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.delta.DeltaLog;
import org.apache.spark.sql.delta.Snapshot;
import org.apache.spark.sql.delta.actions.Action;
import org.apache.spark.sql.delta.actions.AddFile;
import org.apache.spark.sql.delta.actions.RemoveFile;
import scala.Option;
import scala.Tuple2;
import scala.collection.Seq;

/**
 * One Delta table of the lake: reads its rows, its versions and what changed between them.
 *
 * <p>Writing goes through {@link #begin}: files first, a commit last.
 */
public final class Table {
  private final SparkSession spark;
  private final String name;
  private final String path;

  Table(SparkSession spark, String name, String path) {
    this.spark = spark;
    this.name = name;
    this.path = path;
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
    return DeltaLog.forTable(spark, path);
  }

  Snapshot snapshot() {
    return log().update(false, Option.empty(), Option.empty());
  }

  public boolean exists() {
    return version() >= 0;
  }

  /** The newest version; -1 if the table does not exist. Costs a listing of the log's tail. */
  public long version() {
    return snapshot().version();
  }

  /** The rows of the newest version. */
  public Dataset<Row> read() {
    return spark.read().format("delta").load(path);
  }

  /** The rows of one version, as long as its files are kept. */
  public Dataset<Row> read(long version) {
    return spark.read().format("delta").option("versionAsOf", version).load(path);
  }

  /**
   * What a reader of this table has handled: the version recorded under {@code app}, -1 if none.
   */
  public long checkpoint(String app) {
    Option<Object> version = snapshot().transactions().get(app);
    return version.isEmpty() ? -1 : (Long) version.get();
  }

  /**
   * The files that came and went after a version, in commits that changed data (compaction does
   * not).
   *
   * @throws IllegalStateException if the log no longer reaches back that far
   */
  public Changes changes(long afterVersion) {
    Snapshot now = snapshot();
    List<AddFile> added = new ArrayList<>();
    List<RemoveFile> removed = new ArrayList<>();
    if (now.version() > afterVersion) {
      long first = afterVersion + 1;
      Iterator<Tuple2<Object, Seq<Action>>> commits;
      try {
        commits = asJavaIterator(log().getChanges(first, now.version(), true));
        while (commits.hasNext()) {
          Tuple2<Object, Seq<Action>> commit = commits.next();
          if ((Long) commit._1() != first) {
            throw new IllegalStateException("version " + first + " is gone");
          }
          first++;
          for (Action action : seqAsJavaList(commit._2())) {
            if (action instanceof AddFile file && file.dataChange()) {
              added.add(file);
            } else if (action instanceof RemoveFile file && file.dataChange()) {
              removed.add(file);
            }
          }
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
    }
    return new Changes(this, now, added, removed);
  }
}
