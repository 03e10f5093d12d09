package io.sluice.engine.value;

import java.math.BigDecimal;
import org.apache.spark.sql.types.Decimal;
import org.apache.spark.sql.types.DecimalType;
import org.apache.spark.unsafe.types.UTF8String;

/** Numbers that a DECIMAL holds with all their digits. */
final class Decimals implements ValueReader {
  private static final long serialVersionUID = 1L;

  /** So many digits fit a long, whatever they are. */
  private static final int LONG_DIGITS = 18;

  private final int precision;
  private final int scale;
  private final ValueFormat format;

  Decimals(DecimalType type, ValueFormat format) {
    this.precision = type.precision();
    this.scale = type.scale();
    this.format = format;
  }

  @Override
  public Object read(UTF8String text) {
    Decimal plain = plain(text);
    return plain != null ? plain : Numbers.exact(text, format).map(this::fitted).orElse(null);
  }

  /** The common case, digits and perhaps a point, without a BigDecimal; null for any other. */
  private Decimal plain(UTF8String text) {
    int length = text.numBytes();
    int at = length > 0 && Text.at(text, 0) == '-' ? 1 : 0;
    if (length == at || length - at > LONG_DIGITS) {
      return null;
    }
    boolean isNegative = at == 1;
    long unscaled = 0;
    int places = -1;
    for (; at < length; at++) {
      byte b = Text.at(text, at);
      if (b >= '0' && b <= '9') {
        unscaled = unscaled * 10 + b - '0';
        places += places < 0 ? 0 : 1;
      } else if (b == format.point() && places < 0 && at + 1 < length) {
        places = 0;
      } else {
        return null;
      }
    }
    int missing = scale - Math.max(places, 0);
    if (missing < 0 || length + missing > LONG_DIGITS) {
      return null;
    }
    for (; missing > 0; missing--) {
      unscaled *= 10;
    }
    return new Decimal().setOrNull(isNegative ? -unscaled : unscaled, precision, scale);
  }

  private Decimal fitted(BigDecimal number) {
    if (number.signum() == 0) {
      return Decimal.apply(BigDecimal.ZERO.setScale(scale), precision, scale);
    }
    BigDecimal stripped = number.stripTrailingZeros();
    if (stripped.scale() > scale || stripped.precision() - stripped.scale() > precision - scale) {
      return null;
    }
    return Decimal.apply(stripped.setScale(scale), precision, scale);
  }

  @Override
  public String expected() {
    return "a number of at most "
        + (precision - scale)
        + " digits before the point and "
        + scale
        + " behind it";
  }
}
