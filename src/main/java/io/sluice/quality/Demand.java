package io.sluice.quality;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** What a check demands of the rows that a commit adds. */
public sealed interface Demand {
  /** The demand in words, as check results state it. */
  String text();

  /** A DQDL rule; Deequ measures and judges it. */
  record DqdlRule(String text) implements Demand {}

  /**
   * A metric of ODCS' library; its number must be within a bound.
   *
   * @param columns the column that is measured, several for duplicates, none for the row count
   * @param unit what the number counts: rows, or percent of the rows
   */
  record Library(Metric metric, List<String> columns, Arguments arguments, Unit unit, Bound bound)
      implements Demand {

    @Override
    public String text() {
      String of = columns.isEmpty() ? "" : " of " + String.join(", ", columns);
      String percent = unit == Unit.PERCENT ? " percent" : "";
      return metric.key() + of + arguments.text() + " " + bound.text() + percent;
    }
  }

  /**
   * A query that gives one number, which must be within a bound.
   *
   * @param table the name by which the query reads the rows
   * @param columns the columns that it can read
   */
  record Query(String table, List<String> columns, String sql, Bound bound) implements Demand {

    @Override
    public String text() {
      return "(" + sql.strip().replaceAll("\\s+", " ") + ") " + bound.text();
    }
  }

  /** What is counted. */
  enum Metric {
    /** Rows whose value is null. */
    NULL_VALUES("nullValues"),
    /** Rows whose value is one of those stated; null counts if it is stated. */
    MISSING_VALUES("missingValues"),
    /** Rows whose value is not null and breaks what is stated. */
    INVALID_VALUES("invalidValues"),
    /**
     * Rows behind the first of their value: as many as would have to go for each value to stand
     * once. A row in which one of the columns is null repeats none.
     */
    DUPLICATE_VALUES("duplicateValues"),
    /** Rows. */
    ROW_COUNT("rowCount");

    private final String key;

    Metric(String key) {
      this.key = key;
    }

    /** Its name in ODCS. */
    public String key() {
      return key;
    }
  }

  /** What a metric's number is. */
  enum Unit {
    ROWS,
    /** Of the rows of the batch, from 0 to 100. */
    PERCENT
  }

  /**
   * What makes a value missing or invalid, in the contract's texts; null where nothing is stated.
   *
   * @param values the missing, or the valid ones; the text of null is null
   * @param pattern a regular expression that the whole value matches; one that takes too many steps
   *     does not match
   */
  record Arguments(List<String> values, String pattern, Integer minLength, Integer maxLength) {
    public static final Arguments NONE = new Arguments(null, null, null, null);

    private String text() {
      List<String> stated = new ArrayList<>();
      if (values != null) {
        stated.add(
            values.stream()
                .map(value -> value == null ? "null" : "'" + value + "'")
                .collect(Collectors.joining(", ", "[", "]")));
      }
      if (pattern != null) {
        stated.add("pattern " + pattern);
      }
      if (minLength != null) {
        stated.add("minLength " + minLength);
      }
      if (maxLength != null) {
        stated.add("maxLength " + maxLength);
      }
      return stated.isEmpty() ? "" : " (" + String.join(", ", stated) + ")";
    }
  }
}
