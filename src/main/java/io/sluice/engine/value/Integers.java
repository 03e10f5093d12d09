package io.sluice.engine.value;

import java.math.BigDecimal;
import org.apache.spark.sql.types.ByteType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.IntegerType;
import org.apache.spark.sql.types.ShortType;
import org.apache.spark.unsafe.types.UTF8String;

/** Numbers without a fraction that an integral type holds; {@code 5.0} and {@code 1e3} are some. */
final class Integers implements ValueReader {
  private static final long serialVersionUID = 1L;
  private static final int LONG_DIGITS = 18;

  private final int bits;
  private final ValueFormat format;

  Integers(DataType type, ValueFormat format) {
    this.bits =
        type instanceof ByteType
            ? Byte.SIZE
            : type instanceof ShortType
                ? Short.SIZE
                : type instanceof IntegerType ? Integer.SIZE : Long.SIZE;
    this.format = format;
  }

  @Override
  public Object read(UTF8String text) {
    int length = text.numBytes();
    int at = length > 0 && Text.at(text, 0) == '-' ? 1 : 0;
    if (length == at || length - at > LONG_DIGITS) {
      return exact(text);
    }
    boolean isNegative = at == 1;
    long number = 0;
    for (; at < length; at++) {
      byte b = Text.at(text, at);
      if (b < '0' || b > '9') {
        return exact(text);
      }
      number = number * 10 + b - '0';
    }
    return fitted(isNegative ? -number : number);
  }

  private Object exact(UTF8String text) {
    BigDecimal number = Numbers.exact(text, format).orElse(null);
    if (number == null) {
      return null;
    }
    if (number.signum() == 0) {
      return fitted(0);
    }
    BigDecimal whole = number.stripTrailingZeros();
    if (whole.scale() > 0 || whole.precision() - whole.scale() > LONG_DIGITS + 1) {
      return null;
    }
    return whole.toBigInteger().bitLength() < Long.SIZE ? fitted(whole.longValue()) : null;
  }

  private Object fitted(long number) {
    int spare = Long.SIZE - bits;
    if (number << spare >> spare != number) {
      return null;
    }
    return switch (bits) {
      case Byte.SIZE -> (byte) number;
      case Short.SIZE -> (short) number;
      case Integer.SIZE -> (int) number;
      default -> number;
    };
  }

  @Override
  public String expected() {
    return "a whole number of " + bits + " bits";
  }
}
