package io.sluice.mart;

import io.sluice.quality.Check;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * A gold table: a pure function of silver tables, rebuilt for the days that changed.
 *
 * <p>Each input's partition column is the day its rows belong to. When rows of an input day change,
 * the output days from that day to {@link #lookbackDays} later are rebuilt from the input days they
 * need, and replace what gold held for them in one commit.
 */
public interface Mart {

  /** Whether output partitions are days or weeks. */
  enum Period {
    DAY,
    /** ISO weeks, named by their Monday. */
    WEEK
  }

  /** A column of the gold table: its name and what it means, unit included. */
  record Column(String name, String description) {}

  /** The table's name below gold, in snake case. */
  String name();

  String description();

  /** The team that answers for it. */
  String owner();

  /** The silver tables it reads. */
  List<String> reads();

  /** Its DATE column that names the output period; the table is partitioned by it. */
  String partition();

  default Period period() {
    return Period.DAY;
  }

  /** How many days before an output day its inputs reach; 0 when a day needs its own rows only. */
  default int lookbackDays() {
    return 0;
  }

  /** The columns that identify a row, partition included. */
  List<String> key();

  /** Every column, in order. */
  List<Column> columns();

  /** Judge the rows that a commit would publish. */
  List<Check> checks();

  /**
   * Computes the mart from its inputs.
   *
   * @param silver each table of {@link #reads()} by name, restricted to the days needed; a row for
   *     each output period that the inputs cover may come back, those not asked for are dropped by
   *     the caller
   * @return exactly the columns of {@link #columns()}, one row per key
   */
  Dataset<Row> build(Map<String, Dataset<Row>> silver);
}
