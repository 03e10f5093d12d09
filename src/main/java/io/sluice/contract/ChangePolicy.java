package io.sluice.contract;

/**
 * How a source tells what has changed.
 *
 * @param redelivered what is made of a file whose records have landed before under another name or
 *     at another time; read of sources that {@link Kind#APPEND} only
 */
public record ChangePolicy(Kind kind, Redelivered redelivered) {

  /** What a record is to those before it. */
  public enum Kind {
    /** A version of the row of its key: the one of the greatest ordering value is kept. */
    NEWEST,
    /** A row of its own, told from others by where it stood. */
    APPEND
  }

  /** What becomes of the records of a file that are all there already. */
  public enum Redelivered {
    /** They are the same delivery, and none of them is read again. */
    SKIP,
    /** They are rows of their own. */
    KEEP
  }

  /** The policy of a contract that states none. */
  static final ChangePolicy DEFAULT = new ChangePolicy(Kind.NEWEST, Redelivered.SKIP);

  /** Whether each record is a row of its own. */
  public boolean isAppend() {
    return kind == Kind.APPEND;
  }

  /** Whether files are to be told apart by what they hold. */
  public boolean skipsRedelivered() {
    return isAppend() && redelivered == Redelivered.SKIP;
  }
}
