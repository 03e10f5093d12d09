package io.sluice.contract;

import io.sluice.engine.Expressions;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * How a source tells what has changed.
 *
 * @param redelivered what is made of a file whose records have landed before under another name or
 *     at another time; read of sources that {@link Kind#APPEND} only
 * @param operation Spark SQL over raw columns that names what a record does; null if nothing does
 * @param deleteWhen Spark SQL over raw columns that is true of a record that deletes; null if
 *     nothing tells
 * @param deletes what becomes of a row that is deleted
 * @param scope the fields that a delivery is the whole truth of, value by value; none if it is the
 *     whole truth of the table; read of sources that {@link Kind#REPLACE} only
 */
public record ChangePolicy(
    Kind kind,
    Redelivered redelivered,
    String operation,
    String deleteWhen,
    Deletes deletes,
    List<String> scope) {

  public ChangePolicy {
    scope = List.copyOf(scope);
  }

  /** What a record is to those before it. */
  public enum Kind {
    /** A version of the row of its key: the one of the greatest ordering value is kept. */
    NEWEST,
    /** A row of its own, told from others by where it stood. */
    APPEND,
    /** A version as of {@link #NEWEST}, or the end of the row of its key. */
    CDC,
    /** Part of a delivery, which takes the place of all that its scope held. */
    REPLACE
  }

  /** What becomes of the records of a file that are all there already. */
  public enum Redelivered {
    /** They are the same delivery, and none of them is read again. */
    SKIP,
    /** They are rows of their own. */
    KEEP
  }

  /** What becomes of a row that is deleted. */
  public enum Deletes {
    /** It leaves silver; a table beside it remembers its key. */
    REMOVE,
    /** It stays in silver, as deleted. */
    KEEP
  }

  /** The operation of a change event of Debezium. */
  private static final String OF_ENVELOPE = "__op";

  /** The policy of a contract that states none. */
  static final ChangePolicy DEFAULT =
      new ChangePolicy(Kind.NEWEST, Redelivered.SKIP, null, null, Deletes.REMOVE, List.of());

  /** Whether each record is a row of its own. */
  public boolean isAppend() {
    return kind == Kind.APPEND;
  }

  /** Whether a delivery takes the place of what was there. */
  public boolean isReplace() {
    return kind == Kind.REPLACE;
  }

  /**
   * Whether each record is a row of its own, told from others by where it stood.
   *
   * @param fields the contract's
   */
  boolean isKeyless(List<Field> fields) {
    return isAppend() || (isReplace() && fields.stream().noneMatch(Field::isKey));
  }

  /** Whether files are to be told apart by what they hold. */
  public boolean skipsRedelivered() {
    return isAppend() && redelivered == Redelivered.SKIP;
  }

  /** Whether records may delete rows. */
  public boolean hasDeletes() {
    return kind == Kind.CDC;
  }

  /** Whether the keys of deleted rows are remembered beside silver. */
  public boolean remembersDeleted() {
    return hasDeletes() && deletes == Deletes.REMOVE;
  }

  /** Whether deleted rows stay in silver. */
  public boolean keepsDeleted() {
    return hasDeletes() && deletes == Deletes.KEEP;
  }

  /** The expression that tells what a record of an arrival does; empty if none does. */
  public Optional<String> telling(Arrival arrival) {
    String stated = deleteWhen == null ? operation : deleteWhen;
    return hasDeletes() && stated == null && arrival.envelope() == Arrival.Envelope.DEBEZIUM
        ? Optional.of(OF_ENVELOPE)
        : Optional.ofNullable(stated);
  }

  /** The raw columns of an arrival that tell what its records do; they may be absent. */
  public Set<String> rawColumns(Arrival arrival) {
    return telling(arrival).map(Expressions::columns).orElse(Collections.emptySortedSet());
  }
}
