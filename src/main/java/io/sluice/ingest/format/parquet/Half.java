package io.sluice.ingest.format.parquet;

/** Floating-point numbers of 16 bits. */
final class Half {
  private static final int MANTISSA_BITS = 10;
  private static final int EXPONENT = 0x1F;
  private static final int MANTISSA = 0x3FF;
  private static final int BIAS = 15;

  private Half() {}

  /** The same number in more bits. */
  static double value(short bits) {
    int exponent = (bits >> MANTISSA_BITS) & EXPONENT;
    int mantissa = bits & MANTISSA;
    double size;
    if (exponent == EXPONENT) {
      size = mantissa == 0 ? Double.POSITIVE_INFINITY : Double.NaN;
    } else if (exponent == 0) {
      size = Math.scalb((double) mantissa, 1 - BIAS - MANTISSA_BITS);
    } else {
      size =
          Math.scalb((double) (mantissa | (1 << MANTISSA_BITS)), exponent - BIAS - MANTISSA_BITS);
    }
    return bits < 0 ? -size : size;
  }
}
