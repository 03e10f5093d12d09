package io.sluice.bench;

import java.util.Arrays;

/** When each event of a topic was sent, by partition and offset. */
final class SentEvents {
  private final long[][] at = new long[StreamRun.PARTITIONS][1 << 16];
  private final int[] count = new int[StreamRun.PARTITIONS];
  private long[] byNumber = new long[1 << 16];

  synchronized void at(int partition, long offset, long millis) {
    while (offset >= at[partition].length) {
      at[partition] = Arrays.copyOf(at[partition], at[partition].length * 2);
    }
    at[partition][(int) offset] = millis;
    count[partition] = Math.max(count[partition], (int) offset + 1);
  }

  synchronized void number(int number, long millis) {
    while (number >= byNumber.length) {
      byNumber = Arrays.copyOf(byNumber, byNumber.length * 2);
    }
    if (byNumber[number] == 0) {
      byNumber[number] = millis;
    }
  }

  synchronized long total() {
    return Arrays.stream(count).asLongStream().sum();
  }

  /** When the transaction of a number was sent first, in milliseconds; 0 if it was not. */
  synchronized long byNumber(int number) {
    return number < byNumber.length ? byNumber[number] : 0;
  }

  /** When the event at an offset was sent, in milliseconds. */
  synchronized long at(int partition, long offset) {
    return at[partition][(int) offset];
  }
}
