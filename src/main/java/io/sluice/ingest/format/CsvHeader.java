package io.sluice.ingest.format;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.apache.spark.unsafe.types.UTF8String;

/** The names that the header line of a CSV file gives to its columns. */
final class CsvHeader {
  /** A file of more columns is refused: each record would cost what they cost. */
  private static final int MOST = 100_000;

  private final List<String> names;

  private CsvHeader(List<String> names) {
    this.names = names;
  }

  /**
   * Takes a line apart.
   *
   * @param line in UTF-8
   * @throws IllegalArgumentException if it is no line of CSV, or of too many columns
   */
  static CsvHeader of(Csv csv, byte[] line) {
    int count = csv.split(line, new Csv.Slices(0));
    if (count > MOST) {
      throw new IllegalArgumentException("there are more than " + MOST + " columns");
    }
    List<String> names = new ArrayList<>();
    for (Csv.Slice field : csv.fields(line)) {
      names.add(new String(csv.value(line, field), StandardCharsets.UTF_8).strip());
    }
    return new CsvHeader(names);
  }

  /** The columns of files that have no header line. */
  static CsvHeader of(List<String> columns) {
    return new CsvHeader(columns);
  }

  int size() {
    return names.size();
  }

  /**
   * Refuses a first line that is no header: it may be a record and hold protected values, while
   * headers are stored readable. It is one if it names what the key and the ordering column are
   * read from.
   */
  void requireNames(WantedFields wanted) throws UnreadableFileException {
    Set<String> named = new HashSet<>(names);
    Set<String> lacking = new LinkedHashSet<>();
    for (Set<String> columns : wanted.identifying()) {
      if (columns.stream().noneMatch(named::contains)) {
        lacking.addAll(new TreeSet<>(columns));
      }
    }
    boolean isNone = wanted.columns().stream().noneMatch(named::contains);
    if (lacking.isEmpty() && !(isNone && !wanted.columns().isEmpty())) {
      return;
    }
    Set<String> further = new TreeSet<>(wanted.missing(named));
    further.removeAll(lacking);
    throw new UnreadableFileException(
        "its first line is no header: "
            + (lacking.isEmpty()
                ? "it names none of the contract's columns"
                : "it does not name "
                    + list(lacking)
                    + ", which key and ordering column are read from")
            + (further.isEmpty() ? "" : "; further columns it lacks: " + list(further)));
  }

  private String list(Set<String> columns) {
    Set<String> described = new LinkedHashSet<>();
    for (String column : columns) {
      boolean isOther = names.stream().anyMatch(column::equalsIgnoreCase);
      described.add(isOther ? column + " (there in other upper and lower case only)" : column);
    }
    return String.join(", ", described);
  }

  /** Where a file's columns go. */
  record Columns(int[] places, UTF8String[] names, boolean[] isUnnamed) {}

  /**
   * Where the columns go: for each its place among those that are wanted, -1 for none of them.
   *
   * <p>A column without a name is called {@code _column_N} by its number, from 1.
   *
   * @throws BrokenRecordException if columns are missing, or a name that counts stands twice
   */
  Columns columns(WantedFields wanted, FieldSink sink) throws BrokenRecordException {
    int[] places = new int[names.size()];
    UTF8String[] called = new UTF8String[names.size()];
    boolean[] isUnnamed = new boolean[names.size()];
    Set<String> seen = new HashSet<>();
    Set<String> twice = new LinkedHashSet<>();
    for (int i = 0; i < places.length; i++) {
      isUnnamed[i] = names.get(i).isEmpty();
      String name = isUnnamed[i] ? "_column_" + (i + 1) : names.get(i);
      places[i] = isUnnamed[i] ? -1 : sink.place(name);
      called[i] = UTF8String.fromString(name);
      if (!seen.add(name) && sink.takes(places[i])) {
        twice.add(name);
      }
    }
    if (!twice.isEmpty()) {
      throw BrokenRecordException.whole(
          "header line: column " + String.join(", ", twice) + " stands twice");
    }
    List<String> missing = wanted.missing(seen);
    if (!missing.isEmpty()) {
      throw new BrokenRecordException(
          missing.size() == 1 ? missing.get(0) : "",
          "missing",
          "the file has no column " + String.join(", ", missing));
    }
    return new Columns(places, called, isUnnamed);
  }
}
