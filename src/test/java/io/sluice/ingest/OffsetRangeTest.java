package io.sluice.ingest;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class OffsetRangeTest {
  @Test
  void aShareIsItsFirstOffsetsAndOneAtLeast() {
    OffsetRange range = new OffsetRange(3, 100, 200);
    assertEquals(100, range.size());
    assertEquals(new OffsetRange(3, 100, 150), range.share(0.5));
    assertEquals(range, range.share(1));
    assertEquals(new OffsetRange(3, 100, 101), range.share(0.0001));
  }
}
