package io.sluice.table;

/**
 * A name under which a table's commits record how far a command has come: Delta's application id of
 * a transaction. A commit that moves it conflicts with every other that has read it.
 *
 * <p>All names there are stand here; they are in the logs of existing lakes, and so never change.
 *
 * @param name as the log has it
 */
public record Checkpoint(String name) {

  /** Names that begin with the same words and end with what they are of. */
  public record Family(String prefix) {
    public Checkpoint of(String what) {
      return new Checkpoint(prefix + what);
    }
  }

  /** In any table: how many times transactions that were begun before have been shut out. */
  static final Checkpoint FENCE = new Checkpoint("fence");

  /** In {@code bronze.<source>}: the number of the last batch of files ingested, from 0. */
  public static final Checkpoint FILES_INGESTED = new Checkpoint("ingest");

  /**
   * In {@code bronze.<source>}: the number of the last batch of files whose rows {@code ops.files}
   * must have; with it stands {@link #FILES_INGESTED}.
   */
  public static final Checkpoint FILES_RECORDED = new Checkpoint("files");

  /** In {@code bronze.<source>}: the number of the last batch of records from topics, from 0. */
  public static final Checkpoint TOPICS_INGESTED = new Checkpoint("ingest:topics");

  /**
   * In {@code silver.<source>}: the version of bronze up to which all rows are refined. In {@code
   * quarantine.<source>}: the version of bronze that its newest batch of refused rows reaches,
   * whether silver has that batch yet or not. In {@code silver.<source>_history}: the version of
   * bronze up to which all versions of rows are in it.
   */
  public static final Checkpoint REFINED = new Checkpoint("refine");

  /** In {@code silver.<source>}: the version of quarantine that its newest batch goes with. */
  public static final Checkpoint QUARANTINED = new Checkpoint("quarantine");

  /** In {@code silver.<source>}: the version of the deletions that its newest batch goes with. */
  public static final Checkpoint DELETED = new Checkpoint("deleted");

  /**
   * In {@code silver.<source>_history}: when the newest delivery was complete that is in it, in
   * milliseconds.
   */
  public static final Checkpoint DELIVERED = new Checkpoint("delivered");

  /**
   * In {@code gold.<source>_alerts}: the first version of silver whose rows are not judged yet, by
   * the alerts whose key and time are some columns.
   *
   * @param of the two columns
   */
  public static Checkpoint alerted(String of) {
    return new Checkpoint("alert:" + of);
  }

  /**
   * In {@code gold.<source>_alerts}, by {@code topic/partition}: the offset of the last record
   * judged.
   */
  public static Family alertOffsets(String of) {
    return new Family("alert-offset:" + of + ":");
  }

  /**
   * In {@code gold.<source>_alerts}, by {@code topic/partition}: the newest event time judged, in
   * microseconds.
   */
  public static Family alertClocks(String of) {
    return new Family("alert-clock:" + of + ":");
  }

  /** In {@code ops.files}: the number of the last batch of a source's files that has rows here. */
  public static Checkpoint filesOf(String source) {
    return new Checkpoint("ingest:" + source);
  }

  /** In {@code bronze.<source>}: the first offset of a partition that has not been ingested. */
  public static Checkpoint offset(String topic, int partition) {
    return new Checkpoint("ingest:" + topic + "/" + partition);
  }

  /**
   * In {@code bronze.<source>}: which making of a topic has been read, by the number that tells it
   * from others of the same name.
   */
  public static Checkpoint making(String topic) {
    Checkpoint checkpoint = new Checkpoint("ingest:" + topic);
    // A topic may have any name but one with a slash.
    return checkpoint.equals(TOPICS_INGESTED) ? new Checkpoint("ingest:topics/") : checkpoint;
  }

  /** In {@code gold.<mart>}: the version of a silver table up to which all changes are built. */
  public static Checkpoint built(String source) {
    return new Checkpoint("build:" + source);
  }

  /**
   * In {@code quarantine.<source>}: the version of bronze up to which rows that wait for other
   * sources have been looked after.
   */
  public static final Checkpoint LOOKED_AFTER = new Checkpoint("waiting");

  /**
   * In {@code quarantine.<source>}: the version of another source's silver by which that was done.
   */
  public static Checkpoint lookedAfter(String parent) {
    return new Checkpoint("waiting:" + parent);
  }

  /**
   * In {@code quarantine.<source>}: the version of bronze that a range of days was built from,
   * whose refused rows are here.
   *
   * @param range the first and the last day, such as {@code 2026-03-01_2026-03-31}; or {@code all}
   * @param fingerprint of the contract and the options that it was built by
   */
  public static Checkpoint backfilled(String range, String fingerprint) {
    return new Checkpoint("backfill:" + range + ":" + fingerprint);
  }

  /** In {@code models.versions}: the number of a model's newest version. */
  public static Checkpoint version(String model) {
    return new Checkpoint("version:" + model);
  }

  /** In {@code models.versions}: the version of a table that a model has learned from last. */
  public static Checkpoint learned(String model, String table) {
    return new Checkpoint("train:" + model + ":" + table);
  }

  /** In {@code models.moves}: the number of a model's last move. */
  public static Checkpoint moves(String model) {
    return new Checkpoint("moves:" + model);
  }

  /** In {@code predictions.<model>}: the version of a feature table up to which rows are scored. */
  public static Checkpoint scored(String table) {
    return new Checkpoint("score:" + table);
  }

  @Override
  public String toString() {
    return name;
  }
}
