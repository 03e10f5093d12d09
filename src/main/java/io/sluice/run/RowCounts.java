package io.sluice.run;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Locale;

/**
 * What became of the rows that a run read: each is accepted, quarantined, a duplicate, superseded,
 * or has deleted the row of its key.
 *
 * @param read rows read
 * @param accepted rows published
 * @param quarantined rows that broke a rule
 * @param duplicate rows equal in key and ordering value to the version kept
 * @param superseded rows older than the version kept
 * @param deleted rows that said that the row of their key is gone, and of which none is newer
 * @param conflict of the duplicates, those that say something other than the version kept
 * @param removed rows published before that left the table, since a newer delivery took the place
 *     of theirs or all were truncated; none of those read
 */
public record RowCounts(
    long read,
    long accepted,
    long quarantined,
    long duplicate,
    long superseded,
    long deleted,
    long conflict,
    long removed) {
  public static final RowCounts EMPTY = new RowCounts(0, 0, 0, 0, 0);

  /** Of rows that removed none that were there. */
  public RowCounts(
      long read,
      long accepted,
      long quarantined,
      long duplicate,
      long superseded,
      long deleted,
      long conflict) {
    this(read, accepted, quarantined, duplicate, superseded, deleted, conflict, 0);
  }

  /** Of rows of which none deletes. */
  public RowCounts(
      long read, long accepted, long quarantined, long duplicate, long superseded, long conflict) {
    this(read, accepted, quarantined, duplicate, superseded, 0, conflict, 0);
  }

  /** Of rows of which none deletes and among which there is no conflict. */
  public RowCounts(long read, long accepted, long quarantined, long duplicate, long superseded) {
    this(read, accepted, quarantined, duplicate, superseded, 0, 0, 0);
  }

  /** Whether every row is accounted for. */
  public boolean balances() {
    return read == accepted + quarantined + duplicate + superseded + deleted
        && conflict <= duplicate;
  }

  public RowCounts plus(RowCounts other) {
    return new RowCounts(
        read + other.read,
        accepted + other.accepted,
        quarantined + other.quarantined,
        duplicate + other.duplicate,
        superseded + other.superseded,
        deleted + other.deleted,
        conflict + other.conflict,
        removed + other.removed);
  }

  /**
   * The account as it is kept with a commit: its numbers, the run and the range of versions it
   * covers.
   */
  public String json(Run run, long from, long until) {
    ObjectNode node = new ObjectMapper().createObjectNode();
    node.put("command", run.command());
    node.put("subject", run.subject());
    node.put("run_id", run.id());
    node.put("from_version", from);
    node.put("until_version", until);
    node.put("read", read);
    node.put("accepted", accepted);
    node.put("quarantined", quarantined);
    node.put("duplicate", duplicate);
    node.put("superseded", superseded);
    node.put("deleted", deleted);
    node.put("conflict", conflict);
    node.put("removed", removed);
    return node.toString();
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%,d read = %,d accepted + %,d quarantined + %,d duplicate + %,d superseded%s%s%s",
        read,
        accepted,
        quarantined,
        duplicate,
        superseded,
        deleted == 0 ? "" : String.format(Locale.ROOT, " + %,d deleted", deleted),
        conflict == 0
            ? ""
            : String.format(Locale.ROOT, " (%,d of the duplicates in conflict)", conflict),
        removed == 0 ? "" : String.format(Locale.ROOT, "; %,d older rows removed", removed));
  }
}
