package io.sluice.ingest.format;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.apache.spark.unsafe.types.UTF8String;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DigitsTest {
  @ParameterizedTest
  @CsvSource({
    "1, 0, false",
    "1.5, 0, true",
    "1.50, 1, false",
    "1.505, 2, true",
    "-0.0000000000000000001, 18, true",
    "1.000, 2, false",
    "' 2.25 ', 2, false",
    "' 2.25 ', 1, true",
    "15E-1, 1, false",
    "15E-1, 0, true",
    "1.5e1, 0, false",
    "east, 0, false",
    "1.5.5, 1, false",
    "'', 0, false"
  })
  void digitsBeyondTheScale(String text, int scale, boolean lost) {
    assertEquals(lost, Digits.beyond(UTF8String.fromString(text), scale));
  }
}
