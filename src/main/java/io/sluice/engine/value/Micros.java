package io.sluice.engine.value;

import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;

/** Moments as microseconds since 1970-01-01T00:00:00Z, of the years 0001 to 9999 in UTC. */
final class Micros {
  static final long NONE = Long.MIN_VALUE;
  private static final long A_SECOND = 1_000_000;
  private static final long A_DAY = 86_400 * A_SECOND;
  private static final long FIRST = Days.FIRST * A_DAY;
  private static final long END = (Days.LAST + 1) * A_DAY;

  private Micros() {}

  static boolean holds(long micros) {
    return micros >= FIRST && micros < END;
  }

  /** The moment, if it lies in the years that are held. */
  static long of(long seconds, long micros) {
    // No product of a second of the years 0 to 10,000 overflows.
    if (seconds < Days.FIRST * 86_400 || seconds >= (Days.LAST + 1) * 86_400) {
      return NONE;
    }
    return seconds * A_SECOND + micros;
  }

  /** The moment that a clock in a zone shows once; {@link #NONE} if never or twice that day. */
  static long local(LocalDateTime time, ZoneId zone) {
    List<ZoneOffset> offsets = zone.getRules().getValidOffsets(time);
    if (offsets.size() != 1 || time.getNano() % 1000 != 0) {
      return NONE;
    }
    return of(time.toEpochSecond(offsets.get(0)), time.getNano() / 1000);
  }
}
