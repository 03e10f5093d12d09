package io.sluice.run;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Locale;

/**
 * What became of the rows that a run read: each is accepted, quarantined, a duplicate or
 * superseded.
 *
 * @param read rows read
 * @param accepted rows published
 * @param quarantined rows that broke a rule
 * @param duplicate rows equal in key and ordering value to the version kept
 * @param superseded rows older than the version kept
 * @param conflict of the duplicates, those that say something other than the version kept
 */
public record RowCounts(
    long read, long accepted, long quarantined, long duplicate, long superseded, long conflict) {
  public static final RowCounts EMPTY = new RowCounts(0, 0, 0, 0, 0);

  /** Of rows among which there is no conflict. */
  public RowCounts(long read, long accepted, long quarantined, long duplicate, long superseded) {
    this(read, accepted, quarantined, duplicate, superseded, 0);
  }

  /** Whether every row is accounted for. */
  public boolean balances() {
    return read == accepted + quarantined + duplicate + superseded && conflict <= duplicate;
  }

  public RowCounts plus(RowCounts other) {
    return new RowCounts(
        read + other.read,
        accepted + other.accepted,
        quarantined + other.quarantined,
        duplicate + other.duplicate,
        superseded + other.superseded,
        conflict + other.conflict);
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
    node.put("conflict", conflict);
    return node.toString();
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%,d read = %,d accepted + %,d quarantined + %,d duplicate + %,d superseded%s",
        read,
        accepted,
        quarantined,
        duplicate,
        superseded,
        conflict == 0
            ? ""
            : String.format(Locale.ROOT, " (%,d of the duplicates in conflict)", conflict));
  }
}
