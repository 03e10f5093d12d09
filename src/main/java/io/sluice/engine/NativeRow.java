package io.sluice.engine;

import java.util.List;
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow;
import org.apache.spark.sql.catalyst.util.ArrayBasedMapData;
import org.apache.spark.sql.catalyst.util.GenericArrayData;

/**
 * A row or a struct of values in Spark's internal form, for packages that make values and must not
 * see that form: UTF8String for a STRING, Integer for a DATE, microseconds as a Long for a
 * TIMESTAMP, {@link #list} and {@link #map} for nested ones.
 */
public final class NativeRow extends GenericInternalRow {
  private static final long serialVersionUID = 1L;

  public NativeRow(Object... values) {
    super(values);
  }

  /** An ARRAY of values. */
  public static Object list(List<?> values) {
    return new GenericArrayData(values.toArray());
  }

  /** A MAP; no key twice. */
  public static Object map(List<?> keys, List<?> values) {
    return new ArrayBasedMapData(
        new GenericArrayData(keys.toArray()), new GenericArrayData(values.toArray()));
  }
}
