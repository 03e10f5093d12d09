package io.sluice.table;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.not;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.to_json;
import static org.apache.spark.sql.functions.when;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DecimalType;
import org.apache.spark.sql.types.MapType;
import org.apache.spark.sql.types.StructField;

/**
 * How one set of rows differs from another of the same columns, row by row by key.
 *
 * @param added rows whose key only the new set has
 * @param removed rows whose key only the old set has
 * @param changed rows whose key both have, with a value that differs
 * @param byColumn for each column that differs, in how many of the changed rows
 * @param totals for each decimal column that is not of the key, its sum before and after
 */
public record Comparison(
    long added,
    long removed,
    long changed,
    SortedMap<String, Long> byColumn,
    SortedMap<String, String> totals) {

  /**
   * Compares two sets of rows in one pass: a full outer join by key.
   *
   * @param key columns that identify a row; a key may be null
   * @param ignored columns that may differ
   */
  public static Comparison of(
      Dataset<Row> before, Dataset<Row> after, List<String> key, List<String> ignored) {
    List<String> values = new ArrayList<>();
    List<String> sums = new ArrayList<>();
    for (StructField field : after.schema().fields()) {
      if (!key.contains(field.name()) && !ignored.contains(field.name())) {
        values.add(field.name());
        if (field.dataType() instanceof DecimalType) {
          sums.add(field.name());
        }
      }
    }
    Dataset<Row> old = before.select(col("*"), lit(true).as("_there")).as("old");
    Dataset<Row> now = after.select(col("*"), lit(true).as("_there")).as("now");
    Column same =
        key.stream()
            .map(name -> side("old", name).eqNullSafe(side("now", name)))
            .reduce(Column::and)
            .orElseThrow();
    Column inOld = coalesce(side("old", "_there"), lit(false));
    Column inNow = coalesce(side("now", "_there"), lit(false));
    Column inBoth = inOld.and(inNow);
    List<Column> figures = new ArrayList<>();
    Column differs = lit(false);
    for (String name : values) {
      Column differ =
          not(comparable(after, "old", name).eqNullSafe(comparable(after, "now", name)));
      differs = differs.or(differ);
      figures.add(count(when(inBoth.and(differ), 1)));
    }
    for (String name : sums) {
      figures.add(sum(side("old", name)).cast("string"));
      figures.add(sum(side("now", name)).cast("string"));
    }
    figures.add(0, count(when(inBoth.and(differs), 1)));
    figures.add(0, count(when(not(inNow), 1)));
    Row row =
        old.join(now, same, "full_outer")
            .agg(count(when(not(inOld), 1)), figures.toArray(Column[]::new))
            .first();
    SortedMap<String, Long> byColumn = new TreeMap<>();
    int at = 3;
    for (String name : values) {
      long rows = row.getLong(at++);
      if (rows > 0) {
        byColumn.put(name, rows);
      }
    }
    SortedMap<String, String> totals = new TreeMap<>();
    for (String name : sums) {
      totals.put(name, row.getString(at++) + " -> " + row.getString(at++));
    }
    return new Comparison(row.getLong(0), row.getLong(1), row.getLong(2), byColumn, totals);
  }

  private static Column side(String side, String name) {
    return col(side + ".`" + name + "`");
  }

  /** A column's value in a shape that can be compared: maps cannot. */
  private static Column comparable(Dataset<Row> rows, String side, String name) {
    return rows.schema().apply(name).dataType() instanceof MapType
        ? to_json(side(side, name))
        : side(side, name);
  }

  /** Whether the two are the same. */
  public boolean isEmpty() {
    return added + removed + changed == 0;
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%,d rows added, %,d removed, %,d changed%s%s",
        added,
        removed,
        changed,
        byColumn.isEmpty() ? "" : "; changed by column " + byColumn,
        totals.isEmpty() ? "" : "; totals " + totals);
  }
}
