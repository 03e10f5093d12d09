package io.sluice.engine.value;

import org.apache.spark.unsafe.types.UTF8String;

/** Dates in ISO 8601, {@code yyyy-MM-dd}, of the years 0001 to 9999. */
record IsoDates() implements ValueReader {
  private static final long serialVersionUID = 1L;
  private static final int LENGTH = 10;

  @Override
  public Object read(UTF8String text) {
    Text date = Text.of(text);
    long day = date.length() == LENGTH ? Days.iso(date) : Days.NONE;
    return day == Days.NONE ? null : (Object) (int) day;
  }

  @Override
  public String expected() {
    return "a date in ISO 8601, such as 2026-03-01";
  }
}
