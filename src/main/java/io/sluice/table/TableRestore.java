package io.sluice.table;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.apache.spark.sql.delta.Snapshot;
import org.apache.spark.sql.delta.actions.AddFile;

/**
 * Brings a table back to a version, in one commit of its own: its files, and how far each command
 * had got.
 *
 * <p>Any commit of another driver meanwhile is a conflict. Cost: two snapshots of the log and a
 * look at each file that comes back; no data is read or written.
 */
final class TableRestore {
  private TableRestore() {}

  /**
   * @return the new version
   * @throws IllegalStateException if a file of that version is gone
   * @throws StaleReadException if another has published meanwhile; trying again will do
   */
  static long to(LakeTable table, long version) {
    TableTransaction transaction = TableTransaction.reopen(table).readsAll();
    FileStaging files = transaction.staging();
    Snapshot now = transaction.snapshot();
    Snapshot then = table.at(version);
    Map<String, AddFile> present = LakeTable.files(now);
    Map<String, AddFile> wanted = LakeTable.files(then);
    present.forEach(
        (path, file) -> {
          if (!wanted.containsKey(path)) {
            files.remove(file);
          }
        });
    wanted.forEach(
        (path, file) -> {
          if (!present.containsKey(path)) {
            files.bringBack(file, "part of version " + version);
          }
        });
    // Files are of the columns that the table had when they were written.
    Reshaping.back(now.metadata(), then.metadata(), now.version()).ifPresent(transaction::declare);
    Map<String, Long> before = Delta.recorded(then);
    Set<String> commands = new HashSet<>(before.keySet());
    commands.addAll(Delta.recorded(now).keySet());
    commands.forEach(
        name -> transaction.checkpoint(new Checkpoint(name), before.getOrDefault(name, -1L)));
    return transaction.commit(Delta.restore(version));
  }
}
