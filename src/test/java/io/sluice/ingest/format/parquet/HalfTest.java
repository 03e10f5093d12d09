package io.sluice.ingest.format.parquet;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

/** Numbers of 16 bits are the numbers that they are in 64. */
class HalfTest {
  @Test
  void knownNumbers() {
    assertEquals(65504.0, Half.value((short) 0x7BFF));
    assertEquals(1.0, Half.value((short) 0x3C00));
    assertEquals(-2.0, Half.value((short) 0xC000));
    assertEquals(-0.0, Half.value((short) 0x8000));
    assertEquals(0.0999755859375, Half.value((short) 0x2E66));
    assertEquals(Math.scalb(1.0, -24), Half.value((short) 1));
    assertEquals(Math.scalb(1.0, -14), Half.value((short) 0x0400));
    assertEquals(Double.NEGATIVE_INFINITY, Half.value((short) 0xFC00));
    assertEquals(Double.NaN, Half.value((short) 0x7E00));
  }

  @Test
  void eachIsFurtherFromZeroThanTheOneBefore() {
    for (int bits = 1; bits < 0x7C00; bits++) {
      double step = Half.value((short) bits) - Half.value((short) (bits - 1));
      assertEquals(Math.scalb(1.0, Math.max(1, (bits - 1) >> 10) - 25), step, "0x" + bits);
    }
  }
}
