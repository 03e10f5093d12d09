package io.sluice.demo.calls;

import java.util.Arrays;
import java.util.SplittableRandom;

/** Random numbers that depend on what they are for, and draws by weight. */
final class Chance {
  private Chance() {}

  /** The generator of one purpose's random numbers on one day, independent of all others. */
  static SplittableRandom random(long seed, String purpose, long number) {
    return new SplittableRandom(mix(mix(seed ^ purpose.hashCode()) + number));
  }

  /** The sums of the weights up to each. */
  static double[] cumulate(double[] weights) {
    double[] cumulated = weights.clone();
    for (int i = 1; i < cumulated.length; i++) {
      cumulated[i] += cumulated[i - 1];
    }
    return cumulated;
  }

  /** An index, drawn by its weight. */
  static int draw(double[] cumulated, SplittableRandom random) {
    return draw(cumulated, random.nextDouble());
  }

  /** The index whose share of the whole holds {@code fraction}, from 0 up to 1. */
  static int draw(double[] cumulated, double fraction) {
    double at = fraction * cumulated[cumulated.length - 1];
    int found = Arrays.binarySearch(cumulated, at);
    return Math.min(cumulated.length - 1, found < 0 ? -found - 1 : found + 1);
  }

  /**
   * The finalizer of SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number
   * Generators, 2014).
   */
  private static long mix(long value) {
    long mixed = value + 0x9E3779B97F4A7C15L;
    mixed = (mixed ^ (mixed >>> 30)) * 0xBF58476D1CE4E5B9L;
    mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
    return mixed ^ (mixed >>> 31);
  }

  /** A number that is not negative, with zeros in front up to {@code width} digits. */
  static String digits(long number, int width) {
    String digits = Long.toString(number);
    return "0".repeat(Math.max(0, width - digits.length())) + digits;
  }
}
