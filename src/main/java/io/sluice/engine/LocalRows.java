package io.sluice.engine;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Predicate;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.CatalystTypeConverters;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.unsafe.types.UTF8String;
import scala.Function1;

/**
 * Rows that are in this JVM, in Spark's internal form: what {@link CompiledRows} takes and gives,
 * and what a table's transaction writes without a job.
 */
public final class LocalRows implements Iterable<LocalRows.LocalRow> {
  private final StructType schema;
  private final List<InternalRow> rows;

  private LocalRows(StructType schema, List<InternalRow> rows) {
    this.schema = schema;
    this.rows = rows;
  }

  /** Rows that are in Spark's internal form already; for the packages that may see it. */
  public static LocalRows internal(StructType schema, List<InternalRow> rows) {
    return new LocalRows(schema, rows);
  }

  /** Rows of Spark's public form. */
  public static LocalRows of(StructType schema, List<Row> rows) {
    Function1<Object, Object> converter = CatalystTypeConverters.createToCatalystConverter(schema);
    List<InternalRow> converted = new ArrayList<>(rows.size());
    rows.forEach(row -> converted.add((InternalRow) converter.apply(row)));
    return new LocalRows(schema, converted);
  }

  /** No row yet; {@link Builder#add} takes them one by one. */
  public static Builder builder(StructType schema) {
    return new Builder(schema);
  }

  /** Takes rows value by value. */
  public static final class Builder {
    private final StructType schema;
    private final List<InternalRow> rows = new ArrayList<>();

    private Builder(StructType schema) {
      this.schema = schema;
    }

    /**
     * @param values of the schema's columns in order: a String for a STRING, microseconds as a Long
     *     for a TIMESTAMP, days as an Integer for a DATE, the boxed value or byte[] for any other
     *     simple type
     */
    public Builder add(Object... values) {
      Object[] converted = new Object[values.length];
      for (int i = 0; i < values.length; i++) {
        converted[i] = values[i] instanceof String text ? UTF8String.fromString(text) : values[i];
      }
      rows.add(new GenericInternalRow(converted));
      return this;
    }

    public LocalRows build() {
      return new LocalRows(schema, rows);
    }
  }

  public StructType schema() {
    return schema;
  }

  /** The rows in Spark's internal form; for the packages that may see it. */
  public List<InternalRow> internal() {
    return rows;
  }

  public int size() {
    return rows.size();
  }

  public boolean isEmpty() {
    return rows.isEmpty();
  }

  public LocalRow get(int index) {
    return new LocalRow(rows.get(index));
  }

  /** Those rows for which a condition holds, in their order. */
  public LocalRows where(Predicate<LocalRow> condition) {
    return new LocalRows(
        schema, rows.stream().filter(row -> condition.test(new LocalRow(row))).toList());
  }

  /** The same rows as a dataset of one partition. */
  public Dataset<Row> dataset(SparkSession spark) {
    return spark.internalCreateDataFrame(
        JavaSparkContext.fromSparkContext(spark.sparkContext()).parallelize(rows, 1).rdd(),
        schema,
        false);
  }

  @Override
  public Iterator<LocalRow> iterator() {
    return rows.stream().map(LocalRow::new).iterator();
  }

  /** One of the rows; columns are named by their position. */
  public static final class LocalRow {
    private final InternalRow row;

    private LocalRow(InternalRow row) {
      this.row = row;
    }

    public boolean isNull(int column) {
      return row.isNullAt(column);
    }

    /** A STRING; null if it is null. */
    public String text(int column) {
      return row.isNullAt(column) ? null : row.getUTF8String(column).toString();
    }

    /** A BINARY; null if it is null. */
    public byte[] bytes(int column) {
      return row.isNullAt(column) ? null : row.getBinary(column);
    }

    /** A BIGINT, or a TIMESTAMP in microseconds. */
    public long number(int column) {
      return row.getLong(column);
    }

    /** An INT, or a DATE in days. */
    public int integer(int column) {
      return row.getInt(column);
    }

    public double real(int column) {
      return row.getDouble(column);
    }

    /** A DECIMAL's digits without its point. */
    public long unscaled(int column, int precision, int scale) {
      return row.getDecimal(column, precision, scale).toUnscaledLong();
    }
  }
}
