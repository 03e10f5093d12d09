package io.sluice.engine;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.CatalystTypeConverters;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow;
import org.apache.spark.sql.catalyst.expressions.JoinedRow;
import org.apache.spark.sql.catalyst.util.ArrayData;
import org.apache.spark.sql.catalyst.util.GenericArrayData;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.StructField;
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

  /** The rows of all, one after the other; of the same columns. */
  public static LocalRows concat(Collection<LocalRows> all) {
    List<InternalRow> rows = new ArrayList<>();
    all.forEach(some -> rows.addAll(some.rows));
    return new LocalRows(all.iterator().next().schema, rows);
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
     * @param values of the schema's columns in order: a String for a STRING, an Instant or
     *     microseconds as a Long for a TIMESTAMP, days as an Integer for a DATE, the boxed value or
     *     byte[] for any other simple type; a List of Object[] for an array of structs of these, a
     *     long[] for an array of BIGINT
     */
    public Builder add(Object... values) {
      Object[] converted = new Object[values.length];
      for (int i = 0; i < values.length; i++) {
        converted[i] = internal(values[i]);
      }
      rows.add(new GenericInternalRow(converted));
      return this;
    }

    private static Object internal(Object value) {
      if (value instanceof String text) {
        return UTF8String.fromString(text);
      }
      if (value instanceof Instant at) {
        return Math.addExact(
            Math.multiplyExact(at.getEpochSecond(), 1_000_000L), at.getNano() / 1000);
      }
      if (value instanceof long[] numbers) {
        return new GenericArrayData(numbers);
      }
      if (value instanceof List<?> structs) {
        return new GenericArrayData(
            structs.stream().map(struct -> struct((Object[]) struct)).toArray());
      }
      return value;
    }

    private static Object struct(Object[] values) {
      return new GenericInternalRow(Arrays.stream(values).map(Builder::internal).toArray());
    }

    public LocalRows build() {
      return new LocalRows(schema, rows);
    }
  }

  public StructType schema() {
    return schema;
  }

  /** Some rows of this kind, in their order. */
  public LocalRows of(List<LocalRow> some) {
    return new LocalRows(schema, some.stream().map(LocalRow::internal).toList());
  }

  /** The same rows, each with the same values behind its own. */
  public LocalRows with(StructType more, Object... values) {
    StructType all = schema;
    for (StructField field : more.fields()) {
      all = all.add(field);
    }
    InternalRow behind = builder(more).add(values).build().rows.get(0);
    return new LocalRows(
        all, rows.stream().map(row -> (InternalRow) new JoinedRow(row, behind)).toList());
  }

  /**
   * The same rows, each with values of its own behind its own.
   *
   * @param values gives those of a row, as {@link Builder#add} takes them
   */
  public LocalRows with(StructType more, Function<LocalRow, Object[]> values) {
    StructType all = schema;
    for (StructField field : more.fields()) {
      all = all.add(field);
    }
    Builder behind = builder(more);
    forEach(row -> behind.add(values.apply(row)));
    List<InternalRow> joined = new ArrayList<>(rows.size());
    for (int i = 0; i < rows.size(); i++) {
      joined.add(new JoinedRow(rows.get(i), behind.rows.get(i)));
    }
    return new LocalRows(all, joined);
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

    LocalRow(InternalRow row) {
      this.row = row;
    }

    /** The row in Spark's internal form; for the packages that may see it. */
    public InternalRow internal() {
      return row;
    }

    public boolean isNull(int column) {
      return row.isNullAt(column);
    }

    /** A value in Spark's internal form, a copy of its own; null if it is null. */
    public Object value(int column, DataType type) {
      return row.isNullAt(column) ? null : InternalRow.copyValue(row.get(column, type));
    }

    /** A STRING; null if it is null. */
    public String text(int column) {
      return row.isNullAt(column) ? null : row.getUTF8String(column).toString();
    }

    /** A STRING in Spark's internal form; null if it is null. */
    public UTF8String utf8(int column) {
      return row.isNullAt(column) ? null : row.getUTF8String(column);
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

    /** The structs of an ARRAY of them, each of so many fields; none if it is null. */
    public List<LocalRow> structs(int column, int fields) {
      if (row.isNullAt(column)) {
        return List.of();
      }
      ArrayData array = row.getArray(column);
      return IntStream.range(0, array.numElements())
          .mapToObj(at -> new LocalRow(array.getStruct(at, fields)))
          .toList();
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
