package io.sluice.ops;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * What became of the rows that a run read: each is accepted, quarantined, a duplicate or late.
 *
 * @param read rows read
 * @param accepted rows published
 * @param quarantined rows that broke a rule
 * @param duplicate rows equal in key and ordering value to the version kept
 * @param late rows older than the version kept
 */
public record Account(long read, long accepted, long quarantined, long duplicate, long late) {
  public static final Account EMPTY = new Account(0, 0, 0, 0, 0);

  /** Whether every row is accounted for. */
  public boolean balances() {
    return read == accepted + quarantined + duplicate + late;
  }

  public Account plus(Account other) {
    return new Account(
        read + other.read,
        accepted + other.accepted,
        quarantined + other.quarantined,
        duplicate + other.duplicate,
        late + other.late);
  }

  /**
   * The account as it is kept with a commit: its numbers, the run and the range of versions it
   * covers.
   */
  public String json(Run run, long from, long until) {
    ObjectNode node = new ObjectMapper().createObjectNode();
    node.put("program", run.program());
    node.put("subject", run.subject());
    node.put("run_id", run.id());
    node.put("from_version", from);
    node.put("until_version", until);
    node.put("read", read);
    node.put("accepted", accepted);
    node.put("quarantined", quarantined);
    node.put("duplicate", duplicate);
    node.put("late", late);
    return node.toString();
  }

  @Override
  public String toString() {
    return String.format(
        "%,d read = %,d accepted + %,d quarantined + %,d duplicate + %,d late",
        read, accepted, quarantined, duplicate, late);
  }
}
