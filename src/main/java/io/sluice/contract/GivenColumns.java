package io.sluice.contract;

import io.sluice.engine.value.BoundedPattern;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The columns that a record's place gives to expressions, beside the record's own: {@code _file},
 * {@code _folder}, {@code _file_name}, {@code _position}, {@code _arrived_at}, and the named groups
 * of an arrival's {@code pathPattern}.
 */
public final class GivenColumns {
  /** Those of every arrival; a record's own column of such a name comes first. */
  public static final Set<String> ORIGIN =
      Set.of("_file", "_folder", "_file_name", "_position", "_arrived_at");

  /**
   * Those that the envelope of a change event gives: what it does, where it stood in the database's
   * log, as a number that grows with the changes of a row, and when it was made, in milliseconds.
   */
  public static final Set<String> ENVELOPE = Set.of("__op", "__position", "__ts_ms");

  /**
   * A JSON object of the record's columns that no expression reads, as texts by their names: of
   * exports whose columns differ from one user to the next.
   */
  public static final String OTHERS = "_others";

  private static final Pattern GROUP = Pattern.compile("\\(\\?<([a-zA-Z][a-zA-Z0-9]*)>");

  private GivenColumns() {}

  /** The named groups of an arrival's pattern; they come before a record's own columns. */
  public static Set<String> captures(Arrival arrival) {
    Set<String> names = new HashSet<>();
    arrival
        .pathPattern()
        .ifPresent(
            pattern -> {
              Matcher group = GROUP.matcher(pattern);
              while (group.find()) {
                names.add(group.group(1));
              }
            });
    return names;
  }

  /** Whether a record of an arrival need not have a column to be read. */
  public static boolean isGiven(Arrival arrival, String column) {
    return isOfPlace(arrival, column)
        || column.equals(OTHERS)
        || (arrival.envelope() == Arrival.Envelope.DEBEZIUM && ENVELOPE.contains(column));
  }

  /** Whether a column is known of where a record stands. */
  public static boolean isOfPlace(Arrival arrival, String column) {
    return ORIGIN.contains(column) || captures(arrival).contains(column);
  }

  /**
   * A match of an arrival's pattern with the whole of a file's path, below the landing root or
   * below the arrival's own folder; empty if it does not match or there is no pattern.
   *
   * @param path below the landing root
   */
  public static Optional<Matcher> match(Arrival arrival, String path) {
    return arrival
        .pathPattern()
        .map(BoundedPattern::new)
        .flatMap(
            pattern ->
                pattern
                    .match(path)
                    .or(
                        () ->
                            path.startsWith(arrival.location())
                                ? pattern.match(path.substring(arrival.location().length()))
                                : Optional.empty()));
  }
}
