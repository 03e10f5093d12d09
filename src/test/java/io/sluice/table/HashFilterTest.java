package io.sluice.table;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class HashFilterTest {
  private static final int HASHES = 10_000;

  /** How many of a million others a filter takes for one of its own. */
  private static long errors(int bitsEach) {
    HashFilter filter = new HashFilter((long) HASHES * bitsEach);
    SplittableRandom random = new SplittableRandom(1);
    long[] added = random.longs(HASHES).toArray();
    for (long hash : added) {
      filter.add(hash);
    }
    for (long hash : added) {
      assertTrue(filter.mayHold(hash));
    }
    return random.longs(1_000_000).filter(filter::mayHold).count();
  }

  @Test
  void oneThatIsNotThereIsHardlyEverTakenForOneThatIs() {
    assertTrue(errors(32) <= 3);
    assertTrue(errors(12) < 12_000);
  }

  @Test
  void hashesThatLieCloseTogetherAreToldApart() {
    HashFilter filter = new HashFilter(1000 * 32);
    IntStream.range(0, 1000).forEach(filter::add);
    assertEquals(0, IntStream.range(1000, 2000).filter(filter::mayHold).count());
  }
}
