package io.sluice.testing;

import io.sluice.ingest.format.BrokenRecordException;

/** Records that are damaged bit by bit. */
public final class Damage {
  private Damage() {}

  /** Takes a record apart. */
  @FunctionalInterface
  public interface Reading {
    void of(byte[] record) throws Exception;
  }

  /** How many of a record's bits, flipped one at a time, make it one that is told to be broken. */
  public static int toldOfFlippedBits(byte[] whole, Reading reading) throws Exception {
    int told = 0;
    for (int bit = 0; bit < whole.length * 8; bit++) {
      byte[] flipped = whole.clone();
      flipped[bit / 8] ^= (byte) (1 << (bit % 8));
      try {
        reading.of(flipped);
      } catch (BrokenRecordException e) {
        told++;
      }
    }
    return told;
  }
}
