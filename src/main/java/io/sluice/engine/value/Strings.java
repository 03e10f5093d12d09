package io.sluice.engine.value;

import org.apache.spark.unsafe.types.UTF8String;

/** Any text is a string, as it stands. */
record Strings() implements ValueReader {
  private static final long serialVersionUID = 1L;

  @Override
  public Object read(UTF8String text) {
    return text;
  }

  @Override
  public String expected() {
    return "a text";
  }
}
