package io.sluice.engine.value;

import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DateType;
import org.apache.spark.sql.types.TimestampType;

/** Tells whether a value that was computed is one that a table may hold. */
public final class Values {
  private Values() {}

  /**
   * Whether every engine can read a value: a day or moment of the years 0001 to 9999, a finite
   * number unless the format allows others.
   *
   * @param value in Spark's internal form
   */
  public static boolean isHeld(Object value, DataType type, ValueFormat format) {
    if (type instanceof DateType) {
      return Days.holds((Integer) value);
    }
    if (type instanceof TimestampType) {
      return Micros.holds((Long) value);
    }
    if (value instanceof Double || value instanceof Float) {
      return format.notFinite() == ValueFormat.NotFinite.ALLOW
          || Double.isFinite(((Number) value).doubleValue());
    }
    return true;
  }
}
