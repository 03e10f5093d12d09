package io.sluice.ingest.format;

import java.math.BigDecimal;
import org.apache.spark.unsafe.types.UTF8String;

/** Tells whether a decimal number has more digits than a column keeps: a cast rounds silently. */
public final class Digits {
  private Digits() {}

  /**
   * Whether a number as text has a digit other than 0 beyond so many places after the point; false
   * for what is no number.
   */
  public static boolean beyond(UTF8String text, int scale) {
    int point = -1;
    boolean lost = false;
    byte[] bytes = text.getBytes();
    for (int i = 0; i < bytes.length; i++) {
      byte b = bytes[i];
      if (b == '.') {
        point = i;
      } else if (b == 'e' || b == 'E') {
        return exponential(text.toString(), scale);
      } else if (point >= 0 && i - point > scale && b >= '1' && b <= '9') {
        lost = true;
      }
    }
    return lost;
  }

  private static boolean exponential(String text, int scale) {
    try {
      return new BigDecimal(text.strip()).stripTrailingZeros().scale() > scale;
    } catch (NumberFormatException e) {
      return false;
    }
  }
}
