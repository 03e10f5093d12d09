package io.sluice.table;

import static io.sluice.engine.Columns.named;
import static org.apache.spark.sql.functions.lit;

import io.sluice.engine.Scala;
import java.net.URI;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.delta.actions.Action;
import org.apache.spark.sql.delta.actions.AddFile;
import org.apache.spark.sql.delta.actions.FileAction;
import org.apache.spark.sql.types.StructType;
import scala.Option;

/**
 * The files of one transaction: those written into the table's folder for it, and those that it
 * takes out. Nobody sees them before its commit; of one that is never made they wait for vacuum.
 */
final class FileStaging {
  private final LakeTable table;
  private final Delta.Transaction txn;
  private final List<Action> actions = new ArrayList<>();
  private final List<AddFile> staged = new ArrayList<>();
  private final Set<String> removed = new HashSet<>();

  FileStaging(LakeTable table, Delta.Transaction txn) {
    this.table = table;
    this.txn = txn;
  }

  /** What the commit is to do with files, in the order in which it was asked for. */
  List<Action> actions() {
    return actions;
  }

  /** The files written or adopted and not removed again. */
  List<AddFile> staged() {
    return staged;
  }

  /** The paths of the table's files that are taken out. */
  Set<String> removed() {
    return removed;
  }

  /**
   * Writes rows by a job; columns of the table that they lack are null. An observation that they
   * carry is filled when this returns.
   *
   * @return the files written
   */
  List<AddFile> write(Dataset<Row> rows) {
    StructType schema = txn.metadata().schema();
    List<FileAction> files = Scala.list(txn.writeFiles(ordered(rows, schema), Option.empty()));
    actions.addAll(files);
    List<AddFile> added =
        files.stream().filter(AddFile.class::isInstance).map(AddFile.class::cast).toList();
    staged.addAll(added);
    return added;
  }

  /** Writes rows that are in this JVM, of the table's columns, without a job. */
  void write(RowWriter writer, List<InternalRow> rows) {
    add(writer.write(table, txn, rows));
  }

  private void add(List<AddFile> files) {
    actions.addAll(files);
    staged.addAll(files);
  }

  /** The columns of a table in its order, those that the rows lack as null. */
  static Dataset<Row> ordered(Dataset<Row> rows, StructType schema) {
    Set<String> have = Set.of(rows.columns());
    return rows.select(
        Arrays.stream(schema.fields())
            .map(
                field ->
                    have.contains(field.name())
                        ? named(field.name())
                        : lit(null).cast(field.dataType()).as(field.name()))
            .toArray(Column[]::new));
  }

  /** Takes a file out of the table, or out of those written. */
  void remove(AddFile file) {
    if (staged.remove(file)) {
      // Never published: it is forgotten, and vacuum takes it.
      actions.remove(file);
    } else if (removed.add(file.path())) {
      actions.add(file.removeWithTimestamp(System.currentTimeMillis(), true));
    }
  }

  /**
   * Puts a file into the table again that an earlier version had.
   *
   * @param what it is, for the message
   * @throws IllegalStateException if it is gone
   */
  void bringBack(AddFile file, String what) {
    table.mustExist(absolute(table, file), what);
    actions.add(Delta.changing(file));
  }

  /** Forgets all files written and taken out. */
  void reset() {
    actions.clear();
    removed.clear();
    staged.clear();
  }

  /** The files written so far, an action of Delta's log a line: {@link #adopt} reads it. */
  String manifest() {
    return staged.stream().map(Action::json).collect(Collectors.joining("\n"));
  }

  /**
   * Takes over files that another transaction has written and not published.
   *
   * @throws IllegalStateException if one of them is gone
   */
  void adopt(String manifest) {
    for (String line : manifest.lines().toList()) {
      AddFile file = Delta.file(line);
      table.mustExist(absolute(table, file), "written for a commit that is not published yet");
      add(List.of(file));
    }
  }

  /** Rows of files written, read back. */
  Dataset<Row> read(List<AddFile> files) {
    // The snapshot of a table that does not exist yet has no columns; this one has those it will
    // have.
    return Delta.rows(Delta.without(table.log(), txn.metadata()), files);
  }

  /** Rows of the table's files, by its columns as they are; or of files written, by theirs. */
  Dataset<Row> rows(List<AddFile> files) {
    boolean areWritten =
        !files.isEmpty() && !staged.isEmpty() && new HashSet<>(staged).containsAll(files);
    return areWritten ? read(files) : Delta.rows(txn.snapshot(), files);
  }

  /** How many rows have been written, by their files' statistics. */
  long rowCount() {
    return staged.stream()
        .mapToLong(
            file -> {
              long rows = Delta.rowCount(file);
              if (rows < 0) {
                throw new IllegalStateException(
                    table.name() + ": no statistics of " + file.path() + ", written just now");
              }
              return rows;
            })
        .sum();
  }

  /** Where a file of a table is. */
  static Path absolute(LakeTable table, AddFile file) {
    Path path = new Path(file.pathAsUri());
    return path.isAbsolute() ? path : new Path(table.path(), path);
  }

  /**
   * Those of some files whose path, as {@code _metadata.file_path} gives it, is wanted.
   *
   * @throws IllegalStateException if a path is none of theirs: rows that it holds would stay
   */
  static List<AddFile> at(LakeTable table, List<AddFile> files, Set<String> paths) {
    Map<String, AddFile> byPath = new HashMap<>();
    files.forEach(file -> byPath.put(absolute(table, file).toUri().getPath(), file));
    List<AddFile> found = new ArrayList<>();
    for (String path : paths) {
      // A URI with its special characters escaped; the table's path may lack its scheme.
      AddFile file = byPath.get(URI.create(path).getPath());
      if (file == null) {
        throw new IllegalStateException(table.name() + " has no file " + path);
      }
      found.add(file);
    }
    return found;
  }
}
