package io.sluice.testing;

import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** Rows as text, for tests to compare. */
public final class Lines {
  private Lines() {}

  /** The rows in the order of their text, with a bar between values. */
  public static List<String> of(Dataset<Row> rows) {
    List<String> lines = new ArrayList<>();
    rows.collectAsList().forEach(row -> lines.add(row.mkString("|")));
    lines.sort(null);
    return lines;
  }
}
