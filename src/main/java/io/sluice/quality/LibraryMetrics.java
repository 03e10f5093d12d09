package io.sluice.quality;

import static io.sluice.engine.Columns.named;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.length;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.not;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.when;

import io.sluice.engine.BoundedRegex;
import io.sluice.engine.NativeColumns;
import io.sluice.quality.Demand.Arguments;
import io.sluice.quality.Demand.Library;
import io.sluice.quality.Demand.Metric;
import io.sluice.quality.Demand.Unit;
import java.util.List;
import java.util.Objects;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.StructType;

/** Measures the metrics of ODCS' library with Spark: numbers of rows, or shares of them. */
final class LibraryMetrics {
  private LibraryMetrics() {}

  /** Whether its number is an aggregate that needs no grouping: it is measured with the write. */
  static boolean isMeasuredByWrite(Library demand) {
    return demand.metric() != Metric.DUPLICATE_VALUES;
  }

  /**
   * The aggregate over all rows that gives its number as a DOUBLE; of rows there must be one.
   *
   * @param demand one that {@link #isMeasuredByWrite}
   * @param schema the rows'; has the columns that the demand names
   */
  static Column number(Library demand, StructType schema) {
    return inUnit(count(when(condition(demand, schema), 1)), count(lit(1)), demand.unit());
  }

  private static Column inUnit(Column number, Column rows, Unit unit) {
    Column counted = number.cast("double");
    return unit == Unit.PERCENT ? counted.multiply(100.0).divide(rows) : counted;
  }

  /** True of the rows that are counted. */
  private static Column condition(Library demand, StructType schema) {
    if (demand.metric() == Metric.ROW_COUNT) {
      return lit(true);
    }
    Column column = named(demand.columns().get(0));
    DataType type = schema.apply(demand.columns().get(0)).dataType();
    Arguments arguments = demand.arguments();
    return switch (demand.metric()) {
      case NULL_VALUES -> column.isNull();
      case MISSING_VALUES -> isOneOf(column, type, arguments.values());
      case INVALID_VALUES -> isInvalid(column, type, arguments);
      default -> throw new IllegalArgumentException(demand.metric().key());
    };
  }

  private static Column isInvalid(Column column, DataType type, Arguments arguments) {
    Column valid = lit(true);
    if (arguments.values() != null) {
      valid = valid.and(isOneOf(column, type, arguments.values()));
    }
    if (arguments.pattern() != null) {
      valid = valid.and(BoundedRegex.matches(column, arguments.pattern()));
    }
    if (arguments.minLength() != null) {
      valid = valid.and(length(column).geq(arguments.minLength()));
    }
    if (arguments.maxLength() != null) {
      valid = valid.and(length(column).leq(arguments.maxLength()));
    }
    return column.isNotNull().and(not(valid));
  }

  private static Column isOneOf(Column column, DataType type, List<String> values) {
    Column found =
        column.isin(
            values.stream()
                .filter(Objects::nonNull)
                .map(value -> NativeColumns.literal(value, type))
                .toArray());
    return values.stream().anyMatch(Objects::isNull) ? column.isNull().or(found) : found;
  }

  /**
   * The number of a demand that needs a grouping, over at least one row. Cost: a job that reads its
   * columns and shuffles their values.
   *
   * @param demand one that is not {@link #isMeasuredByWrite}
   */
  static double grouped(Library demand, Dataset<Row> rows) {
    Column[] columns = named(demand.columns());
    Column complete = lit(true);
    for (Column column : columns) {
      complete = complete.and(column.isNotNull());
    }
    Column repeated = sum(when(complete, col("_rows").minus(1)).otherwise(0));
    return rows.groupBy(columns)
        .agg(count(lit(1)).as("_rows"))
        .agg(inUnit(repeated, sum("_rows"), demand.unit()))
        .head()
        .getDouble(0);
  }
}
