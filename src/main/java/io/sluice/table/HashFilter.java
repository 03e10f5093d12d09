package io.sluice.table;

/**
 * Which hashes have been added, in so many bits (a Bloom filter). One that is not there was not
 * added; of those that were not, some are taken for one that was: with 32 bits for each hash one of
 * three million, with 12 one of a hundred.
 *
 * <p>Spark's own filter finds its bits by steps of one width, so that of a thousand hashes in a
 * small one it takes a hundred times as many for others, and it hashes what is a hash already.
 */
final class HashFilter {
  private static final int PROBES = 16;

  private final long[] words;
  private final long bits;

  /**
   * @param bits at most 2^31
   */
  HashFilter(long bits) {
    this.words = new long[(int) ((bits + 63) / 64)];
    this.bits = 64L * words.length;
  }

  long bits() {
    return bits;
  }

  boolean mayHold(long hash) {
    long state = mixed(hash);
    for (int i = 0; i < PROBES; i++) {
      state = next(state);
      long at = at(state);
      if ((words[(int) (at >>> 6)] & 1L << at) == 0) {
        return false;
      }
    }
    return true;
  }

  void add(long hash) {
    long state = mixed(hash);
    for (int i = 0; i < PROBES; i++) {
      state = next(state);
      long at = at(state);
      words[(int) (at >>> 6)] |= 1L << at;
    }
  }

  private static long mixed(long hash) {
    return (hash ^ hash >>> 32) * 0x9E3779B97F4A7C15L;
  }

  /** Knuth's generator of MMIX; its upper half is what is used. */
  private static long next(long state) {
    return state * 6_364_136_223_846_793_005L + 1_442_695_040_888_963_407L;
  }

  private long at(long state) {
    return (state >>> 32) * bits >>> 32;
  }
}
