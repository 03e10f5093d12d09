package io.sluice.ingest.format.parquet;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;

/** A floating-point number of 16 bits. */
record Half(short bits) {
  private static final int MANTISSA_BITS = 10;
  private static final int EXPONENT = 0x1F;
  private static final int MANTISSA = 0x3FF;
  private static final int BIAS = 15;

  /** As many digits tell each of these numbers from its neighbours. */
  private static final int MOST_DIGITS = 5;

  static Half of(byte low, byte high) {
    return new Half((short) (high << Byte.SIZE | (low & 0xFF)));
  }

  boolean isFinite() {
    return (bits >> MANTISSA_BITS & EXPONENT) != EXPONENT;
  }

  /** The same number in more bits. */
  double value() {
    int exponent = bits >> MANTISSA_BITS & EXPONENT;
    int mantissa = bits & MANTISSA;
    double size;
    if (exponent == EXPONENT) {
      size = mantissa == 0 ? Double.POSITIVE_INFINITY : Double.NaN;
    } else if (exponent == 0) {
      size = Math.scalb((double) mantissa, 1 - BIAS - MANTISSA_BITS);
    } else {
      size = Math.scalb((double) (mantissa | 1 << MANTISSA_BITS), exponent - BIAS - MANTISSA_BITS);
    }
    return bits < 0 ? -size : size;
  }

  /** How far it is to the nearest number that is none of these, half-way to the next of them. */
  private double reach() {
    int exponent = Math.max(1, bits >> MANTISSA_BITS & EXPONENT);
    int below = exponent > 1 && (bits & MANTISSA) == 0 ? 2 : 1;
    return Math.scalb(1.0, exponent - BIAS - MANTISSA_BITS - below);
  }

  /** The shortest decimal that is nearer to this number than to any other of 16 bits. */
  @Override
  public String toString() {
    double value = value();
    if (!isFinite() || value == 0) {
      return Double.toString(value);
    }
    BigDecimal exact = new BigDecimal(value);
    BigDecimal reach = new BigDecimal(reach());
    for (int digits = 1; digits < MOST_DIGITS; digits++) {
      BigDecimal shorter = exact.round(context(digits));
      if (shorter.subtract(exact).abs().compareTo(reach) < 0) {
        return Double.toString(shorter.doubleValue());
      }
    }
    return Double.toString(exact.round(context(MOST_DIGITS)).doubleValue());
  }

  private static MathContext context(int digits) {
    return new MathContext(digits, RoundingMode.HALF_EVEN);
  }
}
