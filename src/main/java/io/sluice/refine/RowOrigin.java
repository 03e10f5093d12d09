package io.sluice.refine;

import io.sluice.contract.Arrival;
import io.sluice.contract.GivenColumns;
import java.io.Serializable;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import org.apache.spark.unsafe.types.UTF8String;

/**
 * Gives expressions where a record came from, as text: {@code _file}, {@code _folder}, {@code
 * _file_name}, {@code _position}, {@code _arrived_at}, and the named groups of the arrival's {@code
 * pathPattern}. A record's own column of one of the first five names comes first.
 */
final class RowOrigin implements Serializable {
  private static final long serialVersionUID = 1L;

  private final Arrival arrival;
  private final List<Given> given = new ArrayList<>();
  private transient UTF8String lastFile;
  private transient Optional<Matcher> lastMatch;

  /** A column that is asked for, and its place among the raw columns. */
  private record Given(String name, int place, boolean isCapture) implements Serializable {}

  /**
   * @param columns the raw columns that are asked for, in order
   */
  RowOrigin(Arrival arrival, List<String> columns) {
    this.arrival = arrival;
    for (int i = 0; i < columns.size(); i++) {
      String name = columns.get(i);
      if (GivenColumns.isOfPlace(arrival, name)) {
        given.add(new Given(name, i, GivenColumns.captures(arrival).contains(name)));
      }
    }
  }

  /** Fills in the columns that a record's place gives. */
  void fill(UTF8String[] columns, RowReader.Place place) {
    for (Given one : given) {
      if (one.isCapture) {
        columns[one.place] = capture(one.name, place.file());
      } else if (columns[one.place] == null) {
        columns[one.place] = UTF8String.fromString(value(one.name, place));
      }
    }
  }

  private static String value(String name, RowReader.Place place) {
    String file = place.file().toString();
    int slash = file.lastIndexOf('/');
    return switch (name) {
      case "_file" -> file;
      case "_folder" -> slash < 0 ? "" : file.substring(0, slash);
      case "_file_name" -> file.substring(slash + 1);
      case "_position" -> String.valueOf(place.position());
      default -> Instant.EPOCH.plus(place.arrivedAt(), ChronoUnit.MICROS).toString();
    };
  }

  private UTF8String capture(String name, UTF8String file) {
    if (!file.equals(lastFile)) {
      lastMatch = GivenColumns.match(arrival, file.toString());
      lastFile = file.clone();
    }
    return lastMatch.map(match -> match.group(name)).map(UTF8String::fromString).orElse(null);
  }
}
