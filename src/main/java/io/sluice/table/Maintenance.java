package io.sluice.table;

import io.delta.tables.DeltaTable;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.delta.DeltaConcurrentModificationException;
import org.apache.spark.sql.delta.actions.AddFile;

/**
 * Keeps a table's files few, and forgets those that no version within a time needs.
 *
 * <p>Neither changes a row. Commands that write meanwhile are not refused for it: they try again.
 */
public final class Maintenance {
  private final LakeTable table;
  private final long small;
  private final SparkSession session;

  /**
   * @param small files of fewer bytes are taken together, with others of their partition
   */
  public Maintenance(LakeTable table, long small) {
    table.mustBeWritable();
    this.table = table;
    this.small = small;
    // Settings of this work alone; the session's other users keep theirs.
    this.session = table.spark().newSession();
    session.conf().set("spark.databricks.delta.optimize.minFileSize", small);
    session.conf().set("spark.databricks.delta.optimize.maxFileSize", 4 * small);
    session.conf().set("spark.databricks.delta.retentionDurationCheck.enabled", false);
    // A vacuum lists with so many tasks, 10,000 unless told otherwise.
    session
        .conf()
        .set(
            "spark.sql.sources.parallelPartitionDiscovery.parallelism",
            4 * session.sparkContext().defaultParallelism());
  }

  /** How many files {@link #compact} would take together; costs a look at the log. */
  public long compactable() {
    Map<String, Long> files = new TreeMap<>();
    for (AddFile file : LakeTable.files(table.snapshot()).values()) {
      if (file.size() < small) {
        files.merge(String.valueOf(file.partitionValues()), 1L, Long::sum);
      }
    }
    return files.values().stream().filter(count -> count > 1).mapToLong(count -> count).sum();
  }

  /**
   * Takes the small files of each partition together, in a commit that changes no rows.
   *
   * <p>Cost: reads and writes those files.
   *
   * @throws StaleReadException if another command has replaced one of them meanwhile
   */
  public Compaction compact() {
    try {
      Row metrics =
          DeltaTable.forPath(session, table.path())
              .optimize()
              .executeCompaction()
              .selectExpr("metrics.numFilesRemoved", "metrics.numFilesAdded")
              .first();
      return new Compaction(metrics.getLong(0), metrics.getLong(1));
    } catch (DeltaConcurrentModificationException e) {
      throw new StaleReadException(table.name(), e);
    }
  }

  /** How many files a compaction took out and put in. */
  public record Compaction(long removed, long added) {}

  /** How many files {@link #vacuum} would delete; costs a listing of the whole table. */
  public long deletable(Duration retention) {
    return session.sql(statement(retention) + " DRY RUN").count();
  }

  /**
   * Deletes the files that no version of the time given needs, and those that no commit has taken
   * up in it.
   *
   * <p>Cost: a listing of the whole table.
   */
  public void vacuum(Duration retention) {
    session.sql(statement(retention));
  }

  private String statement(Duration retention) {
    return String.format(
        Locale.ROOT,
        "VACUUM delta.`%s` RETAIN %.4f HOURS",
        table.path(),
        retention.toSeconds() / 3600.0);
  }
}
