package io.sluice.table;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.delta.Snapshot;
import org.apache.spark.sql.delta.actions.Action;

/** The checkpoints of one transaction: what it has read of them, and what its commit records. */
final class Checkpoints {
  private final String table;
  private final Delta.Transaction txn;
  private final Map<Checkpoint, Long> seen = new HashMap<>();
  private final Map<Checkpoint, Long> written = new LinkedHashMap<>();
  private Map<String, Long> recorded;

  Checkpoints(String table, Delta.Transaction txn) {
    this.table = table;
    this.txn = txn;
    txn.reads(Checkpoint.FENCE.name());
  }

  /** What the table has recorded; asked of its log once, and only if it is wanted. */
  private Map<String, Long> recorded() {
    if (recorded == null) {
      recorded = Delta.checkpoints(txn.snapshot());
    }
    return recorded;
  }

  /** Where a checkpoint stands; who moves it meanwhile is a conflict from now on. */
  long read(Checkpoint checkpoint) {
    txn.reads(checkpoint.name());
    long version = recorded().getOrDefault(checkpoint.name(), -1L);
    seen.put(checkpoint, version);
    return version;
  }

  /** The same for all of a family, by the rest of their names. */
  Map<String, Long> read(Checkpoint.Family family) {
    Map<String, Long> found = new HashMap<>();
    for (String name : recorded().keySet()) {
      if (name.startsWith(family.prefix())) {
        String what = name.substring(family.prefix().length());
        found.put(what, read(family.of(what)));
      }
    }
    return found;
  }

  /**
   * @throws FencedException if a checkpoint stands elsewhere
   */
  void requireAt(Checkpoint checkpoint, long expected) {
    long found = read(checkpoint);
    if (found != expected) {
      throw new FencedException(table, checkpoint, expected, found);
    }
  }

  /**
   * @throws FencedException if one of those that another transaction has read stands elsewhere now
   */
  void requireAsSeenBy(Checkpoints other) {
    other.seen.forEach(this::requireAt);
  }

  void write(Checkpoint checkpoint, long version) {
    written.put(checkpoint, version);
  }

  /** Shuts out, with the commit, all transactions that were begun before it. */
  void writeFence() {
    write(Checkpoint.FENCE, recorded().getOrDefault(Checkpoint.FENCE.name(), -1L) + 1);
  }

  boolean isEmpty() {
    return written.isEmpty();
  }

  List<Action> actions() {
    return written.entrySet().stream()
        .<Action>map(one -> Delta.checkpoint(one.getKey().name(), one.getValue()))
        .toList();
  }

  /** Whether one that this transaction has read stands elsewhere in a later version. */
  boolean movedBy(Snapshot later) {
    Map<String, Long> now = Delta.checkpoints(later);
    return seen.entrySet().stream()
        .anyMatch(
            before -> !before.getValue().equals(now.getOrDefault(before.getKey().name(), -1L)));
  }
}
