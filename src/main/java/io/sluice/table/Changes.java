package io.sluice.table;

import io.sluice.engine.Scala;
import java.util.Comparator;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.delta.Snapshot;
import org.apache.spark.sql.delta.actions.AddFile;
import org.apache.spark.sql.delta.actions.RemoveFile;
import scala.Option;

/**
 * What changed in a table between two versions, known from its log alone: no data file is read to
 * find out.
 */
public final class Changes {
  private final LakeTable table;
  private final Snapshot until;
  private final List<AddFile> added;
  private final List<RemoveFile> removed;

  Changes(LakeTable table, Snapshot until, List<AddFile> added, List<RemoveFile> removed) {
    this.table = table;
    this.until = until;
    this.added = added;
    this.removed = removed;
  }

  /** The version that these changes lead to. */
  public long until() {
    return until.version();
  }

  public boolean isEmpty() {
    return added.isEmpty() && removed.isEmpty();
  }

  List<AddFile> added() {
    return added;
  }

  List<RemoveFile> removed() {
    return removed;
  }

  public int filesAdded() {
    return added.size();
  }

  public int filesRemoved() {
    return removed.size();
  }

  /** Rows of the files added, by their statistics. */
  public long rowsAdded() {
    return added.stream().mapToLong(file -> rows(file.numLogicalRecords())).sum();
  }

  /**
   * Rows of the files removed, by their statistics; of files that a commit took out, the log need
   * not have any.
   */
  public long rowsRemoved() {
    return removed.stream().mapToLong(file -> rows(file.numLogicalRecords())).sum();
  }

  private static long rows(Option<Object> records) {
    return records.isEmpty() ? 0 : (Long) records.get();
  }

  /** Bytes of the files added. */
  public long bytes() {
    return added.stream().mapToLong(AddFile::size).sum();
  }

  /** The rows of the files added: for a table that is only appended to, the new rows. */
  public Dataset<Row> rows() {
    List<AddFile> ordered = added.stream().sorted(Comparator.comparing(AddFile::path)).toList();
    return Delta.rows(until, ordered);
  }

  /**
   * The values of a partition column whose rows changed, as the log writes them; null where a row
   * has none. Files that were kept by other columns are passed over.
   */
  public SortedSet<String> partitions(String column) {
    SortedSet<String> values = new TreeSet<>(Comparator.nullsFirst(Comparator.naturalOrder()));
    Stream.concat(
            added.stream().map(AddFile::partitionValues),
            removed.stream().map(RemoveFile::partitionValues))
        .map(Scala::javaMap)
        .filter(partition -> partition.containsKey(column))
        .map(partition -> partition.get(column))
        .forEach(values::add);
    return values;
  }
}
