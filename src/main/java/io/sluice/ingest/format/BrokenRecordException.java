package io.sluice.ingest.format;

/**
 * A record that cannot be used, told as a reason of quarantine. Messages hold no value of the
 * record, which may be protected.
 */
public final class BrokenRecordException extends Exception {
  private static final long serialVersionUID = 1L;

  private final String field;
  private final String rule;
  private final boolean tellsOfNoRow;

  /**
   * @param field the column that it fails by; empty for the whole record
   */
  public BrokenRecordException(String field, String rule, String message) {
    this(field, rule, message, false);
  }

  private BrokenRecordException(String field, String rule, String message, boolean tellsOfNoRow) {
    // Without a stack trace: a file of broken records is to cost no more than one of sound ones.
    super(message, null, false, false);
    this.field = field;
    this.rule = rule;
    this.tellsOfNoRow = tellsOfNoRow;
  }

  /** A record that cannot be used as a whole. */
  public static BrokenRecordException whole(String message) {
    return new BrokenRecordException("", "record", message);
  }

  /** A record that is sound, and by its format sets and ends no row, such as a heartbeat. */
  static BrokenRecordException ofNoRow(String message) {
    return new BrokenRecordException("", "record", message, true);
  }

  /** Whether the record is sound and tells of no row. */
  public boolean tellsOfNoRow() {
    return tellsOfNoRow;
  }

  public String field() {
    return field;
  }

  public String rule() {
    return rule;
  }
}
