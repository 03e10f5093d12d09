package io.sluice.ingest.format;

import java.util.BitSet;
import java.util.List;
import org.apache.spark.unsafe.types.UTF8String;

/**
 * What a stored record has been taken apart into: the raw columns that a contract reads, as text,
 * and those of other names; or why it cannot be used.
 */
public final class RawRecord {
  private final UTF8String[] values;
  private final BitSet quoted;
  private final List<UTF8String> names;
  private final List<UTF8String> extras;
  private final BrokenRecordException problem;

  RawRecord(UTF8String[] values, BitSet quoted, List<UTF8String> names, List<UTF8String> extras) {
    this(values, quoted, names, extras, null);
  }

  private RawRecord(
      UTF8String[] values,
      BitSet quoted,
      List<UTF8String> names,
      List<UTF8String> extras,
      BrokenRecordException problem) {
    this.values = values;
    this.quoted = quoted;
    this.names = names;
    this.extras = extras;
    this.problem = problem;
  }

  static RawRecord broken(BrokenRecordException problem) {
    return new RawRecord(null, null, List.of(), List.of(), problem);
  }

  /** Why it cannot be used; null if it can. */
  public BrokenRecordException problem() {
    return problem;
  }

  /** The wanted columns in their order, null for no value; the array is the caller's. */
  public UTF8String[] values() {
    return values;
  }

  /** Whether a wanted column is text by its format, so that it is no object and no list. */
  public boolean isQuoted(int place) {
    return quoted.get(place);
  }

  /** The names of the other columns, no name twice. */
  public List<UTF8String> names() {
    return names;
  }

  /** The other columns' values. */
  public List<UTF8String> extras() {
    return extras;
  }
}
