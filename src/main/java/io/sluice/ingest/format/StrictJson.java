package io.sluice.ingest.format;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;

/**
 * JSON as RFC 8259 has it, for records and for values inside of them. What the RFC leaves open is
 * refused: a name that stands twice in one object, numbers of more than {@value #DIGITS}
 * characters, more than {@value #DEPTH} levels, and half of a surrogate pair.
 */
public final class StrictJson {
  static final int DEPTH = 512;
  static final int DIGITS = 1_000;

  private static final JsonFactory JSON =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(DEPTH)
                  .maxNumberLength(DIGITS)
                  // A text is no longer than its record.
                  .maxStringLength(Integer.MAX_VALUE)
                  .build())
          .build()
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
          // Names are the sender's: many odd ones must neither fail later records nor stay for
          // ever.
          .disable(JsonFactory.Feature.FAIL_ON_SYMBOL_HASH_OVERFLOW)
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES);

  private StrictJson() {}

  /** Reads a text in UTF-8, in which {@link #holdsHalfPair} tells what this cannot. */
  public static JsonParser parser(byte[] utf8) throws IOException {
    return JSON.createParser(utf8);
  }

  /**
   * Whether a JSON text holds half a surrogate pair as an escape: it is no character, and Java
   * would write a question mark.
   */
  public static boolean holdsHalfPair(byte[] json) {
    int high = -1;
    for (int i = 0; i < json.length - 1; i++) {
      if (json[i] != '\\') {
        continue;
      }
      int unit = json[i + 1] == 'u' && i + 5 < json.length ? hexadecimal(json, i + 2) : 0;
      if (unit >= 0xDC00 && unit <= 0xDFFF) {
        if (high != i) {
          return true;
        }
        high = -1;
      } else if (high == i) {
        return true;
      }
      if (unit >= 0xD800 && unit <= 0xDBFF) {
        high = i + 6;
        if (high >= json.length || json[high] != '\\') {
          return true;
        }
      }
      i++;
    }
    return false;
  }

  /** Four hexadecimal digits as a number; 0 if they are none. */
  private static int hexadecimal(byte[] json, int at) {
    int number = 0;
    for (int i = at; i < at + 4; i++) {
      int digit = Character.digit(json[i], 16);
      if (digit < 0) {
        return 0;
      }
      number = number * 16 + digit;
    }
    return number;
  }
}
