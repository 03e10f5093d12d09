package io.sluice.engine.value;

import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.FloatType;
import org.apache.spark.unsafe.types.UTF8String;

/**
 * Numbers in floating point: the value nearest to what is stated. What would overflow to infinity
 * or vanish to zero is refused.
 */
final class Reals implements ValueReader {
  private static final long serialVersionUID = 1L;

  private final boolean isSingle;
  private final ValueFormat format;

  Reals(DataType type, ValueFormat format) {
    this.isSingle = type instanceof FloatType;
    this.format = format;
  }

  @Override
  public Object read(UTF8String text) {
    String plain = Numbers.plain(text, format);
    if (plain == null) {
      return notFinite(text);
    }
    double number = isSingle ? Float.parseFloat(plain) : Double.parseDouble(plain);
    if (Double.isInfinite(number) || (number == 0 && !isZero(plain))) {
      return null;
    }
    return boxed(number);
  }

  private Object boxed(double number) {
    if (isSingle) {
      return (float) number;
    }
    return number;
  }

  private Object notFinite(UTF8String text) {
    if (format.notFinite() == ValueFormat.NotFinite.REFUSE) {
      return null;
    }
    return switch (Text.of(text).toString()) {
      case "NaN" -> boxed(Double.NaN);
      case "Infinity", "+Infinity" -> boxed(Double.POSITIVE_INFINITY);
      case "-Infinity" -> boxed(Double.NEGATIVE_INFINITY);
      default -> null;
    };
  }

  private static boolean isZero(String plain) {
    for (int i = 0; i < plain.length() && plain.charAt(i) != 'e'; i++) {
      if (plain.charAt(i) >= '1' && plain.charAt(i) <= '9') {
        return false;
      }
    }
    return true;
  }

  @Override
  public String expected() {
    return format.notFinite() == ValueFormat.NotFinite.ALLOW
        ? "a number, NaN, Infinity or -Infinity"
        : "a finite number";
  }
}
